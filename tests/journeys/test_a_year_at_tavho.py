"""District heating in Hungary: whole forints, heated space by the year, heat by the winter."""

from datetime import date

import pytest
from tests.journeys.years.calendar import months, year_at

pytestmark = pytest.mark.usefixtures("unblocked")


def test_twelve_bills_in_whole_forints_of_which_the_heated_space_is_the_yearly_price():
    with year_at("tavho", customers=2) as year:
        base, totals = 0, []
        for day in months():
            bills = year.on(day).bill()
            facts = year.facts(bills[0])
            base += sum(int(line["net"]) for line in facts["lines"]
                        if line["code"] == "heating_base")  # fmt: skip
            totals.append(int(facts["total"]))
            for bill in bills:
                year.pay(bill)
        # 281.30 Ft a year for each of 130 lm³ is 36,569; twelve rounded twelfths are 36,564.
        assert base == 12 * 3047
        # The example customer uses the same every month: 18,577 Ft.
        assert set(totals) == {18577}
        assert year.owed() == 0
        assert year.books_agree()


def test_a_late_home_is_reminded_twice_in_hungarian_and_the_books_hold():
    with year_at("tavho", customers=1) as year:
        (bill,) = year.on(date(2026, 2, 5)).bill()
        due = bill.due_date
        for day in range(1, 60, 7):
            year.on(date.fromordinal(due.toordinal() + day))
        told = year.mailed("payment-reminder")
        assert [one["last"] for one in told] == ["", "yes"]
        assert told[0]["amount"] == "18\xa0577\xa0Ft"
        assert year.status(bill).status == "OVERDUE"
        year.pay(bill)
        assert year.owed() == 0
        assert year.books_agree()
