"""What a chunk is billed as fixed amounts, and what its settlements take off."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from mains.billing.budgets.bills import fixed_of, settles, to_take_off
from mains.billing.inputs.contracts import ContractRow
from mains.billing.inputs.covered import covered
from mains.billing.inputs.plans import Plans
from mains.billing.models import BillRun
from mains.billing.rules.budgeting import BilledAmount, BudgetPlan, FixedAmount
from mains.billing.rules.drafting import Held, Hold
from mains.core.calendars import Period
from mains.core.money import Money
from mains.tariffs.rules.taxes import NoTaxInForce, in_force


@dataclass(frozen=True, slots=True)
class Budgets:
    """
    All by contract: fixed amounts instead of what was used, what is taken off for days that are
    settled, and why a contract can have neither. Most chunks have none of them.
    """

    plan: BudgetPlan | None = None
    fixed: Mapping[int, FixedAmount] = field(default_factory=dict)
    taken_off: Mapping[int, Sequence[BilledAmount]] = field(default_factory=dict)
    held: Mapping[int, Held] = field(default_factory=dict)

    def text(self, code: str, *, language: str) -> str:
        """
        Return what a line is called in a language.
        """
        return self.plan.text(code, language=language) if self.plan else code


def budgets_of(
    *,
    contracts: Collection[ContractRow],
    days: Mapping[int, Period],
    run: BillRun,
    plans: Plans,
) -> Budgets:
    """
    Return the fixed amounts of contracts for their `days`, or what their settlement takes off.
    """
    asked = [one for one in contracts if one.budget is not None]
    if not asked:
        return Budgets()
    if settles(run):
        return Budgets(plans.budget, taken_off=to_take_off(contracts=asked, days=days))
    fixed: dict[int, FixedAmount] = {}
    held = _not_settled(asked, days)
    for one in asked:
        charged = _charged(one, days[one.contract_id], plans, run.currency)
        if isinstance(charged, Held):
            held[one.contract_id] = charged
        elif charged is not None:
            fixed[one.contract_id] = charged
    return Budgets(plans.budget, fixed=fixed, held=held)


def _charged(
    contract: ContractRow, days: Period, plans: Plans, currency: str
) -> FixedAmount | Held | None:
    """
    Return the fixed amount of a contract for days; None where it is billed what it used.
    """
    budget, plan = contract.budget, plans.budget
    if budget is None or not budget.holds_on(days.start):
        return None
    if budget.until is not None and budget.until < days.end:
        # A part of the days is to be settled, and the rest billed by use after that.
        return Held(Hold.NOT_SETTLED, days.start.isoformat())
    if plan is None:
        return Held(Hold.NO_TARIFF, "budget_billing")
    try:
        rate = in_force(
            plan.tax, plans.taxes, day=days.start, contract_class=contract.contract_class
        )
    except NoTaxInForce:
        return Held(Hold.NO_TARIFF, plan.tax)
    return FixedAmount(days, Money(budget.monthly_minor, currency), rate)


def _not_settled(contracts: Collection[ContractRow], days: Mapping[int, Period]) -> dict[int, Held]:
    """
    Return the contracts whose fixed amounts have ended without a settlement.

    A bill of what they use again would begin at their last reading, which may be from before.
    """
    ended = [
        one
        for one in contracts
        if one.budget is not None and one.budget.has_ended_by(days[one.contract_id].start)
    ]
    if not ended:
        return {}
    first = min(one.budget.since for one in ended if one.budget is not None)
    period = Period(first, max(days[one.contract_id].start for one in ended))
    lines = fixed_of(contracts=ended, period=period)
    used = covered(account_ids={one.account_id for one in ended}, period=period, fixed=lines)
    accounts = {one.contract_id: one.account_id for one in ended}
    return {
        line.contract_id: Held(Hold.NOT_SETTLED, line.fixed.days.start.isoformat())
        for line in reversed(lines)
        if not any(
            known.contains(line.fixed.days.start)
            for known in used.of(
                contract_id=line.contract_id, account_id=accounts[line.contract_id]
            )
        )
    }
