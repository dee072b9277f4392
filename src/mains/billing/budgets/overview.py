"""What staff and customers see of fixed amounts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from mains.billing.budgets.bills import fixed_lines
from mains.billing.inputs.contracts import ContractRow, contracts_of
from mains.billing.inputs.covered import Covered, covered
from mains.billing.inputs.plans import Plans
from mains.billing.models import Bill, BillLine
from mains.billing.rules.budgeting import FixedLine, is_budget, settled_until, suggested
from mains.core.calendars import Period, add_months
from mains.core.money import Money
from mains.customers.models import Contract
from mains.tariffs.rules.parts import months_in
from mains.tariffs.rules.taxes import NoTaxInForce, in_force, percent_of

_EVER = Period(date(1900, 1, 1), date(9999, 1, 1))
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """
    The fixed amount of a contract: `monthly` net, with its `tax`; `until` is the first day without.

    `on_account` is what was billed and not settled yet, net; `settles_on` the day on which what was
    really used is settled at the latest. `by` is who decided it.
    """

    contract_id: int
    account_id: int
    service: str
    address: str
    monthly: Money
    tax: Money
    since: date
    until: date | None
    by: str
    on_account: Money
    settles_on: date

    @property
    def is_stopped(self) -> bool:
        return self.until is not None


class Offer(NamedTuple):
    """
    A contract that may be put on a fixed amount; `suggested` is net, None before its first bill.
    """

    contract_id: int
    service: str
    supply_point: str
    address: str
    suggested: Money | None


def budgets(
    *, account_ids: Collection[int], today: date, currency: str, plans: Plans
) -> list[BudgetRow]:
    """
    Return the fixed amounts of accounts that hold or are not settled yet; none where a utility does
    not offer them.
    """
    plan = plans.budget
    if plan is None:
        return []
    contracts = [
        one
        for rows in contracts_of(account_ids=list(account_ids), period=_EVER).values()
        for one in rows
        if one.budget is not None
    ]
    if not contracts:
        return []
    who = dict(
        Contract.objects.filter(pk__in=[one.contract_id for one in contracts]).values_list(
            "pk", "budget__by"
        )
    )
    waiting = _waiting(contracts)
    found = []
    for one in contracts:
        lines = waiting.get(one.contract_id, [])
        row = _row(one, lines, who[one.contract_id] or "", today, currency, plans)
        ends = [day for day in (row.until, one.end_date) if day is not None]
        if lines or not ends or min(ends) > today:
            found.append(row)
    return found


def _waiting(contracts: Collection[ContractRow]) -> dict[int, list[FixedLine]]:
    """
    Return the fixed amounts that were billed and are not settled, by contract.
    """
    known = {one.contract_id: one for one in contracts}
    accounts = {one.account_id for one in contracts}
    lines = fixed_lines(account_ids=accounts, period=_EVER)
    used = covered(account_ids=accounts, period=_EVER, fixed=lines)
    found: dict[int, list[FixedLine]] = {}
    for line in lines:
        contract = known.get(line.contract_id)
        if contract is not None and not _is_settled(line, contract, used):
            found.setdefault(line.contract_id, []).append(line)
    return found


def _is_settled(line: FixedLine, contract: ContractRow, used: Covered) -> bool:
    # What was billed for days after the contract's end is settled with its last one.
    last = contract.end_date - timedelta(days=1) if contract.end_date else date.max
    day = min(line.fixed.days.start, last)
    return any(
        days.contains(day)
        for days in used.of(contract_id=contract.contract_id, account_id=contract.account_id)
    )


def _row(
    contract: ContractRow,
    lines: Collection[FixedLine],
    by: str,
    today: date,
    currency: str,
    plans: Plans,
) -> BudgetRow:
    budget, plan = contract.budget, plans.budget
    assert budget is not None
    assert plan is not None
    monthly = Money(budget.monthly_minor, currency)
    last = settled_until(today, month=plan.settles_month)
    ends = [day for day in (budget.until, contract.end_date) if day is not None]
    return BudgetRow(
        contract_id=contract.contract_id,
        account_id=contract.account_id,
        service=contract.service,
        address=contract.address,
        monthly=monthly,
        tax=_tax(monthly, contract, today, plans),
        since=budget.since,
        until=budget.until,
        by=by,
        on_account=Money.total((line.net for line in lines), currency=currency),
        settles_on=min([*ends, add_months(last, 12)]),
    )


def _tax(monthly: Money, contract: ContractRow, today: date, plans: Plans) -> Money:
    assert plans.budget is not None
    try:
        rate = in_force(
            plans.budget.tax, plans.taxes, day=today, contract_class=contract.contract_class
        )
    except NoTaxInForce:
        return Money.zero(monthly.currency)
    return Money.round_from(monthly.as_decimal() * percent_of(rate) / _HUNDRED, monthly.currency)


def offers(*, account_id: int, today: date, currency: str, round_to: Decimal) -> list[Offer]:
    """
    Return the contracts of an account without a fixed amount that run, with what is suggested: a
    twelfth of the bills of the last twelve months, or of what there is.
    """
    rows = contracts_of(account_ids=[account_id], period=Period(today, _EVER.end))
    contracts = [
        one
        for one in rows.get(account_id, [])
        if one.budget is None or one.budget.until is not None
    ]
    nets = _nets(account_id, today)
    return [
        Offer(
            one.contract_id,
            one.service,
            one.supply_point,
            one.address,
            None
            if (amount := suggested(nets.get(one.contract_id, []), round_to=round_to)) is None
            else Money.round_from(amount, currency),
        )
        for one in contracts
    ]


def _nets(account_id: int, today: date) -> dict[int, list[tuple[Decimal, Decimal]]]:
    """
    Return what bills of the last twelve months charged contracts for use, with their months.
    """
    bills = {
        pk: Period(start, end)
        for pk, start, end in Bill.objects.charging()
        .filter(
            account_id=account_id,
            period_start__gte=add_months(today.replace(day=1), -12),
            period_end__lte=today,
        )
        .values_list("pk", "period_start", "period_end")
    }
    sums: dict[tuple[int, int], Decimal] = {}
    for bill_id, contract_id, code, net in BillLine.objects.filter(bill_id__in=bills).values_list(
        "bill_id", "contract_id", "code", "net"
    ):
        if not is_budget(code):
            key = contract_id, bill_id
            sums[key] = sums.get(key, Decimal(0)) + net
    found: dict[int, list[tuple[Decimal, Decimal]]] = {}
    for (contract_id, bill_id), net in sums.items():
        days = bills[bill_id]
        found.setdefault(contract_id, []).append((net, months_in(days, whole=days)))
    return found
