"""Which tariff period an hour belongs to: seasons, kinds of days, hours."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo

HOURS = 24


class DayKind(StrEnum):
    """
    What kind of day a civil day is; a public holiday is one whatever its weekday.
    """

    WORKDAY = "workday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"


class CalendarWrong(ValueError):
    """
    A calendar leaves an hour without a tariff period, or gives it two; says which.
    """


@dataclass(frozen=True, slots=True)
class Season:
    """
    Part of every year, both days included, as (month, day); it may run over New Year.
    """

    code: str
    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: date) -> bool:
        """
        Tell whether a day belongs to the season.
        """
        at = day.month, day.day
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class HourRule:
    """
    From `start` up to, not including, `end` o'clock on some kinds of days of some seasons.

    Without seasons it is for all of them.
    """

    period: str
    days: Sequence[DayKind]
    start: int
    end: int
    seasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """
    The tariff periods of every hour of a year, in the utility's zone.

    :raises CalendarWrong: if an hour has none or two, or a day has no season or two.
    """

    code: str
    seasons: Sequence[Season]
    rules: Sequence[HourRule]
    # The tariff period of each hour from 0 to 23, by season and kind of day.
    table: Mapping[tuple[str, DayKind], tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        _check_seasons(self)
        table = {
            (season.code, kind): _hours_of_day(self, season.code, kind)
            for season in self.seasons
            for kind in DayKind
        }
        object.__setattr__(self, "table", table)

    def season_on(self, day: date) -> str:
        """
        Return the season of a day.
        """
        return next(season.code for season in self.seasons if season.holds(day))


def _check_seasons(calendar: Calendar) -> None:
    day = date(2024, 1, 1)
    while day.year == 2024:
        found = [season.code for season in calendar.seasons if season.holds(day)]
        if len(found) != 1:
            what = f"belongs to {' and '.join(found)}" if found else "has no season"
            raise CalendarWrong(f"{calendar.code}.seasons: {day:%m-%d} {what}.")
        day += timedelta(days=1)
    known = {season.code for season in calendar.seasons}
    for position, rule in enumerate(calendar.rules):
        for season in rule.seasons:
            if season not in known:
                raise CalendarWrong(f"{calendar.code}.hours[{position}]: no season is {season}.")


def _hours_of_day(calendar: Calendar, season: str, kind: DayKind) -> tuple[str, ...]:
    taken: list[str] = [""] * HOURS
    for position, rule in enumerate(calendar.rules):
        if kind not in rule.days or (rule.seasons and season not in rule.seasons):
            continue
        for hour in range(rule.start, rule.end):
            if taken[hour]:
                raise CalendarWrong(
                    f"{calendar.code}.hours[{position}]: {hour}:00 of a {kind} in {season} is "
                    f"{taken[hour]} already, and {rule.period} as well."
                )
            taken[hour] = rule.period
    if "" in taken:
        raise CalendarWrong(
            f"{calendar.code}.hours: {taken.index('')}:00 of a {kind} in {season} has no period."
        )
    return tuple(taken)


@dataclass(frozen=True, slots=True)
class Timetable:
    """
    A calendar in a zone with its holidays: what bucket each interval of a civil day falls in.
    """

    calendar: Calendar
    zone: ZoneInfo
    is_holiday: Callable[[date], bool]

    def kind_of(self, day: date) -> DayKind:
        """
        Return what kind of day a civil day is.
        """
        if self.is_holiday(day):
            return DayKind.HOLIDAY
        weekday = day.weekday()
        if weekday < 5:
            return DayKind.WORKDAY
        return DayKind.SATURDAY if weekday == 5 else DayKind.SUNDAY

    def hours_of(self, day: date) -> tuple[str, ...]:
        """
        Return the tariff period of each hour of a civil day: of 23, 24 or 25.

        An hour that a change of the clock leaves out is in no list, one that it repeats is twice.
        """
        hours = self.calendar.table[self.calendar.season_on(day), self.kind_of(day)]
        return tuple(hours[hour] for hour in _wall_hours(day, self.zone))

    def shared_out(self, values: Sequence[Decimal], *, day: date) -> dict[str, Decimal]:
        """
        Return what was used in each tariff period of a civil day.

        Values are of equal intervals that go up in an hour: 24 hours, 48 half hours, 96 quarters.

        :raises UnfitIntervals: if they are not a whole number for each hour of the day.
        """
        found: dict[str, Decimal] = {}
        for period, run in self._runs(values, day):
            found[period] = found.get(period, Decimal(0)) + sum(run)
        return found

    def highest(self, values: Sequence[Decimal], *, day: date) -> dict[str, Decimal]:
        """
        Return the most that was used in an hour's pace in each tariff period of a civil day.

        :raises UnfitIntervals: if they are not a whole number for each hour of the day.
        """
        found: dict[str, Decimal] = {}
        for period, run in self._runs(values, day):
            found[period] = max(found.get(period, run[0]), *run)
        return {period: most * per_hour(values) for period, most in found.items()}

    def _runs(
        self, values: Sequence[Decimal], day: date
    ) -> Iterator[tuple[str, Sequence[Decimal]]]:
        """
        Yield the values of each run of hours in one period: far fewer steps than values.
        """
        hours = self.hours_of(day)
        times, rest = divmod(len(values), len(hours))
        if rest or not times:
            raise UnfitIntervals(day=day, found=len(values), hours=len(hours))
        position = 0
        for period, run in groupby(hours):
            after = position + times * len(list(run))
            yield period, values[position:after]
            position = after


def per_hour(values: Sequence[Decimal]) -> int:
    """
    Return how many intervals of a day make an hour; a day has 23 to 25 of them.
    """
    return round(len(values) / HOURS)


class UnfitIntervals(ValueError):
    """
    The intervals of a day do not go up in its hours.
    """

    def __init__(self, *, day: date, found: int, hours: int) -> None:
        super().__init__(f"{found} values for the {hours} hours of {day}.")
        self.day = day


@cache
def _wall_hours(day: date, zone: ZoneInfo) -> tuple[int, ...]:
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(UTC)
    count = int((end - start).total_seconds() // 3600)
    return tuple((start + timedelta(hours=n)).astimezone(zone).hour for n in range(count))
