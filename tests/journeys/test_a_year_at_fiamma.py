"""Gas and power in Italy: two companies, a discount for e-bills by direct debit."""

from datetime import date, timedelta

import pytest
from tests.journeys.years.calendar import months, year_at

pytestmark = pytest.mark.usefixtures("unblocked")


def discount(facts: dict) -> list[str]:
    return [line["net"] for line in facts["lines"] if line["code"] == "e_bill"]


@pytest.mark.seed("S4.04")
def test_the_discount_is_there_while_both_hold_and_ends_with_the_mandate():
    with year_at("fiamma", customers=1) as year:
        year.choose_electronic()
        given = {}
        for day in months():
            if day == date(2026, 7, 5):
                year.on(date(2026, 6, 30)).end_mandates()
            (bill,) = year.on(day).bill("gas")
            given[day.month] = discount(year.facts(bill))
            under_mandate = bill.collection_date is not None
            # Bills are collected 14 days after they are made, while the mandate is in force.
            assert under_mandate == (day < date(2026, 7, 1))
            if under_mandate:
                assert bill.collection_date == bill.issue_date + timedelta(days=14)
            year.pay(bill)
        assert [month for month, nets in given.items() if nets] == [2, 3, 4, 5, 6]
        assert all(nets == ["-1.00"] for nets in given.values() if nets)
        # Who is collected from is never reminded, and who pays in time neither.
        assert year.mailed("payment-reminder") == []
        assert year.owed() == 0
        assert year.books_agree()


def test_gas_and_power_are_two_companies_with_two_series():
    with year_at("fiamma", customers=2) as year:
        for day in months(1, 3):
            year.on(day)
            gas, power = year.bill("gas"), year.bill("luce")
            assert {bill.number[:2] for bill in gas} == {"FG"}
            assert {bill.number[:2] for bill in power} == {"FL"}
            for bill in gas + power:
                year.pay(bill)
        assert year.books_agree()
