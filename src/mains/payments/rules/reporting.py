"""A year of months: what was billed and paid for each service, adding up to the minor unit."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from datetime import date
from fractions import Fraction
from math import floor

from mains.core.calendars import Period, add_months

MONTHS = 12


def full_months(today: date) -> tuple[date, ...]:
    """
    Return the first days of the twelve months before the one that today is in.
    """
    this = today.replace(day=1)
    return tuple(add_months(this, back) for back in range(-MONTHS, 0))


def shared[Part: Hashable](total_minor: int, weights: Mapping[Part, Fraction]) -> dict[Part, int]:
    """
    Share minor units out by weights so that the parts add up; odd units go to the largest
    remainders, equal ones to the first.

    Weights may be below zero, as a line that gives something back; where they come to nothing or
    have the other sign, each part is its weight, and what is left over goes to all alike.
    """
    if not weights:
        return {}
    whole = sum(weights.values(), Fraction(0))
    scale = Fraction(total_minor) / whole if whole * total_minor > 0 else Fraction(1)
    exact = {part: weight * scale for part, weight in weights.items()}
    parts = {part: floor(amount) for part, amount in exact.items()}
    each, odd = divmod(total_minor - sum(parts.values()), len(parts))
    by_remainder = sorted(exact, key=lambda part: parts[part] - exact[part])
    return {part: minor + each + (part in by_remainder[:odd]) for part, minor in parts.items()}


def by_days(minor: int, days: Period) -> dict[date, int]:
    """
    Share minor units out to the months of a period by their days; keys are first days of months.
    """
    weights = {part.start.replace(day=1): Fraction(part.days) for part in days.months()}
    return shared(minor, weights if minor >= 0 else {month: -w for month, w in weights.items()})


def added[Part: Hashable](parts: list[tuple[Part, int]]) -> dict[Part, int]:
    """
    Add the amounts of each part up.
    """
    sums: dict[Part, int] = defaultdict(int)
    for part, minor in parts:
        sums[part] += minor
    return dict(sums)
