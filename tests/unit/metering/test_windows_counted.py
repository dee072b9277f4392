"""Ten years in five zones: every day and every turn of a window, against counting them by hand."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from mains.core.calendars import Period
from mains.metering.rules.spans import FirstDays, FixedDays, LastDays
from mains.metering.rules.windows import (
    ReadingWindow,
    WindowState,
    period_of,
    recommended_between,
    state_on,
    view,
)

R, O, L = WindowState.RECOMMENDED, WindowState.OPEN, WindowState.LOCKED  # noqa: E741
YEARS = range(2024, 2034)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# Summer time by the European rule, at midnight, by half an hour, in the south, and none at all.
ZONES = ["Europe/Kyiv", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kathmandu"]


def free(day: date) -> bool:
    return day.weekday() >= 5 or (day.month, day.day) in {(1, 1), (5, 1), (11, 1), (12, 25)}


WINDOWS = {
    "last week through the 1st, locked 2 to 7": ReadingWindow(
        recommended=LastDays(7, through=1), lock=FixedDays(2, 7)
    ),
    "the same, going on over free days": ReadingWindow(
        recommended=LastDays(7, through=1), lock=FixedDays(2, 7), free_day=free
    ),
    "first five days": ReadingWindow(recommended=FirstDays(5)),
    "first five days and no others": ReadingWindow(recommended=FirstDays(5), elsewhere=L),
    "20 to 31": ReadingWindow(recommended=FixedDays(20, 31)),
}


type Marks = dict[date, tuple[WindowState, date]]


def counted(name: str) -> Marks:
    """
    Return state and month of each day, by marking the days of each month on a calendar.
    """
    other = L if name.endswith("no others") else O
    shift = name.startswith("the same")
    days = [date(YEARS.start - 1, 11, 1) + n * DAY for n in range(366 * (len(YEARS) + 1))]
    marks: Marks = {day: (other, day.replace(day=1)) for day in days}
    for month in [day for day in days if day.day == 1][:-2]:
        following = (month + 31 * DAY).replace(day=1)
        whole = [month + n * DAY for n in range((following - month).days)]
        if name.startswith(("last", "the same")):
            mark(marks, [*whole[-7:], following], R, month, shift=shift)
            locked = [following + n * DAY for n in range(1, 7)]
            mark(marks, locked, L, following, shift=shift)
        elif name.startswith("first"):
            mark(marks, whole[:5], R, (month - DAY).replace(day=1), shift=shift)
        else:
            mark(marks, whole[19:], R, month, shift=shift)
    return marks


def mark(marks: Marks, days: list[date], state: WindowState, month: date, *, shift: bool) -> None:
    while shift and free(days[-1]):
        days.append(days[-1] + DAY)
    for day in days:
        if marks[day][0] is not R:
            marks[day] = (state, month if state is R else day.replace(day=1))


@pytest.fixture(scope="module", params=WINDOWS)
def one(request) -> tuple[ReadingWindow, dict[date, tuple[WindowState, date]]]:
    return WINDOWS[request.param], counted(request.param)


def every_day() -> list[date]:
    return list(Period(date(YEARS.start, 1, 1), date(YEARS.stop, 1, 1)).each_day())


@pytest.mark.seed("S3.04")
@pytest.mark.seed("S3.05")
@pytest.mark.seed("S3.07")
def test_every_day_has_the_state_and_the_month_that_were_counted(one) -> None:
    window, oracle = one
    for day in every_day():
        assert (state_on(window, day), period_of(window, day).start) == oracle[day], day


def test_the_calendar_holds_exactly_the_wanted_days(one) -> None:
    window, oracle = one
    years = Period(date(YEARS.start, 1, 1), date(YEARS.stop - 1, 12, 1))
    rows = recommended_between(window, years)
    held = {day for row in rows for day in row.each_day()}
    for day in every_day():
        if held and min(held) <= day <= max(held):
            assert (day in held) is (oracle[day][0] is R), day


@pytest.mark.parametrize("name", ZONES)
def test_it_turns_at_the_instant_at_which_the_zone_changes_the_day(one, name: str) -> None:
    window, oracle = one
    zone = ZoneInfo(name)
    days = every_day()
    turns = [day for day in days[1:] if oracle[day][0] is not oracle[day - DAY][0]]
    for day, following in pairwise(turns):
        instant = first_of(day, zone)
        before = view(window, instant=instant - timedelta(microseconds=1), zone=zone)
        after = view(window, instant=instant, zone=zone)
        assert (before.state, after.state) == (oracle[day - DAY][0], oracle[day][0])
        assert (before.changes_on, before.changes_at) == (day, instant)
        assert (after.changes_on, after.changes_at) == (following, first_of(following, zone))


def first_of(day: date, zone: ZoneInfo) -> datetime:
    """
    Return the instant at which a wall clock first shows a day, by looking at it every minute.
    """
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    # Half an hour at a time, then back to the minute: no zone is off by less.
    while instant.astimezone(zone).date() < day:
        instant += 30 * MINUTE
    while (instant - MINUTE).astimezone(zone).date() >= day:
        instant -= MINUTE
    return instant
