"""Which days of a contract are left to bill, once others are billed."""

from collections.abc import Iterable
from datetime import date

from mains.core.calendars import Period


def left_of(days: Period, billed: Iterable[Period]) -> Period | None:
    """
    Return the days that follow the last ones that are billed, or None if all are.

    Whatever is billed beside the regular runs begins where the bill before it ended, so nothing is
    left between them. Where the end of the days is billed, those before are.
    """
    start, end = days.start, days.end
    for one in sorted(billed):
        if one.start <= start < one.end:
            start = one.end
        elif start < one.start < end <= one.end:
            end = one.start
        elif start < one.start and one.end < end:
            start = one.end
    return Period(start, end) if start < end else None


def unbilled(days: Period, billed: Iterable[Period]) -> Period | None:
    """
    Return the days after everything of them that is billed, or None.
    """
    start = max((one.end for one in billed if one.overlaps(days)), default=days.start)
    start = max(start, days.start)
    return Period(start, days.end) if start < days.end else None


def hull(periods: Iterable[Period]) -> Period:
    """
    Return the days from the first to the last of some.
    """
    found = list(periods)
    return Period(min(one.start for one in found), max(one.end for one in found))


def until(end: date | None, *, day: date) -> date:
    """
    Return the earlier of a contract's end, if it has one, and a day.
    """
    return day if end is None else min(end, day)
