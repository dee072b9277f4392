"""To whom the electronic bills of accounts go, and who would get them next."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from mains.customers.models import Contract, DeliveryMode, DeliveryPreference
from mains.enrolment.models import Consent
from mains.enrolment.queries.links import in_force, links_in_force
from mains.enrolment.rules.purposes import ConsentPurpose
from mains.identity.models import User
from mains.tenancy.tenantfile.identity import Portal


def agreements() -> QuerySet[Consent]:
    """
    Return the consents to electronic bills of an account that were not withdrawn.
    """
    return Consent.objects.filter(
        purpose=ConsentPurpose.ELECTRONIC_BILL, withdrawn_at=None, account__isnull=False
    )


def electronic(*, today: date) -> QuerySet[DeliveryPreference]:
    """
    Return by which choices bills go out by e-mail, from today or a later day on.
    """
    return DeliveryPreference.objects.filter(Q(end_date=None) | Q(end_date__gt=today)).exclude(
        mode=DeliveryMode.PAPER
    )


def delivered_to(
    *, user: User, account_ids: Collection[int], today: date
) -> dict[int, frozenset[int]]:
    """
    Return whose bills go to a login by e-mail, to its address or as it agreed: account → contracts.
    """
    agreed = agreements().filter(user_id=user.pk, account__in=account_ids)
    mine = Q(email__iexact=user.email) | Q(contract__account__in=agreed.values("account"))
    rows = electronic(today=today).filter(mine, contract__account__in=account_ids)
    found: dict[int, set[int]] = {}
    for account_id, contract_id, email in rows.order_by("contract__account").values_list(
        "contract__account", "contract", "email"
    ):
        if email.lower() == user.email.lower() or not _is_of_another(email, but=user):
            found.setdefault(account_id, set()).add(contract_id)
    return {account_id: frozenset(contracts) for account_id, contracts in found.items()}


def _is_of_another(email: str, *, but: User) -> bool:
    return bool(email) and User.objects.filter(email__iexact=email).exclude(pk=but.pk).exists()


@dataclass(frozen=True, slots=True)
class Successor:
    """
    Who else agreed to the bills of an account: address, words, and contracts; none means all.
    """

    email: str
    notice: str
    contracts: frozenset[int]

    def of(self, contracts: frozenset[int]) -> frozenset[int]:
        """
        Return those of some contracts that the agreement is about.
        """
        return contracts & self.contracts if self.contracts else contracts


def next_agreement(*, account_id: int, but: int, today: date) -> Successor | None:
    """
    Return the latest agreement of another login that sees the account, or None.
    """
    others = in_force(today=today).filter(account_id=account_id).exclude(user_id=but)
    row = (
        agreements()
        .filter(account_id=account_id, user_id__in=others.values("user_id"))
        .select_related("wording")
        .order_by("-given_at", "-pk")
        .first()
    )
    if row is None:
        return None
    return Successor(
        User.objects.get(pk=row.user_id).email, row.wording.text, frozenset(row.contracts)
    )


def paper_after(*, user: User, today: date) -> list[int]:
    """
    Return the accounts with bills that would return to paper without this login.
    """
    seen = list(links_in_force(user_id=user.pk, today=today).values_list("account_id", flat=True))
    found = []
    for account_id, mine in delivered_to(user=user, account_ids=seen, today=today).items():
        successor = next_agreement(account_id=account_id, but=user.pk, today=today)
        if successor is None or mine - successor.of(mine):
            found.append(account_id)
    return found


@dataclass(frozen=True, slots=True)
class Choosable:
    """
    A contract whose bills can come by e-mail; `bound` where they come in no other way (S0.05).
    """

    id: int
    service: str
    supply_point: str
    bound: bool


def choosable(*, account_id: int, portal: Portal, today: date) -> list[Choosable]:
    """
    Return the contracts of an account that have not ended.
    """
    running = Contract.objects.filter(Q(end_date=None) | Q(end_date__gt=today))
    return [
        Choosable(row.pk, row.service, row.supply_point.code, portal.binds(row.contract_class))
        for row in running.filter(account_id=account_id)
        .select_related("supply_point")
        .order_by("service", "pk")
    ]
