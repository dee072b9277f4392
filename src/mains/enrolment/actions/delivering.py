"""How the bills of an account go out when a login chooses, or no longer sees the account."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from mains.audit import actions as audit
from mains.billing.runs import snapshots
from mains.core.transactions import inside_transaction, owns_transaction
from mains.core.wording import date_text
from mains.customers import actions as customers
from mains.customers.models import Account, Contract, DeliveryMode
from mains.enrolment import queries
from mains.enrolment.actions import consents, telling
from mains.identity.models import User
from mains.tenancy.tenantfile.identity import Portal

CHOSEN, LEFT, MANDATE, BOUNCED = "chosen", "left", "mandate", "bounced"


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    To which address bills go, or on paper where it is empty, on which words, from which day on.

    Or on paper as well, where `also_on_paper`.
    """

    email: str
    notice: str
    start_date: date
    also_on_paper: bool = False

    @property
    def mode(self) -> DeliveryMode:
        """
        Return how they come.
        """
        if not self.email:
            return DeliveryMode.PAPER
        return DeliveryMode.BOTH if self.also_on_paper else DeliveryMode.ELECTRONIC


class PortalMandatory(Exception):
    """The provider sends the bills of these contracts by e-mail only; nothing was changed."""


@owns_transaction
def return_to_paper(
    *, user_id: int, account_id: int, portal: Portal, now: datetime, today: date
) -> bool:
    """
    Withdraw a login's consent to electronic bills of an account; they come on paper from tomorrow.

    Nothing happens where no such consent is in force or the login no longer sees the account.
    Contracts for which the portal is mandatory stay as they are.

    :returns: whether something changed; again nothing does.
    :raises PortalMandatory: if it is mandatory for every contract that is meant.
    """
    links = queries.links_in_force(user_id=user_id, today=today).filter(account_id=account_id)
    agreed = queries.agreements().filter(user_id=user_id, account_id=account_id)
    if not agreed.exists() or not links.exists():
        return False
    running = queries.choosable(account_id=account_id, portal=portal, today=today)
    named = {contract for consent in agreed for contract in consent.contracts}
    about_all = any(not consent.contracts for consent in agreed)
    meant = [row for row in running if about_all or row.id in named]
    free = [row.id for row in meant if not row.bound]
    if meant and not free:
        raise PortalMandatory(account_id)
    consents.withdraw_for(
        user_id=user_id,
        account_id=account_id,
        contract_ids=free,
        running=[row.id for row in running],
        now=now,
    )
    on_paper(
        account_id=account_id,
        contract_ids=free,
        actor=f"user:{user_id}",
        why=CHOSEN,
        now=now,
        today=today,
    )
    return True


@inside_transaction
def on_paper(
    *,
    account_id: int,
    actor: str,
    why: str,
    now: datetime,
    today: date,
    contract_ids: Collection[int] | None = None,
) -> None:
    """
    Let the bills of an account, or of some of its contracts, come on paper from tomorrow.

    The holders are told.
    """
    choose(
        account_id=account_id,
        contract_ids=contract_ids,
        to=Delivery("", "", today + timedelta(days=1)),
        actor=actor,
        why=why,
        now=now,
        today=today,
    )


@inside_transaction
def choose(
    *,
    account_id: int,
    to: Delivery,
    actor: str,
    why: str,
    now: datetime,
    today: date,
    contract_ids: Collection[int] | None = None,
    unreachable: str = "",
) -> date | None:
    """
    Deliver an account's bills to an address or on paper, and tell the holders.

    `contract_ids` names those of its contracts that are meant; None means all. `actor` (`user:7`,
    `staff:3`) is written down, and told nothing; choosing the same again tells nobody.

    :returns: the day from which on it counts, the first that no run has taken already; None if
        nothing changed.
    """
    account = Account.objects.select_related("customer").get(pk=account_id)
    snapshots.lock(company_id=account.company_id)
    open_day = snapshots.first_open_day(
        company_id=account.company_id, account_id=account_id, today=today
    )
    start_date = max(to.start_date, open_day)
    changed = customers.choose_delivery(
        account_id=account_id,
        contract_ids=contract_ids,
        mode=to.mode,
        email=to.email,
        notice=to.notice,
        start_date=start_date,
        now=now,
    )
    if not changed:
        return None
    audit.record(
        action=f"delivery.{to.mode.lower()}",
        subject=f"account:{account_id}",
        actor=actor,
        detail={"why": why, "from": start_date.isoformat(), "contracts": changed},
        now=now,
    )
    kind, _colon, number = actor.partition(":")
    readers = telling.holders(
        [account],
        but=int(number) if kind == "user" else 0,
        today=today,
        unreachable=unreachable,
    )
    _tell(account, to, start_date, readers=readers, why=why, now=now)
    return start_date


