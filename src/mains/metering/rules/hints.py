"""What in somebody's use is worth a look. A hint keeps nobody from anything."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from mains.metering.rules.comparing import Compared
from mains.metering.rules.interval_use import Amount

# Hours of the night as the clock shows them, and how many nights in a row.
NIGHT_HOURS, NIGHTS = range(1, 5), 7
_STRIKING, _PERIODS = 2, 2


class Hint(StrEnum):
    """
    What is striking: water that runs all night, twice as much as a year before, or nothing used.
    """

    NEVER_STOPS = "NEVER_STOPS"
    MUCH_MORE = "MUCH_MORE"
    NOTHING_USED = "NOTHING_USED"


def is_striking(use: Compared) -> bool:
    """
    Tell whether twice as much or more was used as in the same months a year before.
    """
    if not use.used or not use.before:
        return False
    return use.used >= use.before * _STRIKING


def is_unused(uses: Sequence[Compared]) -> bool:
    """
    Tell whether nothing was used in the latest two periods, by readings and not by an estimate.
    """
    latest = uses[-_PERIODS:]
    return len(latest) == _PERIODS and all(use.used == 0 and not use.is_estimated for use in latest)


def least_at_night(days: Mapping[date, Mapping[tuple[int, int], Amount]]) -> Decimal | None:
    """
    Return the least that was used in an hour of the last seven nights, or None if one is not known.

    `days` has what was used in each hour of a day, by the hour on the clock and whether it is the
    repeated one, as `interval_use.by_hour` returns it. Above zero, something never stops. One hour
    of a night may be missing, as the clock leaves one out in spring.

    Source: the minimum night flow by which leakage is found in water networks, here of one home.
    """
    last = sorted(days)[-NIGHTS:]
    if len(last) < NIGHTS or (last[-1] - last[0]).days != NIGHTS - 1:
        return None
    hours = [_night(days[day]) for day in last]
    if any(len(night) < len(NIGHT_HOURS) - 1 for night in hours):
        return None
    amounts = [amount for night in hours for amount in night]
    if not all(amount.is_whole and not amount.is_estimated for amount in amounts):
        return None
    return min(amount.used for amount in amounts)


def _night(day: Mapping[tuple[int, int], Amount]) -> list[Amount]:
    return [amount for (hour, _again), amount in day.items() if hour in NIGHT_HOURS]


def hint_of(uses: Sequence[Compared], *, runs: bool, night: Decimal | None = None) -> Hint | None:
    """
    Return the one thing most worth a look, or None.

    `uses` are oldest first; `runs` if a contract runs; `night` the least use of water in an hour of
    the last nights, where a meter tells it.
    """
    if night:
        return Hint.NEVER_STOPS
    if uses and is_striking(uses[-1]):
        return Hint.MUCH_MORE
    if runs and is_unused(uses):
        return Hint.NOTHING_USED
    return None
