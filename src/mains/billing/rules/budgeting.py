"""Fixed monthly amounts, and the settlement that takes them off what was really used."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any, NamedTuple

from mains.billing.rules.inputs_as_facts import days_of, period_of
from mains.core.calendars import Period, add_months
from mains.core.money import Money
from mains.tariffs.rules.kinds.sums import SUM
from mains.tariffs.rules.lines import RatedLine
from mains.tariffs.rules.parts import months_in

# No component of a tariff has a hyphen in its code.
AMOUNT, BILLED = "budget-amount", "budget-billed"
BOOK = "budget"
_ONE = Decimal(1)
_YEAR = 12


class Budget(NamedTuple):
    """
    What a contract pays a month without tax, in minor units, from a day to the day before another.

    Both are first days of a billing period.
    """

    monthly_minor: int
    since: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """
        Tell whether bills that begin on a day charge the fixed amount.
        """
        return self.since <= day and not self.has_ended_by(day)

    def has_ended_by(self, day: date) -> bool:
        """
        Tell whether a bill that begins on a day charges what was used again.
        """
        return self.until is not None and self.until <= day


def read_budget(stored: Mapping[str, Any] | None) -> Budget | None:
    """
    Return a budget as it is stored with its contract: the amount and ISO days.
    """
    if stored is None:
        return None
    until = stored["until"]
    return Budget(
        stored["monthly_minor"],
        date.fromisoformat(stored["since"]),
        date.fromisoformat(until) if until else None,
    )


@dataclass(frozen=True, slots=True)
class BudgetPlan:
    """
    How a utility charges fixed amounts: under which tax, settled after which month, and the words
    for both kinds of lines by language.
    """

    tax: str
    settles_month: int
    amount_texts: Mapping[str, str] = field(default_factory=dict)
    billed_texts: Mapping[str, str] = field(default_factory=dict)

    def text(self, code: str, *, language: str) -> str:
        """
        Return what a line is called in a language, or in the first there is.
        """
        texts = self.amount_texts if code == AMOUNT else self.billed_texts
        return texts.get(language) or next(iter(texts.values()), code)


def is_budget(code: str) -> bool:
    """
    Tell whether a line with this code charges a fixed amount, or takes off what was charged so.
    """
    return code in {AMOUNT, BILLED}


class FixedAmount(NamedTuple):
    """
    The fixed amount of a contract for days of a bill; `vat_rate` is the name of its rate.
    """

    days: Period
    monthly: Money
    vat_rate: str

    def as_facts(self) -> dict[str, Any]:
        """
        Return the plain values from which its line can be made again.
        """
        return {
            "period": days_of(self.days),
            "monthly": self.monthly.as_text(),
            "vat": self.vat_rate,
        }


class BilledAmount(NamedTuple):
    """
    What bills charged a contract as fixed amounts at one rate, with the numbers of these bills.
    """

    net: Money
    vat_rate: str
    bills: tuple[str, ...]

    def as_facts(self) -> dict[str, Any]:
        """
        Return the plain values from which its line can be made again.
        """
        return {"net": self.net.as_text(), "vat": self.vat_rate, "bills": list(self.bills)}


def read_fixed(facts: Mapping[str, Any], *, currency: str) -> FixedAmount:
    """
    Return the fixed amount that `FixedAmount.as_facts` wrote.
    """
    monthly = Money.round_from(Decimal(facts["monthly"]), currency)
    return FixedAmount(period_of(facts["period"]), monthly, facts["vat"])


def read_billed(facts: Mapping[str, Any], *, currency: str) -> BilledAmount:
    """
    Return what `BilledAmount.as_facts` wrote.
    """
    net = Money.round_from(Decimal(facts["net"]), currency)
    return BilledAmount(net, facts["vat"], tuple(facts["bills"]))


def amount_line(fixed: FixedAmount, *, service: str) -> RatedLine:
    """
    Return the line of a fixed amount: months of its days times the amount, rounded once.
    """
    months, price = months_in(fixed.days, whole=fixed.days), fixed.monthly.as_decimal()
    exact = months * price
    return RatedLine(
        code=AMOUNT,
        label="",
        service=service,
        vat_rate=fixed.vat_rate,
        unit="month",
        quantity=months,
        unit_price=price,
        times=_ONE,
        divisor=_ONE,
        exact=exact,
        net=Money.round_from(exact, fixed.monthly.currency),
        trace=(("months", months), ("monthly", price)),
        book=BOOK,
    )


def billed_line(billed: BilledAmount, *, service: str) -> RatedLine:
    """
    Return the line that takes off what was billed as fixed amounts.
    """
    amount = -billed.net.as_decimal()
    return RatedLine(
        code=BILLED,
        label="",
        service=service,
        vat_rate=billed.vat_rate,
        unit=SUM,
        quantity=_ONE,
        unit_price=amount,
        times=_ONE,
        divisor=_ONE,
        exact=amount,
        net=-billed.net,
        trace=(),
        book=BOOK,
    )


class FixedLine(NamedTuple):
    """
    A fixed amount on an issued bill that stands.
    """

    bill_id: int
    bill_number: str
    contract_id: int
    fixed: FixedAmount

    @property
    def net(self) -> Money:
        net = amount_line(self.fixed, service="").net
        assert isinstance(net, Money)
        return net


def taken_off(lines: Iterable[FixedLine], *, days: Period) -> tuple[BilledAmount, ...]:
    """
    Return what a settlement of days takes off, by rate: the amounts whose own days begin in them.

    Days are settled once, so every amount is taken off once, whatever was billed in which order.
    """
    by_rate: dict[str, list[FixedLine]] = {}
    for line in lines:
        if days.contains(line.fixed.days.start):
            by_rate.setdefault(line.fixed.vat_rate, []).append(line)
    return tuple(
        BilledAmount(
            Money.total((one.net for one in found), currency=found[0].net.currency),
            rate,
            tuple(one.bill_number for one in found),
        )
        for rate, found in sorted(by_rate.items())
    )


def settled_until(today: date, *, month: int) -> date:
    """
    Return the day up to which, not including it, everybody is settled: after the month that ends a
    year of fixed amounts, the last time that it was over.
    """
    this_year = add_months(date(today.year, month, 1), 1)
    return this_year if this_year <= today else add_months(this_year, -_YEAR)


def begins_period(day: date, *, months: int) -> bool:
    """
    Tell whether a billing period of so many months begins on a day.
    """
    return day.day == 1 and not (day.month - 1) % months


def period_after(day: date, *, months: int) -> date:
    """
    Return the first day of a billing period on a day or after it.
    """
    first = day if day.day == 1 else add_months(day.replace(day=1), 1)
    return add_months(first, -(first.month - 1) % months)


def suggested(nets: Sequence[tuple[Decimal, Decimal]], *, round_to: Decimal) -> Decimal | None:
    """
    Return what to pay a month by what bills charged: pairs of a net in major units and its months.

    Rounded up to a multiple of `round_to`; None where nothing was billed, or nothing is to pay.
    """
    months = sum((count for _net, count in nets), Decimal(0))
    total = sum((net for net, _count in nets), Decimal(0))
    if not months or total <= 0:
        return None
    steps = (total / months / round_to).to_integral_value(ROUND_CEILING)
    return steps * round_to
