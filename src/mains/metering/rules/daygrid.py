"""
A civil day cut into equal intervals: 24 hours, or 23 and 25 where clocks change.

Zones with quarter-hour offsets (Nepal, +05:45) work as any other, because a grid starts at the
day's first instant, not at a full hour of UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mains.core.calendars import first_instant
from mains.metering.rules.sentences import Told
from mains.metering.rules.sentences import gettext_noop as _

RESOLUTIONS = (15, 30, 60)
_DAY = timedelta(days=1)


class NotOnGrid(ValueError):
    """
    An instant is not where an interval of the day starts.
    """


class DayNotWhole(Told):
    """
    A day in a zone does not hold a whole number of intervals.
    """


@dataclass(frozen=True, slots=True)
class DayGrid:
    """
    The intervals of one civil day: when the first starts (UTC), how long each is, how many.
    """

    day: date
    start: datetime
    minutes: int
    slots: int

    def start_of(self, slot: int) -> datetime:
        """
        Return the instant, in UTC, at which an interval starts; the first is 0.
        """
        return self.start + slot * timedelta(minutes=self.minutes)

    def slot_at(self, instant: datetime) -> int:
        """
        Return which interval starts at an instant.

        :raises NotOnGrid: if none does.
        """
        slot, rest = divmod(instant - self.start, timedelta(minutes=self.minutes))
        if rest or not 0 <= slot < self.slots:
            raise NotOnGrid(f"No interval of {self.minutes} minutes starts at {instant}.")
        return slot


@lru_cache(maxsize=4096)
def day_grid(day: date, zone: ZoneInfo, minutes: int) -> DayGrid:
    """
    Return the intervals of a civil day in a zone.

    :raises DayNotWhole: if the day is not a whole number of them, as where clocks move by half an
        hour and values are hourly.
    """
    start, end = first_instant(day, zone), first_instant(day + _DAY, zone)
    slots, rest = divmod(end - start, timedelta(minutes=minutes))
    if rest:
        raise DayNotWhole(
            _("%(day)s in %(zone)s is not a whole number of %(minutes)s minutes."),
            day=day, zone=zone, minutes=minutes,
        )  # fmt: skip
    return DayGrid(day, start, minutes, slots)


def place(instant: datetime, *, zone: ZoneInfo, minutes: int) -> tuple[date, int]:
    """
    Return the civil day and the interval of it that starts at an instant.

    :raises NotOnGrid: if no interval starts there.
    :raises DayNotWhole: if the day cannot be cut into such intervals.
    """
    day = instant.astimezone(zone).date()
    return day, day_grid(day, zone, minutes).slot_at(instant.astimezone(UTC))
