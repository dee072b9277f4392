"""How the use of one home compares with that of similar ones, so that nobody learns of one home."""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

# Fewer homes, or one that makes more than a quarter of what all used, would tell of a single one.
LEAST_HOMES, _LARGEST_SHARE = 20, Decimal("0.25")
_DIGITS = 2
_ABOUT = Decimal("0.1")
_EDGES = tuple(Decimal(edge) for edge in ("1", "1.5", "2", "3", "4", "5", "7", "10"))


class Standing(StrEnum):
    """
    Whether a home used less, about as much, or more than similar ones.
    """

    LESS = "LESS"
    ABOUT = "ABOUT"
    MORE = "MORE"


def average_of(*, homes: int, total: Decimal, largest: Decimal) -> Decimal | None:
    """
    Return what homes used on average, to two digits, or None where it would tell of one of them.

    Quantities are in the register's unit. Source: the rules of statistical offices for magnitude
    tables, a least number of contributors and the dominance of the largest one (Handbook on
    Statistical Disclosure Control, ESSNet SDC, chapter 4); rounding blurs what remains.
    """
    if homes < LEAST_HOMES or total <= 0 or largest > total * _LARGEST_SHARE:
        return None
    average = total / homes
    step = Decimal(1).scaleb(average.adjusted() - _DIGITS + 1)
    return (average / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def standing(used: Decimal, *, average: Decimal) -> Standing:
    """
    Tell how a use compares with an average; within a tenth of it is about as much.
    """
    if abs(used - average) <= average * _ABOUT:
        return Standing.ABOUT
    return Standing.LESS if used < average else Standing.MORE


def size_band(size: object) -> tuple[Decimal, Decimal] | None:
    """
    Return from what to below what a dwelling counts as of the same size, or None without a size.

    Bands never overlap, so that two averages never differ by one home: 50 to 70, 70 to 100, 100 to
    150, whatever the unit.
    """
    text = str(size)
    if not text.replace(".", "", 1).isdecimal() or not Decimal(text):
        return None
    power = Decimal(1).scaleb(Decimal(text).adjusted())
    above = next(place for place, edge in enumerate(_EDGES) if Decimal(text) < edge * power)
    return _EDGES[above - 1] * power, _EDGES[above] * power
