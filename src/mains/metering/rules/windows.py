"""When readings are wanted, possible or suspended, and which month each belongs to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from mains.core.calendars import Period, add_months, civil_date, first_instant
from mains.metering.rules.spans import (
    Always,
    FixedDates,
    FixedDays,
    Rule,
    Span,
    WindowContradiction,
    check_days_of_month,
)

_DAY = timedelta(days=1)
# No country has more days in a row on which nobody works.
_MOST_FREE_DAYS = 14

type FreeDay = Callable[[date], bool]


class WindowState(StrEnum):
    """
    Whether a reading is wanted now, possible, or suspended.
    """

    RECOMMENDED = "RECOMMENDED"
    OPEN = "OPEN"
    LOCKED = "LOCKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingWindow:
    """
    When a service wants readings, when it suspends them (`lock`), and what the other days are.

    With `free_day`, days that would end on one of them go on through the next working day, those
    of the lock as well; a day that is wanted is not suspended. Readings on the first days of a
    month, through `closing_through`, belong to the month before; None leaves that to the rule.

    :raises WindowContradiction: if days are both recommended and locked, or no day is ever open.
    """

    recommended: Rule
    lock: FixedDays | None = None
    elsewhere: WindowState = WindowState.OPEN
    closing_through: int | None = None
    free_day: FreeDay | None = None

    def __post_init__(self) -> None:
        check_days_of_month(self.closing_through or 0)
        if self.elsewhere is WindowState.RECOMMENDED:
            raise WindowContradiction(
                "The other days are open or locked; `always` recommends none."
            )
        for month in (date(2026, 2, 1), date(2024, 2, 1), date(2026, 4, 1), date(2026, 1, 1)):
            _check_month(self, Period.month_of(month))


@dataclass(frozen=True, slots=True)
class WindowView:
    """
    How a window looks at one moment.

    `is_suspended` where it is locked by days that suspend readings, not by the calendar around the
    recommended ones. `period` is the month that a reading now belongs to. `changes_on` is the first
    civil day on which the state is another one (None: it never is), `opens_on` the next day a
    reading can be given (None if it can now), `recommended_on` the next day on which one is wanted
    (None if it is now, or never is). The `_at` fields are the instants, in UTC, when those days
    begin there.
    """

    state: WindowState
    is_suspended: bool
    day: date
    period: Period
    changes_on: date | None
    opens_on: date | None
    recommended_on: date | None
    changes_at: datetime | None
    opens_at: datetime | None
    recommended_at: datetime | None


def view(window: ReadingWindow, *, instant: datetime, zone: ZoneInfo) -> WindowView:
    """
    Return how a window looks at an instant on the calendar of a zone.

    :raises NaiveInstant: if the instant has no offset.
    """
    day = civil_date(instant, zone)
    state = state_on(window, day)
    ahead = [(other, state_on(window, other)) for other in _boundaries(window, day)]
    changes = _next(ahead, lambda other: other is not state)
    opens = recommended = None
    if state is WindowState.LOCKED:
        opens = _next(ahead, lambda other: other is not WindowState.LOCKED)
    if state is not WindowState.RECOMMENDED:
        recommended = _next(ahead, lambda other: other is WindowState.RECOMMENDED)
    return WindowView(
        state=state,
        is_suspended=state is WindowState.LOCKED and _is_suspended(window, day),
        day=day,
        period=period_of(window, day),
        changes_on=changes,
        opens_on=opens,
        recommended_on=recommended,
        changes_at=_begin(changes, zone),
        opens_at=_begin(opens, zone),
        recommended_at=_begin(recommended, zone),
    )


def state_on(window: ReadingWindow, day: date) -> WindowState:
    """
    Return the state of a window on a civil day.
    """
    if _holding(window, window.recommended, day):
        return WindowState.RECOMMENDED
    if _is_suspended(window, day):
        return WindowState.LOCKED
    if isinstance(window.recommended, Always):
        return WindowState.OPEN
    return window.elsewhere


def period_of(window: ReadingWindow, day: date) -> Period:
    """
    Return the month that a reading taken on a day belongs to.
    """
    month = Period.month_of(day)
    if window.closing_through is not None:
        return _month(month, -1) if day.day <= window.closing_through else month
    span = _holding(window, window.recommended, day)
    return month if span is None else span.closes


def months_for(day: date) -> tuple[Period, Period]:
    """
    Return the months that a reading of a day can belong to: the day's own, and the one before.
    """
    month = Period.month_of(day)
    return month, _month(month, -1)


def last_day_for(window: ReadingWindow, period: Period) -> date | None:
    """
    Return the last day on which a reading is taken that belongs to a period, or None if none is.
    """
    day = _month(Period.month_of(period.last_day), 1).last_day
    while day >= period.start:
        is_taken = state_on(window, day) is not WindowState.LOCKED
        if is_taken and period.contains(period_of(window, day).start):
            return day
        day -= timedelta(days=1)
    return None


def recommended_between(window: ReadingWindow, period: Period) -> list[Period]:
    """
    Return the days on which readings are wanted, in rows of days that begin within a period.
    """
    return [
        span.days
        for span in _spans(window, window.recommended, Period.month_of(period.start), period.end)
        if period.contains(span.days.start)
    ]


def _is_suspended(window: ReadingWindow, day: date) -> bool:
    return window.lock is not None and _holding(window, window.lock, day) is not None


def _holding(window: ReadingWindow, rule: Rule, day: date) -> Span | None:
    """
    Return the earliest days of a rule that hold a day.
    """
    back, _ahead = _reach(rule)
    first = _month(Period.month_of(day), -back)
    for span in _spans(window, rule, first, day + _DAY):
        if span.days.contains(day):
            return span
    return None


def _spans(window: ReadingWindow, rule: Rule, month: Period, end: date) -> Iterator[Span]:
    while month.start < end:
        yield from _starting_in(rule, month, window.free_day)
        month = _month(month, 1)


# The same few months are asked for by every page.
@lru_cache(maxsize=4096)
def _starting_in(rule: Rule, month: Period, free_day: FreeDay | None) -> tuple[Span, ...]:
    return tuple(
        Span(_shifted(span.days, free_day), span.closes) for span in rule.starting_in(month)
    )


def _shifted(days: Period, free_day: FreeDay | None) -> Period:
    """
    Let days that would end on a free day go on through the next working one.
    """
    last = days.last_day
    if free_day is not None:
        for _ in range(_MOST_FREE_DAYS):
            if not free_day(last):
                break
            last += _DAY
    return Period(days.start, last + _DAY)


def _next(
    ahead: list[tuple[date, WindowState]], fits: Callable[[WindowState], bool]
) -> date | None:
    return next((day for day, state in ahead if fits(state)), None)


def _boundaries(window: ReadingWindow, day: date) -> list[date]:
    """
    Return the days after a day on which a state can begin, in order.
    """
    back, ahead = _reach(window.recommended)
    month = Period.month_of(day)
    rules = [rule for rule in (window.recommended, window.lock) if rule is not None]
    edges = {
        edge
        for rule in rules
        for span in _spans(window, rule, _month(month, -back), _month(month, ahead).end)
        for edge in (span.days.start, span.days.end)
    }
    return sorted(edge for edge in edges if edge > day)


def _reach(rule: Rule) -> tuple[int, int]:
    """
    Return how many months back days may begin that hold one of this month, and how many ahead
    every state that can recur has done so.
    """
    return (12, 14) if isinstance(rule, FixedDates) else (2, 3)


@lru_cache(maxsize=4096)
def _month(month: Period, count: int) -> Period:
    return Period.month_of(add_months(month.start, count))


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else first_instant(day, zone)


def _check_month(window: ReadingWindow, month: Period) -> None:
    states = []
    for day in month.each_day():
        states.append(state_on(window, day))
        locked = window.lock is not None and _plainly(window.lock, day)
        if locked and _plainly(window.recommended, day):
            raise WindowContradiction(
                f"Day {day.day} of a month of {month.days} days is both recommended and locked; "
                "move one of the two."
            )
    yearly = isinstance(window.recommended, FixedDates)
    if all(state is WindowState.LOCKED for state in states) and not yearly:
        raise WindowContradiction("No day of a month is open for readings; open some.")


def _plainly(rule: Rule, day: date) -> bool:
    """
    Tell whether a rule names a day itself, without what free days add.
    """
    month = Period.month_of(day)
    return any(
        span.days.contains(day)
        for back in (-2, -1, 0)
        for span in rule.starting_in(_month(month, back))
    )
