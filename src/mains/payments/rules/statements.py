"""A statement of account: which days it has, and what was owed after each movement."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from mains.core.calendars import add_months

MOST_YEARS = 5
# Bookings may take effect on a later day; a statement up to today has them, as the balance does.
OPEN_END = date(9999, 12, 31)


class UnfitDays(ValueError):
    """The last day is before the first one."""


class TooLong(ValueError):
    """A statement has five years at most."""


class Days(NamedTuple):
    """
    The civil days from the first to the last one.
    """

    first: date
    last: date

    def until(self, today: date) -> date:
        """
        Return the last day of which bookings are in it: all there are, if it reaches today.
        """
        return OPEN_END if self.last >= today else self.last


def usual_days(today: date) -> Days:
    """
    Return this year until today, and the one before.
    """
    return Days(date(today.year - 1, 1, 1), today)


def days_asked(first: date | None, last: date | None, *, today: date) -> Days:
    """
    Return the days that were asked for; where one was left out, the usual one.

    :raises UnfitDays: if the last is before the first.
    :raises TooLong: if they are more than five years.
    """
    usual = usual_days(today)
    end = last or max(usual.last, first or usual.last)
    days = Days(first or min(usual.first, end), end)
    if days.last < days.first:
        raise UnfitDays(days)
    if days.last >= add_months(days.first, 12 * MOST_YEARS):
        raise TooLong(days)
    return days


def balances(opening_minor: int, amounts_minor: Iterable[int]) -> Iterator[int]:
    """
    Yield what is owed after each amount, in minor units: debits above zero, credits below.
    """
    owed = opening_minor
    for minor in amounts_minor:
        owed += minor
        yield owed
