"""What was used in each hour of a day, day of a month or month of a year, from interval values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from mains.core.calendars import Period, add_months
from mains.metering.rules.daygrid import day_grid
from mains.metering.rules.intervals import DayValues, Quality

_HOUR, _YEAR = 60, 12
# The longest day.
_LONGEST = 25 * _HOUR
# Codes of OBIS: energy fed in, and the last part of a register that counts all of it.
FED_IN, _TOTAL = "2.8", "0"


class Grain(StrEnum):
    """
    What one bar is: an hour of a day, a day of a month, a month of a year.
    """

    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Amount:
    """
    What is known of a stretch of time; `is_whole` if no value of it is missing.
    """

    used: Decimal
    is_whole: bool
    is_estimated: bool = False
    is_corrected: bool = False

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.used + other.used,
            self.is_whole and other.is_whole,
            self.is_estimated or other.is_estimated,
            self.is_corrected or other.is_corrected,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """
    One bar: from when to when (instants of an hour, or civil days), what is known, and what is
    known of the same a year before. `again` marks the hour that autumn repeats.
    """

    start: datetime | date
    end: datetime | date
    now: Amount | None
    before: Amount | None
    again: bool = False


def period_of(grain: Grain, day: date) -> Period:
    """
    Return the day, the month or the year that holds a day.
    """
    match grain:
        case Grain.HOURS:
            return Period(day, day + timedelta(days=1))
        case Grain.DAYS:
            return Period.month_of(day)
        case Grain.MONTHS:
            return Period(date(day.year, 1, 1), date(day.year + 1, 1, 1))


def year_before(period: Period) -> Period:
    """
    Return the same day, month or year a year before; of 29 February the 28th.
    """
    start = add_months(period.start, -_YEAR)
    if period.days == 1:
        return Period(start, start + timedelta(days=1))
    return Period(start, add_months(period.end, -_YEAR))


def magnitude_of(code: str) -> str:
    """
    Return what a register counts by its OBIS code, such as 1.8 or 2.8; any other code is 1.8.
    """
    parts = code.split(".")
    known = len(parts) == 3 and all(part.isdecimal() for part in parts)
    return ".".join(parts[:2]) if known and parts[1] == "8" else "1.8"


def counted(codes: Collection[str]) -> set[str]:
    """
    Return those registers of one meter and magnitude that are added up: its total, or else all.

    A total and the tariffs it is made of would count the same energy twice.
    """
    totals = {code for code in codes if code.rpartition(".")[2] == _TOTAL and code.count(".") == 2}
    return totals or set(codes)


def by_hour(held: DayValues, *, day: date, zone: ZoneInfo) -> dict[tuple[int, int], Amount]:
    """
    Return what was used in the hours of a day, by the hour on the clock and whether it is repeated.
    """
    if held.minutes > _HOUR:
        return {}
    grid, each = day_grid(day, zone, held.minutes), _HOUR // held.minutes
    found = {}
    for first in range(0, len(held.values), each):
        local = grid.start_of(first).astimezone(zone)
        found[local.hour, local.fold] = _amount(held, first, first + each)
    return {key: amount for key, amount in found.items() if amount is not None}


def _amount(held: DayValues, first: int, after: int) -> Amount | None:
    values, marks = held.values[first:after], held.qualities[first:after]
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Amount(
        Decimal(sum(known)).scaleb(-held.decimals),
        len(known) == len(values),
        Quality.ESTIMATED in marks,
        Quality.CORRECTED in marks,
    )


def hours_of(
    *,
    day: date,
    zone: ZoneInfo,
    now: Mapping[tuple[int, int], Amount],
    before: Mapping[tuple[int, int], Amount],
) -> list[Part]:
    """
    Return the hours of a day, 23, 24 or 25 of them, each beside the same hour a year before.
    """
    start = day_grid(day, zone, 30).start
    count = day_grid(day, zone, 30).slots // 2
    parts = []
    for hour in range(count):
        begun = (start + timedelta(hours=hour)).astimezone(zone)
        ended = (start + timedelta(hours=hour + 1)).astimezone(zone)
        key = (begun.hour, begun.fold)
        parts.append(Part(begun, ended, now.get(key), before.get(key), again=bool(begun.fold)))
    return parts


def days_of(
    *, month: Period, now: Mapping[date, Amount], before: Mapping[date, Amount]
) -> list[Part]:
    """
    Return the days of a month, each beside the day of the same number a year before.
    """
    known = {day.day: amount for day, amount in before.items()}
    return [
        Part(day, day + timedelta(days=1), now.get(day), known.get(day.day))
        for day in month.each_day()
    ]


def months_of(
    *, year: Period, now: Mapping[date, Amount], before: Mapping[date, Amount]
) -> list[Part]:
    """
    Return the months of a year, each beside the same a year before; amounts are by month's first.
    """
    starts = [add_months(year.start, count) for count in range(_YEAR)]
    return [
        Part(start, add_months(start, 1), now.get(start), before.get(add_months(start, -_YEAR)))
        for start in starts
    ]


def by_month(days: Mapping[date, Amount], whole: Mapping[date, Amount]) -> dict[date, Amount]:
    """
    Add days up to months; a month with a day missing is not whole.

    `whole` are values that are known for a month only; they stand where the month has no days.
    """
    found: dict[date, Amount] = {}
    counts: dict[date, int] = {}
    for day, amount in days.items():
        first = day.replace(day=1)
        found[first] = found[first] + amount if first in found else amount
        counts[first] = counts.get(first, 0) + 1
    for first, count in counts.items():
        if count < Period.month_of(first).days:
            held = found[first]
            found[first] = Amount(held.used, False, held.is_estimated, held.is_corrected)
    return {**{day.replace(day=1): amount for day, amount in whole.items()}, **found}


def known_part(parts: Sequence[Part]) -> list[Part]:
    """
    Return parts without those before anything is known, and without those after the last value.
    """
    known = [place for place, part in enumerate(parts) if part.now or part.before]
    now = [place for place, part in enumerate(parts) if part.now]
    if not known:
        return []
    return list(parts[known[0] : (now or known)[-1] + 1])


def is_long(minutes: int, values: int) -> bool:
    """
    Tell whether a day's row holds one value over more than a day.
    """
    return values == 1 and minutes > _LONGEST


def totals(parts: Sequence[Part]) -> tuple[Amount | None, Amount | None]:
    """
    Return what all parts come to, and the same a year before: None where a value is missing in it.
    """
    return _total([part.now for part in parts]), _total([part.before for part in parts])


def _total(amounts: Sequence[Amount | None]) -> Amount | None:
    known = [amount for amount in amounts if amount is not None]
    if not known:
        return None
    total = known[0]
    for amount in known[1:]:
        total = total + amount
    if len(known) < len(amounts):
        return Amount(total.used, False, total.is_estimated, total.is_corrected)
    return total
