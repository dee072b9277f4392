"""
Days on which TARGET settles, and by when a file has to be with the bank.

Closing days: Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December
(European Central Bank, long-term calendar for TARGET closing days, since 2002).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from mains.bankfiles.direct_debits.debits import Sequence

_FIXED = {(1, 1), (5, 1), (12, 25), (12, 26)}
_DAY = timedelta(days=1)
_SATURDAY = 5


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """
    Return Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8).
    """
    century, rest = divmod(year, 100)
    golden = year % 19
    quarter, left = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - quarter - shift + 15) % 30
    week = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_business_day(day: date) -> bool:
    """
    Tell whether TARGET settles on a day.
    """
    sunday = easter(day.year)
    moved = {sunday - 2 * _DAY, sunday + _DAY}
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED and day not in moved


def next_business_day(day: date) -> date:
    """
    Return the first business day that is not before a day.
    """
    while not is_business_day(day):
        day += _DAY
    return day


def latest_submission(
    collection_date: date, sequence: Sequence, lead_days: Mapping[Sequence, int]
) -> date:
    """
    Return the last day for a file to reach the bank: as many business days before as it wants.

    `lead_days` are the bank's, in business days for each sequence; the scheme itself wants one for
    all (EPC016-06, Core rulebook, section 4.3).
    """
    day = collection_date
    for _ in range(lead_days[sequence]):
        day -= _DAY
        while not is_business_day(day):
            day -= _DAY
    return day
