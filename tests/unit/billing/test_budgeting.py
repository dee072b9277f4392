"""Fixed amounts and their settlement together are one bill for what was really used."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.billing.rules.budgeting import (
    Budget,
    FixedAmount,
    FixedLine,
    amount_line,
    begins_period,
    billed_line,
    period_after,
    read_billed,
    read_budget,
    read_fixed,
    settled_until,
    suggested,
    taken_off,
)
from mains.billing.rules.drafting import ContractInput, MeasuredRegister, draft_bill
from mains.core.calendars import Period, add_months
from mains.core.money import Money
from mains.metering.rules.consumption import Segment
from mains.tariffs.rules.kinds import Fixed, Per, UnitPrice
from mains.tariffs.rules.lines import LineRounding
from mains.tariffs.rules.parts import PricedPart
from mains.tariffs.rules.rating import compile_tariff

D = Decimal
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
RATES = ["21", "12", "5", "0/AE"]


def fixed(month: int, minor: int, rate: str = "21", currency: str = "EUR") -> FixedAmount:
    return FixedAmount(Period.month_of(date(2026, month, 1)), Money(minor, currency), rate)


def billed(amounts: list[FixedAmount]) -> list[FixedLine]:
    return [FixedLine(n, f"B{n}", 1, one) for n, one in enumerate(amounts, start=1)]


def contract(days: Period, **given) -> ContractInput:
    tariff = compile_tariff(
        [
            Fixed(code="standing", label="", service="electricity", vat="21", unit="month",
                  price=D("5.00"), per=Per.MONTH),
            UnitPrice(code="use", label="", service="electricity", vat="12", quantity="use",
                      unit="kWh", price=D("0.1489")),
        ],
        currency="EUR",
        line_rounding=LineRounding.CURRENCY_UNIT,
    )  # fmt: skip
    return ContractInput(
        contract_id=1,
        service="electricity",
        tariff_code="home",
        period=days,
        parts=[PricedPart(days, tariff)],
        attributes={},
        **given,
    )


def used(quantity: int) -> list[MeasuredRegister]:
    return [MeasuredRegister("use", Segment(start=D(0), end=D(quantity), digits=6))]


@given(
    quantity=st.integers(0, 90_000),
    amounts=st.lists(st.tuples(st.integers(1, 99_999), st.sampled_from(RATES)), max_size=12),
)
def test_the_fixed_bills_and_the_settlement_are_one_bill_for_the_use(quantity, amounts):
    """
    Net to the cent at each rate. VAT is rounded once on each bill, by half a cent at most: on the
    fixed ones, on the settlement and on the one bill.
    """
    months = [fixed(n, minor, rate) for n, (minor, rate) in enumerate(amounts, start=1)]
    off = taken_off(billed(months), days=YEAR)
    whole = draft_bill(
        account_id=1, contracts=[contract(YEAR, registers=used(quantity))], currency="EUR"
    )
    settlement = draft_bill(
        account_id=1,
        contracts=[contract(YEAR, registers=used(quantity), taken_off=off)],
        currency="EUR",
    )
    drafts = [
        draft_bill(
            account_id=1,
            contracts=[contract(one.days, registers=(), fixed=one)],
            currency="EUR",
        )
        for one in months
    ]
    assert whole.totals
    once = {one.name: one for one in whole.totals.by_rate}
    found: dict[str, list] = {}
    for draft in [*drafts, settlement]:
        assert draft.totals
        for one in draft.totals.by_rate:
            found.setdefault(one.name, []).append(one)
    for rate, parts in found.items():
        net, tax = sum(one.net.minor for one in parts), sum(one.tax.minor for one in parts)
        expected = once.get(rate)
        assert net == (expected.net.minor if expected else 0)
        assert abs(tax - (expected.tax.minor if expected else 0)) <= (len(parts) + 1) / 2


@given(amounts=st.lists(st.integers(1, 99_999), min_size=1, max_size=12), cut=st.integers(0, 12))
def test_each_amount_is_taken_off_once_by_whichever_settlement_has_its_first_day(amounts, cut):
    lines = billed([fixed(n, minor) for n, minor in enumerate(amounts, start=1)])
    middle = add_months(YEAR.start, cut)
    parts = [Period(YEAR.start, middle)] if cut else []
    parts += [Period(middle, YEAR.end)] if cut < 12 else []
    off = [one for days in parts for one in taken_off(lines, days=days)]
    assert sum(one.net.minor for one in off) == sum(amounts)
    assert sorted(number for one in off for number in one.bills) == sorted(
        line.bill_number for line in lines
    )


def test_an_amount_outside_the_days_is_left_for_another_settlement():
    lines = billed([fixed(1, 100), fixed(2, 200)])
    (off,) = taken_off(lines, days=Period(date(2026, 2, 1), date(2027, 1, 1)))
    assert (off.net, off.bills) == (Money(200, "EUR"), ("B2",))


@pytest.mark.parametrize(
    ("days", "months", "net"),
    [
        (Period(date(2026, 1, 1), date(2026, 2, 1)), "1", 4_545),
        (Period(date(2026, 1, 1), date(2026, 4, 1)), "3", 13_635),
        # A contract that ends on 16 April is charged half of it.
        (Period(date(2026, 4, 1), date(2026, 4, 16)), "0.5", 2_273),
    ],
)
def test_a_line_is_months_times_the_amount(days, months, net):
    line = amount_line(FixedAmount(days, Money(4_545, "EUR"), "21"), service="gas")
    assert (line.quantity, line.unit, line.net) == (D(months), "month", Money(net, "EUR"))
    assert line.book == "budget"


def test_a_fixed_contract_needs_no_reading_and_one_that_is_not_fixed_does():
    unread = [MeasuredRegister("use", None)]
    days = Period.month_of(date(2026, 3, 1))
    charged = draft_bill(
        account_id=1,
        contracts=[contract(days, registers=unread, fixed=fixed(3, 500))],
        currency="EUR",
    )
    assert charged.hold is None
    assert charged.estimated == 0
    control = draft_bill(account_id=1, contracts=[contract(days, registers=unread)], currency="EUR")
    assert control.hold == "NO_READING"


def test_what_facts_say_gives_the_same_lines_again():
    amount = fixed(5, 4_545)
    again = read_fixed(amount.as_facts(), currency="EUR")
    assert amount_line(again, service="gas") == amount_line(amount, service="gas")
    (off,) = taken_off(billed([amount]), days=YEAR)
    read = read_billed(off.as_facts(), currency="EUR")
    assert billed_line(read, service="gas") == billed_line(off, service="gas")
    assert billed_line(off, service="gas").net == Money(-4_545, "EUR")


def test_a_budget_holds_from_its_first_day_until_its_last():
    stored = {"monthly_minor": 100, "since": "2026-02-01", "until": "2026-05-01", "by": "ana"}
    budget = read_budget(stored)
    assert budget == Budget(100, date(2026, 2, 1), date(2026, 5, 1))
    holds = [budget.holds_on(date(2026, month, 1)) for month in range(1, 7)]
    assert holds == [False, True, True, True, False, False]
    assert read_budget(None) is None


@pytest.mark.parametrize(
    ("today", "month", "until"),
    [
        (date(2026, 12, 31), 12, date(2026, 1, 1)),
        (date(2027, 1, 1), 12, date(2027, 1, 1)),
        (date(2026, 6, 30), 6, date(2025, 7, 1)),
        (date(2026, 7, 1), 6, date(2026, 7, 1)),
    ],
)
def test_everybody_is_settled_once_the_month_is_over(today, month, until):
    assert settled_until(today, month=month) == until


def test_periods_begin_by_the_months_of_a_bill():
    quarter = [month for month in range(1, 13) if begins_period(date(2026, month, 1), months=3)]
    assert quarter == [1, 4, 7, 10]
    assert not begins_period(date(2026, 1, 2), months=1)
    assert period_after(date(2026, 2, 1), months=3) == date(2026, 4, 1)
    assert period_after(date(2026, 1, 1), months=3) == date(2026, 1, 1)
    assert period_after(date(2026, 12, 2), months=1) == date(2027, 1, 1)


def test_the_suggestion_is_a_twelfth_rounded_up():
    year = [(D("44.01"), D(1))] * 12
    assert suggested(year, round_to=D(1)) == D(45)
    # A younger contract: what there is; nothing, or credit, suggests nothing.
    assert suggested([(D(90), D(3)), (D(20), D("0.5"))], round_to=D(5)) == D(35)
    assert suggested([], round_to=D(1)) is None
    assert suggested([(D(-5), D(1))], round_to=D(1)) is None
