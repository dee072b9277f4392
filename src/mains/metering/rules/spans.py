"""The days on which readings are wanted or suspended, and the month that each of them closes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mains.core.calendars import Period, add_months, days_in_month

_DAY = timedelta(days=1)
_LEAP_YEAR = 2024


class WindowContradiction(ValueError):
    """
    A window wants readings on days on which it suspends them, or can never be open.
    """


@dataclass(frozen=True, slots=True)
class Span:
    """
    Civil days in a row; a reading on one of them belongs to the month `closes`.
    """

    days: Period
    closes: Period


@dataclass(frozen=True, slots=True)
class LastDays:
    """
    The last `days` of each month, and on through day `through` of the next (0: not beyond).
    """

    days: int
    through: int = 0

    def __post_init__(self) -> None:
        check_days_of_month(self.days, self.through)

    def starting_in(self, month: Period) -> Iterator[Span]:
        start = max(month.start, month.end - self.days * _DAY)
        yield Span(Period(start, month.end + self.through * _DAY), closes=month)


@dataclass(frozen=True, slots=True)
class FirstDays:
    """
    The first `days` of each month; they close the month before.
    """

    days: int

    def __post_init__(self) -> None:
        check_days_of_month(self.days)

    def starting_in(self, month: Period) -> Iterator[Span]:
        yield Span(Period(month.start, month.start + self.days * _DAY), closes=_before(month))


@dataclass(frozen=True, slots=True)
class FixedDays:
    """
    The days `first` to `last` of each month, as far as the month has them.
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        check_days_of_month(self.first, self.last)
        if not 1 <= self.first <= self.last:
            raise WindowContradiction(
                f"Days {self.first} to {self.last} are none; the first comes before the last."
            )

    def starting_in(self, month: Period) -> Iterator[Span]:
        length = days_in_month(month.start)
        if self.first <= length:
            start = month.start.replace(day=self.first)
            end = month.start + min(self.last, length) * _DAY
            yield Span(Period(start, end), closes=month)


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """
    A day that comes every year; 29 February is the 28th where a year has none.
    """

    month: int
    day: int

    def __post_init__(self) -> None:
        try:
            date(_LEAP_YEAR, self.month, self.day)
        except ValueError as error:
            raise WindowContradiction(
                f"There is no day {self.day} of month {self.month}; correct the date."
            ) from error

    def in_year(self, year: int) -> date:
        first = date(year, self.month, 1)
        return first.replace(day=min(self.day, days_in_month(first)))


@dataclass(frozen=True, slots=True)
class FixedDates:
    """
    Days of the year, each from one through another, such as those of a quarterly reading.

    They close the month in which they start, or with `closes_before` the month before it.
    """

    dates: tuple[tuple[DayOfYear, DayOfYear], ...]
    closes_before: bool = False

    def starting_in(self, month: Period) -> Iterator[Span]:
        for first, last in self.dates:
            if first.month == month.start.month:
                start = first.in_year(month.start.year)
                end = last.in_year(month.start.year)
                if end < start:
                    end = last.in_year(month.start.year + 1)
                closes = _before(month) if self.closes_before else month
                yield Span(Period(start, end + _DAY), closes=closes)


@dataclass(frozen=True, slots=True)
class Always:
    """
    Any day is as good as another: open, and none recommended.
    """

    def starting_in(self, month: Period) -> Iterator[Span]:  # noqa: ARG002 - as the other rules
        yield from ()


type Rule = LastDays | FirstDays | FixedDays | FixedDates | Always


def check_days_of_month(*numbers: int) -> None:
    """
    Refuse what no day of a month is numbered, and no count of its days can be.

    :raises WindowContradiction: for a number below 0 or above 31.
    """
    if min(numbers) < 0 or max(numbers) > 31:
        raise WindowContradiction("Days of a month are numbered from 1 to 31; correct the window.")


def _before(month: Period) -> Period:
    return Period.month_of(add_months(month.start, -1))
