"""Which days a statement has, and the balance after each movement."""

from datetime import date

import pytest

from mains.payments.rules.statements import (
    OPEN_END,
    Days,
    TooLong,
    UnfitDays,
    balances,
    days_asked,
    usual_days,
)

TODAY = date(2026, 11, 29)


def test_this_year_and_the_one_before_are_usual():
    assert usual_days(TODAY) == Days(date(2025, 1, 1), TODAY)
    assert days_asked(None, None, today=TODAY) == usual_days(TODAY)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 3, 1), None, Days(date(2026, 3, 1), TODAY)),
        (None, date(2026, 3, 1), Days(date(2025, 1, 1), date(2026, 3, 1))),
        # Before everything that is usual: the one day.
        (None, date(2020, 3, 1), Days(date(2020, 3, 1), date(2020, 3, 1))),
        (date(2027, 1, 1), None, Days(date(2027, 1, 1), date(2027, 1, 1))),
        (date(2021, 11, 30), TODAY, Days(date(2021, 11, 30), TODAY)),
    ],
)
def test_what_is_left_out_is_usual(first, last, days):
    assert days_asked(first, last, today=TODAY) == days


def test_days_that_do_not_fit_are_refused():
    with pytest.raises(UnfitDays):
        days_asked(date(2026, 3, 2), date(2026, 3, 1), today=TODAY)
    with pytest.raises(TooLong):
        days_asked(date(2021, 11, 29), TODAY, today=TODAY)


def test_what_takes_effect_later_is_in_a_statement_that_reaches_today():
    assert Days(date(2026, 1, 1), TODAY).until(TODAY) == OPEN_END
    assert Days(date(2026, 1, 1), date(2026, 11, 28)).until(TODAY) == date(2026, 11, 28)


def test_each_balance_is_the_one_before_and_the_amount():
    assert list(balances(-100, [250, -150, 7])) == [150, 0, 7]
    assert list(balances(5, [])) == []
