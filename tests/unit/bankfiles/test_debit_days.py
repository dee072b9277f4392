"""Days on which TARGET settles, and by when a file has to be there."""

from datetime import date, timedelta

import holidays
import pytest

from mains.bankfiles.direct_debits.calendar import (
    easter,
    is_business_day,
    latest_submission,
    next_business_day,
)
from mains.bankfiles.direct_debits.debits import Sequence

LEAD = {Sequence.FIRST: 5, Sequence.RECURRENT: 2, Sequence.ONE_OFF: 5, Sequence.FINAL: 1}


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2000, 4, 23), (2008, 3, 23), (2024, 3, 31), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)],
)
def test_easter(year, month, day):
    assert easter(year) == date(year, month, day)


def test_closing_days_are_those_of_another_calendar():
    known = holidays.financial_holidays("ECB", years=range(2002, 2100))
    day, end, wrong = date(2002, 1, 1), date(2100, 1, 1), []
    while day < end:
        if is_business_day(day) != (day.weekday() < 5 and day not in known):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


@pytest.mark.parametrize(
    ("day", "then"),
    [
        (date(2026, 11, 3), date(2026, 11, 3)),
        (date(2026, 11, 7), date(2026, 11, 9)),
        (date(2026, 4, 3), date(2026, 4, 7)),
        (date(2026, 12, 24), date(2026, 12, 24)),
        (date(2026, 12, 25), date(2026, 12, 28)),
    ],
)
def test_the_next_business_day(day, then):
    assert next_business_day(day) == then


@pytest.mark.parametrize(
    ("collection", "sequence", "latest"),
    [
        (date(2026, 11, 5), Sequence.RECURRENT, date(2026, 11, 3)),
        (date(2026, 11, 9), Sequence.FINAL, date(2026, 11, 6)),
        # Over Easter: Friday and Monday are closed.
        (date(2026, 4, 8), Sequence.RECURRENT, date(2026, 4, 2)),
        (date(2026, 4, 8), Sequence.FIRST, date(2026, 3, 30)),
    ],
)
def test_the_latest_submission(collection, sequence, latest):
    assert latest_submission(collection, sequence, LEAD) == latest
