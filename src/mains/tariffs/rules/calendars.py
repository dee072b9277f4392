"""Which tariff period an hour belongs to: seasons, kinds of days, hours."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mains.core.calendars import Period

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


type Values = Sequence[Sequence[int]]


# A tariff period from one hour of a day up to, not including, another.
type Run = tuple[str, int, int]


class Alike(NamedTuple):
    """
    Days that have the same hours in the same tariff periods, by their positions in a period.
    """

    positions: tuple[int, ...]
    hours: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    """
    A calendar in a zone with its holidays: the tariff period of each interval of a civil day.

    Values of a day are whole numbers in any unit, of equal intervals that go up in an hour: 24
    hours, 48 half hours, 96 quarters; a day on which the clock changes has 23 or 25 hours.
    """

    calendar: Calendar
    zone: ZoneInfo
    is_holiday: Callable[[date], bool]
    # Names the calendar with all that its periods follow from; another key, other periods.
    key: str = ""
    # The same for every contract, so it is found out once for each day and each period.
    _hours: dict[date, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    _alike: dict[Period, tuple[Alike, ...]] = field(default_factory=dict, compare=False, repr=False)

    def hours_of(self, day: date) -> tuple[str, ...]:
        """
        Return the tariff period of each hour of a civil day: of 23, 24 or 25.

        An hour that a change of the clock leaves out is in no list, one that it repeats is twice.
        """
        found = self._hours.get(day)
        if found is None:
            hours = self.calendar.table[self.calendar.season_on(day), self._kind_of(day)]
            found = tuple(hours[hour] for hour in _wall_hours(day, self.zone))
            self._hours[day] = found
        return found

    def _kind_of(self, day: date) -> DayKind:
        if self.is_holiday(day):
            return DayKind.HOLIDAY
        weekday = day.weekday()
        if weekday < 5:
            return DayKind.WORKDAY
        return DayKind.SATURDAY if weekday == 5 else DayKind.SUNDAY

    def totals(self, days: Values, *, period: Period) -> dict[str, int]:
        """
        Return what was used in each tariff period, of the values of each day of a period in order.

        :raises UnfitIntervals: if the values of a day are not a whole number for each hour.
        """
        found: dict[str, int] = {}
        for runs, columns in self._columns(days, period, sum):
            for name, first, after in runs:
                found[name] = found.get(name, 0) + sum(columns[first:after])
        return found

    def peaks(self, days: Values, *, period: Period) -> dict[str, int]:
        """
        Return the highest power in each tariff period, in units per hour.

        :raises UnfitIntervals: if the values of a day are not a whole number for each hour.
        """
        found: dict[str, int] = {}
        for runs, columns in self._columns(days, period, max):
            times = per_hour(columns)
            for name, first, after in runs:
                most = max(columns[first:after]) * times
                found[name] = max(found.get(name, most), most)
        return found

    def _columns(
        self, days: Values, period: Period, fold: Callable[[Iterable[int]], int]
    ) -> Iterator[tuple[Sequence[Run], Sequence[int]]]:
        """
        Yield the runs of a day's intervals and each interval folded over all days like it.

        Most days of a month are alike, so they are added up interval by interval at once: several
        times as fast as one by one (measured).
        """
        for alike in self._alike_in(period):
            found = [days[position] for position in alike.positions]
            for count in set(map(len, found)):
                same = [one for one in found if len(one) == count]
                times, rest = divmod(count, alike.hours)
                if rest or not times:
                    position = next(n for n in alike.positions if len(days[n]) == count)
                    day = date.fromordinal(period.start.toordinal() + position)
                    raise UnfitIntervals(day=day, found=count, hours=alike.hours)
                yield _scaled(alike.runs, times), [*map(fold, zip(*same, strict=True))]

    def _alike_in(self, period: Period) -> tuple[Alike, ...]:
        """
        Return which days of a period have the same hours.
        """
        known = self._alike.get(period)
        if known is None:
            grouped: dict[tuple[str, ...], list[int]] = {}
            for position, day in enumerate(period.each_day()):
                grouped.setdefault(self.hours_of(day), []).append(position)
            known = tuple(
                Alike(tuple(found), len(hours), _runs(hours)) for hours, found in grouped.items()
            )
            self._alike[period] = known
        return known


def _scaled(runs: tuple[Run, ...], times: int) -> tuple[Run, ...]:
    if times == 1:
        return runs
    return tuple((name, first * times, after * times) for name, first, after in runs)


def _runs(hours: Sequence[str]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for position, name in enumerate(hours):
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1], position + 1)
        else:
            runs.append((name, position, position + 1))
    return tuple(runs)


def per_hour(values: Sequence[int]) -> int:
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
