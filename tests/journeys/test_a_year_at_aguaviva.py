"""Water in Spain: four quarters in blocks, a wet summer, a customer who pays twice."""

from datetime import date
from decimal import Decimal

import pytest
from tests.journeys.years.calendar import why, year_at

pytestmark = pytest.mark.usefixtures("unblocked")
# The day on which each quarter is billed.
QUARTERS = [date(2026, 4, 3), date(2026, 7, 3), date(2026, 10, 3), date(2027, 1, 4)]


def use(facts: dict) -> list[tuple[str, str]]:
    return [(line["quantity"], line["unit_price"]) for line in facts["lines"]
            if line["code"] == "use"]  # fmt: skip


def test_four_quarters_fill_the_blocks_and_the_summer_is_explained():
    with year_at("aguaviva", customers=3) as year:
        first = []
        for day in QUARTERS:
            if day.month == 10:
                year.read_more(month=date(2026, 9, 1), by=20)
            bills = year.on(day).bill()
            assert len(bills) == 3
            first.append(bills[0])
            for bill in bills:
                year.pay(bill)
        spring, _early_summer, summer, autumn = first
        # 16 m³ a month: 18, 12 and 18 m³; twenty more in the summer reach the dearest block.
        assert use(year.facts(spring)) == [("18", "0.35"), ("12", "0.7"), ("18", "1.1")]
        assert use(year.facts(summer))[-1] == ("20", "1.5")
        assert spring.total_minor == 4819
        # 43.81 + 30.00, and 10 % on it.
        assert summer.total_minor == 8119
        assert why(summer)[0].startswith("You used 20 m³ more: +€30.00")
        # What was read in September is not used again: twenty less.
        assert why(autumn)[0].startswith("You used")
        assert year.owed() == 0
        assert year.books_agree()


def test_what_is_paid_twice_stays_as_credit_of_the_account():
    with year_at("aguaviva", customers=2) as year:
        (bill, _other) = year.on(QUARTERS[0]).bill()
        total = Decimal(bill.total_minor) / 100
        year.pay(bill)
        year.on(date(2026, 4, 20)).pay(bill, str(total))
        assert year.status(bill).status == "PAID"
        # The other customer owes one bill, this one has one in favour.
        assert year.owed() == _other.total_minor - bill.total_minor
        assert year.books_agree()
        # The other is reminded on the days of the utility, and who paid twice is not.
        for day in (date(2026, 4, 29), date(2026, 5, 14)):
            year.on(day)
        told = year.mailed("payment-reminder")
        assert [one["number"] for one in told] == [_other.number, _other.number]


def test_a_home_without_a_reading_holds_up_nobody_and_is_billed_afterwards():
    with year_at("aguaviva", customers=3) as year:
        for month in (1, 2, 3):
            year.forget_reading(month=date(2026, month, 1))
        bills = year.on(QUARTERS[0]).bill()
        run = bills[0].run
        (held,) = year.held(run)
        assert held not in {bill.account_id for bill in bills}
        assert len(bills) == 2
        # In May it is read; the run takes the account up again, and the others stay as they are.
        year.on(date(2026, 5, 4), night=False)
        year.read_late(month=date(2026, 3, 1))
        taken_up = year.take_up(run)
        assert len(taken_up) == 3
        (late,) = [bill for bill in taken_up if bill.account_id == held]
        assert {bill.facts_hash for bill in bills} < {bill.facts_hash for bill in taken_up}
        assert late.issue_date == date(2026, 5, 4)
        assert year.held(run) == []
        assert year.books_agree()