def _tell(
    account: Account,
    to: Delivery,
    start_date: date,
    *,
    readers: Collection[telling.Reader],
    why: str,
    now: datetime,
) -> None:
    for position, reader in enumerate(sorted(readers, key=lambda one: one.recipient)):
        telling.tell(
            [reader],
            kind="delivery-changed",
            key=f"{account.pk}.{to.mode.lower()}.{now.timestamp():.6f}.{position}",
            values={
                "what": why,
                "account": telling.ending(account.number),
                "email": to.email,
                "paper": "yes" if to.also_on_paper else "",
                "day": date_text(start_date, language=reader.language),
            },
            now=now,
        )


@owns_transaction
def lose_electronic(
    *,
    account_id: int,
    contract_ids: Collection[int],
    why: str,
    now: datetime,
    today: date,
    unreachable: str = "",
) -> bool:
    """
    Return contracts to paper from the next bill on for a reason of ours, and tell the holders.

    Who had agreed to bills by e-mail for them has not any more, and may again. Nothing is written
    to an `unreachable` address.

    :returns: whether something changed; again nothing does.
    """
    running = list(Contract.objects.filter(account=account_id).values_list("pk", flat=True))
    agreed = queries.agreements().filter(account_id=account_id)
    for user_id in sorted(set(agreed.values_list("user_id", flat=True))):
        consents.withdraw_for(
            user_id=user_id,
            account_id=account_id,
            contract_ids=contract_ids,
            running=running,
            now=now,
        )
    start_date = choose(
        account_id=account_id,
        contract_ids=contract_ids,
        to=Delivery("", "", today),
        actor="system",
        why=why,
        now=now,
        today=today,
        unreachable=unreachable,
    )
    return start_date is not None


@inside_transaction
def follow(*, user_id: int, before: str, after: str, today: date) -> None:
    """
    Let a login's electronic bills follow it from one e-mail address to another; again does nothing.
    """
    agreed = queries.agreements().filter(user_id=user_id)
    customers.readdress_delivery(
        account_ids=list(agreed.values_list("account_id", flat=True)),
        before=before,
        after=after,
        today=today,
    )


@inside_transaction
def leave(
    *, user_id: int, account_ids: Collection[int], actor: str, now: datetime, today: date
) -> None:
    """
    Redirect the bills that went to a login by e-mail, now that it no longer sees the accounts.

    They go to the login that agreed last and still sees the account, as far as it agreed, else on
    paper. What the login had agreed to counts as withdrawn, and stays on record.
    """
    user = User.objects.filter(pk=user_id).first()
    left = queries.delivered_to(user=user, account_ids=account_ids, today=today) if user else {}
    queries.agreements().filter(user_id=user_id, account__in=account_ids).update(withdrawn_at=now)
    for account_id, contracts in left.items():
        successor = queries.next_agreement(account_id=account_id, but=user_id, today=today)
        theirs = successor.of(contracts) if successor else frozenset()
        if successor and theirs:
            choose(
                account_id=account_id,
                contract_ids=theirs,
                to=Delivery(successor.email, successor.notice, today + timedelta(days=1)),
                actor=actor,
                why=LEFT,
                now=now,
                today=today,
            )
        if contracts - theirs:
            on_paper(
                account_id=account_id,
                contract_ids=contracts - theirs,
                actor=actor,
                why=LEFT,
                now=now,
                today=today,
            )


@owns_transaction
def leave_lapsed(*, now: datetime, today: date) -> int:
    """
    Redirect the bills of logins whose links lapsed by their day, and return how many; again none.
    """
    seen = queries.in_force(today=today).filter(
        user_id=OuterRef("user_id"), account_id=OuterRef("account_id")
    )
    lapsed = queries.agreements().exclude(Exists(seen)).order_by("pk")
    rows = list(lapsed.values_list("user_id", "account_id"))
    for user_id, account_id in rows:
        leave(user_id=user_id, account_ids=[account_id], actor="system", now=now, today=today)
    return len(rows)
