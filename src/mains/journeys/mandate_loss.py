"""
What happens to bills by e-mail where they take a mandate, once there is none any more (S4.02).

`paper`: on paper from the next bill on. `grace`: one more bill by e-mail, then on paper. `keep`:
they go on. The customer is told in each case, once. Looked at each night, and before a run begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from mains.billing.models import Bill
from mains.core.transactions import owns_transaction
from mains.customers.models import Account, Mandate
from mains.customers.queries import DEBITS
from mains.enrolment import actions as enrolment
from mains.enrolment import queries
from mains.enrolment.actions import telling
from mains.tenancy.queries import TenantInfo


@dataclass(frozen=True, slots=True)
class Lost:
    """
    An account whose bills come by e-mail with no mandate in force, and since which day.
    """

    account_id: int
    contract_ids: tuple[int, ...]
    since: date


def apply(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Do as the provider decided with every account that lost its mandate; return how many changed.

    Again changes none, and tells nobody twice.
    """
    if not tenant.file.delivery.electronic_requires_mandate:
        return 0
    today = tenant.date_of(now)
    return sum(_applied(tenant, lost, now=now, today=today) for lost in lost_by(tenant, today))


def lost_by(tenant: TenantInfo, today: date) -> list[Lost]:
    """
    Return whose bills come by e-mail without a mandate; contracts that have no paper are left out.
    """
    under = Mandate.objects.filter(
        Q(end_date=None) | Q(end_date__gt=today), DEBITS, start_date__lte=today
    ).values("account")
    rows = queries.electronic(today=today).filter(
        Q(contract__end_date=None) | Q(contract__end_date__gt=today)
    )
    found: dict[int, dict[int, date]] = {}
    for account_id, contract_id, contract_class, start_date in (
        rows.exclude(contract__account__in=under)
        .order_by("contract__account", "contract")
        .values_list("contract__account", "contract", "contract__contract_class", "start_date")
    ):
        if not tenant.file.portal.binds(contract_class):
            found.setdefault(account_id, {})[contract_id] = start_date
    ended = _ended(list(found), today)
    return [
        Lost(account_id, tuple(contracts), ended.get(account_id, max(contracts.values())))
        for account_id, contracts in found.items()
    ]


def _ended(account_ids: Sequence[int], today: date) -> dict[int, date]:
    """
    Return the day from which on the last mandate of each account is over.
    """
    rows = Mandate.objects.filter(DEBITS, account__in=account_ids, end_date__lte=today)
    ended = rows.order_by("end_date").values_list("account_id", "end_date")
    return {account_id: day for account_id, day in ended if day is not None}


def _applied(tenant: TenantInfo, lost: Lost, *, now: datetime, today: date) -> bool:
    policy = tenant.file.delivery.on_mandate_loss
    if policy == "paper" or (policy == "grace" and _had_one_more(lost)):
        return enrolment.lose_electronic(
            account_id=lost.account_id,
            contract_ids=lost.contract_ids,
            why=enrolment.MANDATE,
            now=now,
            today=today,
        )
    _tell(lost, what=policy, now=now, today=today)
    return False


def _had_one_more(lost: Lost) -> bool:
    bills = Bill.objects.charging().filter(account_id=lost.account_id)
    return bills.filter(issue_date__gte=lost.since).exists()


@owns_transaction
def _tell(lost: Lost, *, what: str, now: datetime, today: date) -> None:
    account = Account.objects.select_related("customer").get(pk=lost.account_id)
    telling.tell(
        telling.holders([account], but=0, today=today),
        kind="mandate-ended",
        key=f"{account.pk}.{lost.since.isoformat()}",
        values={"what": what, "account": telling.ending(account.number)},
        now=now,
    )
