"""Amounts as documents want them: in whole minor units, and adding up."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from mains.core.money import EXPONENTS

EXACT = Context(prec=40, rounding=ROUND_HALF_UP)
ZERO = Decimal(0)


def step_of(currency: str) -> Decimal:
    """
    Return the smallest amount of a currency, such as 0.01.
    """
    return Decimal(1).scaleb(-EXPONENTS[currency])


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """
    Return an amount in whole steps, halves away from zero.
    """
    return amount.quantize(step, ROUND_HALF_UP, EXACT)


def adding_up(amounts: Sequence[Decimal], *, total: Decimal, step: Decimal) -> list[Decimal]:
    """
    Round amounts so that they add up to a total that is rounded already.

    Those in whole steps stay. The others are rounded as a running sum is: each is the difference of
    two rounded sums, so none is further from its exact amount than a step; the last takes the rest.
    """
    fine = [place for place, amount in enumerate(amounts) if rounded(amount, step) != amount]
    found = [rounded(amount, step) for amount in amounts]
    whole = sum((found[place] for place in range(len(found)) if place not in set(fine)), ZERO)
    running, given = ZERO, ZERO
    for place in fine:
        running += amounts[place]
        so_far = total - whole if place == fine[-1] else rounded(running, step)
        found[place] = rounded(so_far - given, step)
        given = so_far
    return found


def plain(value: Decimal) -> str:
    """
    Return a number without exponent and without zeros at its end; nothing has no sign.
    """
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def with_places(value: Decimal, fewest: int, most: int) -> str:
    """
    Return a number with at least and at most so many decimals.
    """
    text = plain(rounded(value, Decimal(1).scaleb(-most)))
    whole, _point, places = text.partition(".")
    return f"{whole}.{places.ljust(fewest, '0')}" if fewest else text
