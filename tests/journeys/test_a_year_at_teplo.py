"""Heat and power in a Ukrainian town: windows that lock, two companies, bills of every month."""

from datetime import date, timedelta

import pytest
from tests.journeys.years.calendar import months, year_at

pytestmark = pytest.mark.usefixtures("unblocked")


def test_the_windows_of_a_whole_year():
    """
    Heat and hot water are wanted in a month's last week and on the 1st, and suspended from the 2nd
    to the 7th; electricity is wanted in a month's first five days.
    """
    with year_at("teplo", customers=1) as year:
        day = date(2026, 1, 2)
        states = {"hot_water": {}, "electricity": {}}
        while day < date(2027, 1, 1):
            year.on(day, night=False)
            for service, known in states.items():
                known[day] = year.window(service)
            day += timedelta(days=1 if day.day in {1, 2, 5, 7, 8, 24} or day.day > 23 else 3)
    for found, state in states["hot_water"].items():
        last_week = (found + timedelta(days=7)).month != found.month
        wanted = "RECOMMENDED" if last_week or found.day == 1 else "OPEN"
        assert state == ("LOCKED" if 2 <= found.day <= 7 else wanted), found
    assert {state for day, state in states["electricity"].items() if day.day <= 5} == {
        "RECOMMENDED"
    }


def test_both_companies_bill_every_month_and_a_home_that_pays_is_left_in_peace():
    with year_at("teplo", customers=2) as year:
        billed = {company.code: [] for company in year.tenant.file.companies}
        for day in months():
            year.on(day)
            for code, bills in billed.items():
                bills.append(year.bill(code))
            year.on(day + timedelta(days=9))
            for bills in billed.values():
                for bill in bills[-1]:
                    year.pay(bill)
        for code, bills in billed.items():
            series = year.tenant.file.company(code).series
            numbers = sorted(bill.number for month in bills for bill in month)
            # One series for each company and year, without a gap.
            expected = [f"{series}2026-{n:06}" for n in range(1, len(numbers) - len(bills[-1]) + 1)]
            assert numbers[: len(expected)] == expected
            assert [bill.number for bill in sorted(bills[-1], key=lambda one: one.number)] == [
                f"{series}2027-{n:06}" for n in range(1, len(bills[-1]) + 1)
            ]
        assert year.mailed("payment-reminder") == []
        assert year.owed() == 0
        assert year.books_agree()
