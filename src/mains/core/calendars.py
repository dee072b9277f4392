"""Civil dates, half-open periods, and where both meet instants."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


class PeriodNotForward(ValueError):
    """
    A period would end before, or on the day, it starts.
    """


class NaiveInstant(ValueError):
    """
    An instant came without its offset, so it names no moment.
    """


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """
    The civil days from `start` up to, not including, `end`.

    :raises PeriodNotForward: if it would hold no day.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise PeriodNotForward(
                f"A period from {self.start} to {self.end} holds no day; the end is the first day "
                "that no longer belongs to it."
            )

    @classmethod
    def month_of(cls, day: date) -> "Period":
        """
        Return the calendar month that holds a day.
        """
        first = day.replace(day=1)
        return cls(first, add_months(first, 1))

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        return self.end - _DAY

    def contains(self, day: date) -> bool:
        """
        Tell whether a day belongs to the period.
        """
        return self.start <= day < self.end

    def overlaps(self, other: "Period") -> bool:
        """
        Tell whether two periods share a day.
        """
        return self.start < other.end and other.start < self.end

    def intersection(self, other: "Period") -> "Period | None":
        """
        Return the days both hold, or None.
        """
        if not self.overlaps(other):
            return None
        return Period(max(self.start, other.start), min(self.end, other.end))

    def year_before(self) -> "Period":
        """
        Return the same days of the year before; 29 February becomes the 28th.
        """
        start, end = add_months(self.start, -12), add_months(self.end, -12)
        return Period(start, max(end, start + _DAY))

    def each_day(self) -> Iterator[date]:
        """
        Yield every day in order.
        """
        day = self.start
        while day < self.end:
            yield day
            day += _DAY

    def months(self) -> tuple["Period", ...]:
        """
        Cut the period at the first of each month.
        """
        parts = []
        start = self.start
        while start < self.end:
            end = min(Period.month_of(start).end, self.end)
            parts.append(Period(start, end))
            start = end
        return tuple(parts)

    def month_count(self) -> Fraction:
        """
        Return how many months it holds, a part of a month as its share of that month's days.
        """
        return sum(
            (Fraction(part.days, Period.month_of(part.start).days) for part in self.months()),
            Fraction(0),
        )


def add_months(day: date, count: int) -> date:
    """
    Return the same day of another month, or that month's last day if it is shorter.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days_in_month(day: date) -> int:
    """
    Return how many days the month of a day has.
    """
    return calendar.monthrange(day.year, day.month)[1]


def civil_date(instant: datetime, zone: ZoneInfo) -> date:
    """
    Return the date on a calendar in a zone at an instant.

    :raises NaiveInstant: if the instant has no offset.
    """
    if instant.tzinfo is None:
        raise NaiveInstant(f"{instant} has no offset; pass an aware datetime, such as one in UTC.")
    return instant.astimezone(zone).date()


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """
    Return the first instant, in UTC, at which a calendar in a zone shows a date or a later one.

    That is midnight, except where clocks jump over it. A date that a zone left out altogether
    starts when the next one does.
    """
    wall = datetime.combine(day, time.min, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # Midnight does not exist: search the jump, to the second.
    before, after = instant - 2 * _DAY, instant + 2 * _DAY
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if civil_date(middle, zone) >= day:
            after = middle
        else:
            before = middle
    return after


def instants(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """
    Return the half-open span of instants, in UTC, that a period covers in a zone.
    """
    return first_instant(period.start, zone), first_instant(period.end, zone)
