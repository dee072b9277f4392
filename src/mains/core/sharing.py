"""Share a quantity out so that the parts add up to it."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class NothingToShareBy(ValueError):
    """
    No part has a weight, so nothing says how large any of them is.
    """


def shared(total: Decimal, *, weights: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """
    Share a total in proportion to weights, in whole steps, by the method of the largest remainder.

    The parts add up to the total. Where `total` is no whole number of steps, what is left over goes
    to the largest remainder too. Of equal remainders the first part takes it. Weights of nothing
    get nothing; a negative total is shared like its opposite.

    Source: the method of Hamilton, as heat cost allocation uses it.

    :raises NothingToShareBy: if no weight is above zero, or one is below.
    """
    whole = sum(weights, Decimal(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise NothingToShareBy(f"{total} among {len(weights)} parts")
    sign = -1 if total < 0 else 1
    exact = [Fraction(abs(total)) * Fraction(weight) / Fraction(whole) for weight in weights]
    steps = [int(part // Fraction(step)) for part in exact]
    left, rest = _left(abs(total), sum(steps), step)
    order = sorted(range(len(exact)), key=lambda n: (steps[n] * Fraction(step) - exact[n], n))
    parts = [_EXACT.multiply(step, Decimal(count)) for count in steps]
    for position in order[:left]:
        parts[position] += step
    parts[order[0]] += rest
    return [sign * part for part in parts]


def _left(total: Decimal, given: int, step: Decimal) -> tuple[int, Decimal]:
    """
    Return how many whole steps are left to give, and what is less than a step.
    """
    count = (total / step).to_integral_value(ROUND_FLOOR)
    return int(count) - given, total - count * step
