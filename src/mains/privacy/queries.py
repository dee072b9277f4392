"""What a login would lose, what stands in the way of an erasure, and who asked for what."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Q

from mains.customers.models import Account, Contract, Customer
from mains.documents import storage
from mains.enrolment import queries as enrolment
from mains.enrolment.models import AccountLink, Consent, LinkRole
from mains.identity.models import ApiToken, User
from mains.ledger import queries as ledger
from mains.privacy import finding
from mains.privacy.models import DataJob, JobKind, JobState

RUNNING, OWING = "contract_running", "still_owing"
# Art. 12(3) GDPR: a wish is answered within one month.
ANSWER_DAYS = 30


@dataclass(frozen=True, slots=True)
class Losses:
    """
    What goes with a login; `paper` are accounts whose bills return to paper.
    """

    accounts: list[str]
    paper: list[str]
    delegates: int
    passkeys: int
    second_steps: int
    tokens: int


def own_parties(*, user_id: int, today: date) -> tuple[int, ...]:
    """
    Return the parties that a login is the holder of; of others it only sees accounts.
    """
    links = enrolment.links_in_force(user_id=user_id, today=today).filter(role=LinkRole.HOLDER)
    found = links.order_by("account__customer").values_list("account__customer", flat=True)
    return tuple(found.distinct())


def losses(*, user: User, today: date) -> Losses:
    """
    Return what a login would lose by being deleted.
    """
    links = enrolment.links_in_force(user_id=user.pk, today=today)
    paper = enrolment.paper_after(user=user, today=today)
    second = Authenticator.objects.filter(user_id=user.pk)
    keys = second.filter(type=Authenticator.Type.WEBAUTHN).count()
    return Losses(
        accounts=list(links.order_by("account__number").values_list("account__number", flat=True)),
        paper=list(
            Account.objects.filter(pk__in=paper).order_by("number").values_list("number", flat=True)
        ),
        delegates=AccountLink.objects.filter(granted_by=user.pk, ended_at=None).count(),
        passkeys=keys,
        second_steps=second.count() - keys,
        tokens=ApiToken.objects.filter(user_id=user.pk).count(),
    )


def obstacle(*, customer_id: int, today: date) -> str:
    """
    Return why a party cannot be erased yet, or an empty text.
    """
    running = Contract.objects.filter(account__customer=customer_id).filter(
        Q(end_date=None) | Q(end_date__gt=today)
    )
    if running.exists():
        return RUNNING
    accounts = list(Account.objects.filter(customer=customer_id).values_list("pk", flat=True))
    balances = ledger.balances_minor(account_ids=accounts)
    return OWING if any(balances.values()) else ""


def logins_of_only(*, customer_id: int) -> tuple[int, ...]:
    """
    Return the logins that hold accounts of a party and are linked to no other's.
    """
    links = AccountLink.objects.filter(ended_at=None)
    holders = links.filter(account__customer=customer_id, role=LinkRole.HOLDER)
    others = links.exclude(account__customer=customer_id).values("user_id")
    found = holders.exclude(user_id__in=others).order_by("user_id")
    return tuple(found.values_list("user_id", flat=True).distinct())


def whose(*, job: DataJob, today: date) -> finding.Subject:
    """
    Return whom a job is about: a login with the parties it holds, or a party.
    """
    if job.user_id is not None:
        return finding.subject(
            user_ids=(job.user_id,), customer_ids=own_parties(user_id=job.user_id, today=today)
        )
    assert job.customer_id is not None
    return finding.subject(
        user_ids=logins_of_only(customer_id=job.customer_id), customer_ids=(job.customer_id,)
    )


def exports(*, user_id: int, limit: int = 10) -> list[DataJob]:
    """
    Return the exports a login asked for, the newest first.
    """
    return list(
        DataJob.objects.filter(kind=JobKind.EXPORT, user_id=user_id).order_by("-pk")[:limit]
    )


def export_file(
    *, job_id: int, now: datetime, user_id: int | None = None, customer_id: int | None = None
) -> bytes | None:
    """
    Return the archive of a login's or a party's own job, until it ends.
    """
    job = DataJob.objects.filter(
        pk=job_id,
        kind=JobKind.EXPORT,
        state=JobState.DONE,
        user_id=user_id,
        customer_id=customer_id,
        expires_at__gt=now,
    ).first()
    if job is None:
        return None
    try:
        return storage.get(name=f"exports/{job.file_name}")
    except storage.FileMissing:
        return None


@dataclass(frozen=True, slots=True)
class ContractName:
    """
    What tells the contracts of an account apart.
    """

    service: str
    supply_point: str


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """
    Words that a login agreed to, as they were shown.
    """

    purpose: str
    text: str
    account: str
    account_id: int | None
    given_at: datetime
    withdrawn_at: datetime | None
    lawful_basis: str
    # What is about bills: the contracts that were chosen, none where all of the account are meant.
    contracts: list[ContractName]


def consents(*, user_id: int) -> list[ConsentRow]:
    """
    Return everything a login agreed to, the newest first.
    """
    rows = list(
        Consent.objects.filter(user_id=user_id)
        .select_related("wording", "account")
        .order_by("-given_at", "-pk")
    )
    names = _contract_names({pk for row in rows for pk in row.contracts})
    return [
        ConsentRow(
            row.purpose,
            row.wording.text,
            row.account.number if row.account else "",
            row.account_id,
            row.given_at,
            row.withdrawn_at,
            row.lawful_basis,
            [names[pk] for pk in row.contracts if pk in names],
        )
        for row in rows
    ]


def _contract_names(contract_ids: Collection[int]) -> dict[int, ContractName]:
    rows = Contract.objects.filter(pk__in=contract_ids).values_list(
        "pk", "service", "supply_point__code"
    )
    return {pk: ContractName(service, point) for pk, service, point in rows}


@dataclass(frozen=True, slots=True)
class WishRow:
    """
    A wish to be erased; `why` says what stands in the way, `account_id` leads to the party.
    """

    id: int
    customer_id: int
    customer: str
    account_id: int | None
    requested_at: datetime
    answer_by: datetime
    why: str


def wishes(*, today: date) -> list[WishRow]:
    """
    Return the erasures that were asked for and not answered yet, the oldest first.
    """
    jobs = DataJob.objects.filter(kind=JobKind.ERASURE, state=JobState.WAITING).order_by("pk")
    found = []
    for job in jobs[:100]:
        customer = Customer.objects.filter(pk=job.customer_id or 0).first()
        if customer is None:
            continue
        account = customer.accounts.order_by("pk").first()
        found.append(
            WishRow(
                job.pk,
                customer.pk,
                customer.name,
                account.pk if account else None,
                job.requested_at,
                job.requested_at + timedelta(days=ANSWER_DAYS),
                obstacle(customer_id=customer.pk, today=today),
            )
        )
    return found


def party_jobs(*, customer_id: int, limit: int = 10) -> list[DataJob]:
    """
    Return the exports and erasures of a party, the newest first.
    """
    return list(DataJob.objects.filter(customer_id=customer_id).order_by("-pk")[:limit])
