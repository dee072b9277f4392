"""A period in which prices change: each part at its own, and all parts adding up to the whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from mains.core.calendars import Period
from mains.tariffs.rules.lines import MICRO, RatedLine, RatingInput
from mains.tariffs.rules.prorating import part_of
from mains.tariffs.rules.rating import CompiledTariff, rate


@dataclass(frozen=True, slots=True)
class PricedPart:
    """
    Some days of a period with the prices and taxes in force on all of them.
    """

    days: Period
    tariff: CompiledTariff


class PartLine(NamedTuple):
    """
    A line of one part of a period; `days` is None where the period has no other part.
    """

    rated: RatedLine
    days: Period | None


def cut(period: Period, *, at: Iterable[date]) -> tuple[Period, ...]:
    """
    Cut a period at the days that fall within it; each begins a part.
    """
    starts = sorted({day for day in at if period.start < day < period.end} | {period.start})
    return tuple(
        Period(start, end) for start, end in zip(starts, [*starts[1:], period.end], strict=True)
    )


def rate_parts(
    parts: Sequence[PricedPart],
    given: RatingInput,
    *,
    known: Mapping[Period, Mapping[str, Decimal]] | None = None,
) -> list[PartLine]:
    """
    Rate a period part by part, what was used and the months shared out by days.

    `known` are quantities of a part that were measured for its days alone.

    :raises RatingProblem: if what a component needs is missing or unfit.
    """
    return rate_each(parts, inputs_of(parts, given, known=known))


def rate_each(parts: Sequence[PricedPart], inputs: Sequence[RatingInput]) -> list[PartLine]:
    """
    Rate each part of a period from its own input.

    :raises RatingProblem: if what a component needs is missing or unfit.
    """
    if len(parts) == 1:
        return [PartLine(line, None) for line in rate(parts[0].tariff, inputs[0])]
    return [
        PartLine(line, part.days)
        for part, given in zip(parts, inputs, strict=True)
        for line in rate(part.tariff, given)
    ]


def inputs_of(
    parts: Sequence[PricedPart],
    given: RatingInput,
    *,
    known: Mapping[Period, Mapping[str, Decimal]] | None = None,
) -> list[RatingInput]:
    """
    Return what each part of a period is rated from.
    """
    measured = known or {}
    if len(parts) == 1:
        own = measured.get(parts[0].days)
        return [given._replace(quantities={**given.quantities, **own}) if own else given]
    found = []
    earlier = dict(given.earlier)
    for part in parts:
        days = part.days
        if days.start.month == 1 and days.start.day == 1:
            # A yearly allowance starts anew.
            earlier = {}
        quantities = {
            name: part_of(used, days=days, whole=given.period)
            for name, used in given.quantities.items()
        } | dict(measured.get(days, {}))
        months = months_in(days, whole=given.period)
        found.append(
            given._replace(
                period=days,
                months=months,
                quantities=quantities,
                earlier=dict(earlier),
                whole=given.period,
            )
        )
        for name, used in quantities.items():
            earlier[name] = earlier.get(name, Decimal(0)) + used
    return found


@lru_cache(maxsize=1_024)
def months_in(days: Period, *, whole: Period) -> Decimal:
    """
    Return how many months a part of a period holds, with six places; all parts add up to the whole.
    """
    return _months_between(whole.start, days.end) - _months_between(whole.start, days.start)


def _months_between(start: date, end: date) -> Decimal:
    if start == end:
        return Decimal(0)
    count = Period(start, end).month_count()
    return (Decimal(count.numerator) / Decimal(count.denominator)).quantize(MICRO).normalize()
