"""When readings are wanted, possible or suspended, and which month each belongs to."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mains.core.calendars import Period, add_months, civil_date, first_instant

_DAY = timedelta(days=1)
# Whatever the rules, every state that can recur does so within two months.
_HORIZON_DAYS = 63


class WindowContradiction(ValueError):
    """
    A window wants readings on days on which it suspends them, or can never be open.
    """


class WindowState(StrEnum):
    """
    Whether a reading is wanted now, possible, or suspended.
    """

    RECOMMENDED = "RECOMMENDED"
    OPEN = "OPEN"
    LOCKED = "LOCKED"


@dataclass(frozen=True, slots=True)
class LastDays:
    """
    The last `days` of each month, and on through day `through` of the next (0: not beyond).
    """

    days: int
    through: int = 0

    def holds(self, day: date) -> bool:
        return day.day > _length(day) - self.days or day.day <= self.through

    @property
    def closing_through(self) -> int:
        return self.through


@dataclass(frozen=True, slots=True)
class FirstDays:
    """
    The first `days` of each month; they close the month before.
    """

    days: int

    def holds(self, day: date) -> bool:
        return day.day <= self.days

    @property
    def closing_through(self) -> int:
        return self.days


@dataclass(frozen=True, slots=True)
class FixedDays:
    """
    The days `first` to `last` of each month, as far as the month has them.
    """

    first: int
    last: int

    def holds(self, day: date) -> bool:
        return self.first <= day.day <= self.last

    @property
    def closing_through(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Always:
    """
    Any day is as good as another: open, and none recommended.
    """

    def holds(self, day: date) -> bool:  # noqa: ARG002 - the same question as to the other rules
        return False

    @property
    def closing_through(self) -> int:
        return 0


type Rule = LastDays | FirstDays | FixedDays | Always


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingWindow:
    """
    When a service wants readings, when it suspends them (`lock`), and what the other days are.

    Readings on the first days of a month, through `closing_through`, belong to the month before;
    None leaves that to the rule.

    :raises WindowContradiction: if days are both recommended and locked, or no day is ever open.
    """

    recommended: Rule
    lock: FixedDays | None = None
    elsewhere: WindowState = WindowState.OPEN
    closing_through: int | None = None

    def __post_init__(self) -> None:
        _check_numbers(self)
        for month in (date(2026, 2, 1), date(2024, 2, 1), date(2026, 4, 1), date(2026, 1, 1)):
            states = []
            for day in Period.month_of(month).each_day():
                states.append(state_on(self, day))
                if self.lock and self.lock.holds(day) and self.recommended.holds(day):
                    raise WindowContradiction(
                        f"Day {day.day} of a month of {_length(day)} days is both recommended and "
                        "locked; move one of the two."
                    )
            if all(state is WindowState.LOCKED for state in states):
                raise WindowContradiction("No day of a month is open for readings; open some.")


@dataclass(frozen=True, slots=True)
class WindowView:
    """
    How a window looks at one moment.

    `period` is the month that a reading now belongs to. `changes_on` is the first civil day on
    which the state is another one (None: it never is), `opens_on` the next day a reading can be
    given (None if it can now), `recommended_on` the next day on which one is wanted (None if it is
    now, or never is). The `_at` fields are the instants, in UTC, when those days begin there.
    """

    state: WindowState
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
    changes = _next(day, lambda other: state_on(window, other) is not state)
    opens = recommended = None
    if state is WindowState.LOCKED:
        opens = _next(day, lambda other: state_on(window, other) is not WindowState.LOCKED)
    if state is not WindowState.RECOMMENDED:
        recommended = _next(day, lambda other: state_on(window, other) is WindowState.RECOMMENDED)
    return WindowView(
        state=state,
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
    if window.lock is not None and window.lock.holds(day):
        return WindowState.LOCKED
    if window.recommended.holds(day):
        return WindowState.RECOMMENDED
    if isinstance(window.recommended, Always):
        return WindowState.OPEN
    return window.elsewhere


def period_of(window: ReadingWindow, day: date) -> Period:
    """
    Return the month that a reading taken on a day belongs to.
    """
    closing = window.closing_through
    if closing is None:
        closing = window.recommended.closing_through
    if day.day <= closing:
        return Period.month_of(add_months(day.replace(day=1), -1))
    return Period.month_of(day)


def _next(day: date, fits: Callable[[date], bool]) -> date | None:
    for _ in range(_HORIZON_DAYS):
        day += _DAY
        if fits(day):
            return day
    return None


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else first_instant(day, zone)


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _check_numbers(window: ReadingWindow) -> None:
    rules = [rule for rule in (window.recommended, window.lock) if rule is not None]
    numbers = [window.closing_through or 0]
    for rule in rules:
        if isinstance(rule, FixedDays):
            numbers += [rule.first, rule.last]
            if not 1 <= rule.first <= rule.last:
                raise WindowContradiction(
                    f"Days {rule.first} to {rule.last} are none; the first comes before the last."
                )
        elif isinstance(rule, LastDays):
            numbers += [rule.days, rule.through]
        elif isinstance(rule, FirstDays):
            numbers.append(rule.days)
    if min(numbers) < 0 or max(numbers) > 31:
        raise WindowContradiction("Days of a month are numbered from 1 to 31; correct the window.")
    if window.elsewhere is WindowState.RECOMMENDED:
        raise WindowContradiction("The other days are open or locked; `always` recommends none.")
