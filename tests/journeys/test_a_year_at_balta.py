"""Electricity in Riga: a late payer, a price that rises within a month, a forgotten meter."""

from datetime import date, timedelta

import pytest
from tests.journeys.years.calendar import Year, months, why, year_at

pytestmark = pytest.mark.usefixtures("unblocked")


def month_by_month(year: Year, days: list[date], *, unpaid: int = 0) -> dict:
    """
    Bill each month and pay every bill a week later, but for the first of one month; return that.
    """
    late = None
    for day in days:
        year.on(day)
        bills = year.bill()
        assert len(bills) == 4
        year.on(day + timedelta(days=7))
        for bill in bills:
            if day.month == unpaid and late is None:
                late = bill
            else:
                year.pay(bill)
    return late


def test_a_late_payer_is_reminded_three_times_and_never_after_paying():
    with year_at("balta") as year:
        late = month_by_month(year, months(1, 3), unpaid=4)
        assert year.status(late).status == "DUE"
        assert year.mailed("payment-reminder") == []
        # Due on April 19; reminded 3, 14 and 30 days later, in whichever night comes next.
        for day in (date(2026, 4, 20), date(2026, 4, 22), date(2026, 4, 23), date(2026, 5, 4)):
            year.on(day)
        assert year.status(late).status == "OVERDUE"
        month_by_month(year, months(4, 5))
        told = year.mailed("payment-reminder")
        assert [one["number"] for one in told] == [late.number] * 3
        assert [one["last"] for one in told] == ["", "", "yes"]

        # A part does not settle it; the rest does, and nobody is reminded any more.
        year.pay(late, "5.00")
        assert year.status(late).status == "OVERDUE"
        year.on(date(2026, 6, 20)).pay(late)
        assert year.status(late).status == "PAID"
        year.on(date(2026, 9, 1))
        assert len(year.mailed("payment-reminder")) == 3
        assert year.owed() == 0
        assert year.books_agree()


def test_a_price_that_rises_within_a_month_is_billed_by_the_day_and_explained():
    with year_at("balta") as year:
        month_by_month(year, months(1, 5))
        year.publish_price("home", "energy", "0.1789", start=date(2026, 7, 11))
        (before, *_others) = year.on(date(2026, 7, 5)).bill()
        (after, *_others) = year.on(date(2026, 8, 5)).bill()
        lines = [line for line in year.facts(after)["lines"] if line["code"] == "energy"]
        assert [(line["days"], line["unit_price"]) for line in lines] == [
            (["2026-07-01", "2026-07-11"], "0.1489"), (["2026-07-11", "2026-08-01"], "0.1789"),
        ]  # fmt: skip
        told = why(after)
        assert before.account_id == after.account_id
        assert any("The price of “Patērētā elektrība” rose" in one for one in told), told
        assert year.books_agree()


def test_what_nobody_read_is_estimated_and_the_reading_that_follows_sets_it_right():
    with year_at("balta") as year:
        year.on(date(2026, 2, 5)).bill()
        year.forget_reading(month=date(2026, 2, 1))
        (estimated, *_others) = year.on(date(2026, 3, 5)).bill()
        (register,) = year.facts(estimated)["contracts"][0]["registers"]
        assert register["estimated"] is True
        year.read_more(month=date(2026, 3, 1), by=100)
        (corrected, *_others) = year.on(date(2026, 4, 5)).bill()
        facts = year.facts(corrected)
        assert [one["period"][0] for one in facts["contracts"][0]["corrections"]] == ["2026-02-01"]
        # Both bills together count what the meter counted.
        used = sum(
            float(line["quantity"])
            for bill in (estimated, corrected)
            for line in year.facts(bill)["lines"]
            if line["code"] == "energy"
        )
        assert used == year.meter_counted(estimated, date(2026, 2, 1), date(2026, 4, 1))
        assert year.books_agree()
