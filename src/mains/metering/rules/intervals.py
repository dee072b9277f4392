"""A day of interval values, and which value stands when another one comes for the same interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from mains.metering.rules.sentences import Told
from mains.metering.rules.sentences import gettext_noop as _

LARGEST = 2**31 - 1
MOST_DECIMALS = 6
USUAL_DECIMALS = 3


class Quality(IntEnum):
    """
    How a value came about; a higher one stands against a lower one, whenever that arrives.
    """

    MISSING = 0
    ESTIMATED = 1
    MEASURED = 2
    CORRECTED = 3


class TooLarge(Told):
    """
    A value does not fit where it is stored.
    """


class LengthsDiffer(Told):
    """
    A part of a day came in intervals of another length than those that are stored.
    """


@dataclass(frozen=True, slots=True)
class DayValues:
    """
    Values of one register and civil day as they are stored: whole numbers of 10^-`decimals` kWh or
    m³, None where there is none, each with its quality.

    `minutes` is the length of an interval. One longer than the day, such as a month that is known
    only as a whole, is one value on the day it starts.
    """

    minutes: int
    decimals: int
    values: tuple[int | None, ...]
    qualities: tuple[int, ...]

    @property
    def complete(self) -> bool:
        return None not in self.values

    def total(self) -> Decimal:
        """
        Return the sum of the day, in kWh or m³.
        """
        whole = sum(value for value in self.values if value is not None)
        return Decimal(whole).scaleb(-self.decimals)


def superseded(stored: DayValues, arrived: DayValues) -> DayValues:
    """
    Return the day that stands after values arrived for one that is stored.

    Interval by interval a value replaces one of the same or a lower quality: a measurement an
    estimate, a correction both, and a late estimate nothing that was measured.

    :raises LengthsDiffer: if a part of a day came in intervals of another length; a whole day may.
    :raises TooLarge: if a value does not fit beside the other's decimals.
    """
    if (stored.minutes, len(stored.values)) != (arrived.minutes, len(arrived.values)):
        if not arrived.complete or max(stored.qualities) > min(arrived.qualities):
            raise LengthsDiffer(
                _("%(stored)s minutes are stored, %(arrived)s came."),
                stored=stored.minutes, arrived=arrived.minutes,
            )  # fmt: skip
        return arrived
    old = zip(_micros(stored), stored.qualities, strict=True)
    new = zip(_micros(arrived), arrived.qualities, strict=True)
    kept = [
        after if after[1] >= before[1] and after[1] != Quality.MISSING else before
        for before, after in zip(old, new, strict=True)
    ]
    return packed(
        minutes=stored.minutes,
        micros=[micro for micro, _ in kept],
        qualities=[quality for _, quality in kept],
    )


def packed(*, minutes: int, micros: Sequence[int | None], qualities: Sequence[int]) -> DayValues:
    """
    Return a day from values in millionths, with as many decimals as they need and at least three.

    :raises TooLarge: if a value does not fit in 32 bits then.
    """
    for decimals in range(USUAL_DECIMALS, MOST_DECIMALS + 1):
        unit = 10 ** (MOST_DECIMALS - decimals)
        if not any(micro % unit for micro in micros if micro):
            break
    values = tuple(None if micro is None else micro // unit for micro in micros)
    if any(value > LARGEST for value in values if value is not None):
        raise TooLarge(
            _("A value is more than %(largest)s of the last of %(decimals)s decimals."),
            largest=LARGEST, decimals=decimals,
        )  # fmt: skip
    return DayValues(minutes, decimals, values, tuple(int(quality) for quality in qualities))


def _micros(day: DayValues) -> list[int | None]:
    unit = 10 ** (MOST_DECIMALS - day.decimals)
    return [None if value is None else value * unit for value in day.values]
