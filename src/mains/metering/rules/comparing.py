"""Months and years of use, beside the same ones a year before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mains.core.calendars import Period


@dataclass(frozen=True, slots=True)
class Use:
    """
    What was used over the months that a reading closes.

    `used` is None where two readings contradict each other and somebody has to look at them;
    `is_estimated` if one of the two was estimated.
    """

    months: Period
    used: Decimal | None
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """
    What was used over some months, and over the same ones a year before; None where not known.
    """

    months: Period
    used: Decimal | None
    before: Decimal | None
    is_estimated: bool = False


def by_period(uses: Sequence[Use], *, latest: int = 13) -> list[Compared]:
    """
    Return the latest uses, each beside the use of exactly the same months a year before.
    """
    known = {use.months: use.used for use in uses}
    return [
        Compared(use.months, use.used, known.get(use.months.year_before()), use.is_estimated)
        for use in uses[-latest:]
    ]


def by_year(uses: Sequence[Use]) -> list[Compared]:
    """
    Return the use of each calendar year, as far as it was read, beside the same months before.

    A use that spans the turn of a year is shared out by days. What is contradictory, or not read
    without a gap, has no total.
    """
    years = sorted({day.year for use in uses for day in (use.months.start, use.months.last_day)})
    return [_year(uses, Period(date(year, 1, 1), date(year + 1, 1, 1))) for year in years]


def _year(uses: Sequence[Use], year: Period) -> Compared:
    held = [part for use in uses if (part := use.months.intersection(year))]
    read = Period(min(part.start for part in held), max(part.end for part in held))
    before, _estimated = _total(uses, read.year_before())
    used, is_estimated = _total(uses, read)
    return Compared(read, used, before, is_estimated)


def _total(uses: Sequence[Use], wanted: Period) -> tuple[Decimal | None, bool]:
    """
    Return what was used in a period that is read without a gap, and whether a part is estimated.
    """
    parts = [(use, part) for use in uses if (part := use.months.intersection(wanted))]
    is_whole = sum(part.days for _use, part in parts) == wanted.days
    if not is_whole or any(use.used is None for use, _part in parts):
        return None, False
    total = sum(
        (use.used * part.days / use.months.days for use, part in parts if use.used is not None),
        Decimal(0),
    )
    return total, any(use.is_estimated for use, _part in parts)
