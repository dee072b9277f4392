"""From what a meter counts to what is priced: gas from m³ to kWh, heat from GJ to Gcal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from mains.core.calendars import Period
from mains.core.sharing import shared
from mains.core.units import convert

_MICRO = Decimal("0.000001")


class NoFactor(ValueError):
    """
    Nothing says what a quantity is worth on a day.
    """


@dataclass(frozen=True, slots=True)
class DatedFactor:
    """
    How many priced units one counted unit has, from a day to the day before the next factor.
    """

    start_date: date
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Conversion:
    """
    A counted quantity in `unit` that is priced as quantity `to` in `to_unit`.

    Without factors the table of units says what it is worth. The result has `decimals` places.
    """

    quantity: str
    unit: str
    to: str
    to_unit: str
    decimals: int
    factors: tuple[DatedFactor, ...] = ()


@dataclass(frozen=True, slots=True)
class ConvertedPart:
    """
    What was counted on the days of one factor, and what it is worth: used x factor, rounded once.
    """

    days: Period
    used: Decimal
    factor: Decimal
    result: Decimal


def converted(used: Decimal, *, days: Period, conversion: Conversion) -> list[ConvertedPart]:
    """
    Convert what was counted over days; where a factor changes, it is shared by days.

    The parts of `used` add up to it (largest remainder, millionths of the counted unit). Source for
    gas: volume x correction x calorific value in force on the day, as DVGW G 685 has it.

    :raises NoFactor: if the first factor begins later than the days.
    :raises UnitsDiffer: if there are no factors and the units measure different things.
    """
    step = Decimal(1).scaleb(-conversion.decimals)
    if not conversion.factors:
        factor = convert(Decimal(1), unit=conversion.unit, to=conversion.to_unit)
        result = convert(used, unit=conversion.unit, to=conversion.to_unit)
        return [ConvertedPart(days, used, factor, result.quantize(step, ROUND_HALF_UP))]
    parts = list(_parts(days, conversion))
    uses = shared(used, weights=[Decimal(part.days) for part, _f in parts], step=_MICRO)
    return [
        ConvertedPart(part, each, factor, (each * factor).quantize(step, ROUND_HALF_UP))
        for (part, factor), each in zip(parts, uses, strict=True)
    ]


def _parts(days: Period, conversion: Conversion) -> list[tuple[Period, Decimal]]:
    factors = sorted(conversion.factors, key=lambda one: one.start_date)
    if factors[0].start_date > days.start:
        raise NoFactor(
            f"Nothing says what a {conversion.unit} of {conversion.quantity} is worth before "
            f"{factors[0].start_date}. Write the factor of {days.start} into the configuration."
        )
    ends = [*(one.start_date for one in factors[1:]), date.max]
    spans = (
        (Period(one.start_date, end).intersection(days), one.factor)
        for one, end in zip(factors, ends, strict=True)
    )
    return [(part, factor) for part, factor in spans if part is not None]


def with_converted(
    quantities: Mapping[str, Decimal], *, days: Period, conversions: Sequence[Conversion]
) -> dict[str, Decimal]:
    """
    Return quantities with those that they are priced as.

    :raises NoFactor: if the first factor of one begins later than the days.
    """
    found = dict(quantities)
    for one in conversions:
        if one.quantity in quantities:
            parts = converted(quantities[one.quantity], days=days, conversion=one)
            found[one.to] = sum((part.result for part in parts), Decimal(0))
    return found
