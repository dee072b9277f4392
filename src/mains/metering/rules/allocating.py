"""What each home of a building used of what the building's meter measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from mains.core.sharing import shared


class KeyKind(StrEnum):
    """
    Where the weights of a key come from.
    """

    ATTRIBUTE = "attribute"
    SUB_METERS = "sub_meters"


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """
    How a part of a building's use is shared: by an attribute of the homes, or their sub-meters.
    """

    kind: KeyKind
    name: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class AllocationPlan:
    """
    How a utility shares what the meters of a building measure.

    Who moves within a period pays by days, or by `degree_days` (K·d by the first day of a month)
    where those are known.
    """

    keys: tuple[KeyPlan, ...]
    degree_days: Mapping[date, Decimal] = field(default_factory=dict)


class NotAllocatable(ValueError):
    """
    Nothing says how a building's use is to be shared.
    """


@dataclass(frozen=True, slots=True)
class Key:
    """
    A part of the building's use, `percent` of it, shared in proportion to the homes' `weights`.

    `name` is the attribute of the homes, or the quantity of their sub-meters, that gives the
    weights; they stand in the order of the homes.
    """

    name: str
    percent: Decimal
    weights: Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class KeyShare:
    """
    What one home got by one key: `used` of `of`, because it has `weight` of `whole`.
    """

    name: str
    percent: Decimal
    of: Decimal
    weight: Decimal
    whole: Decimal
    used: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """
    What one home used of its building's `total`, and how it came about.
    """

    total: Decimal
    used: Decimal
    keys: tuple[KeyShare, ...]


def allocate(total: Decimal, *, keys: Sequence[Key], homes: int, step: Decimal) -> list[Share]:
    """
    Share a building's use among its homes by the method of the largest remainder.

    The shares are whole steps and add up to the total. A key by which no home has any weight, such
    as sub-meters on which nobody used anything, gives its part to the others.

    Source: shares by use and by area as Directive 2012/27/EU, article 11a, has it; the percentages
    are the building's own.

    :raises NotAllocatable: if no key has a weight.
    """
    telling = [key for key in keys if sum(key.weights) > 0 and key.percent > 0]
    if not telling:
        raise NotAllocatable(f"{total} among {homes} homes")
    parts = shared(total, weights=[key.percent for key in telling], step=step)
    by_key = [
        [
            KeyShare(key.name, key.percent, part, weight, sum(key.weights, Decimal(0)), used)
            for weight, used in zip(
                key.weights, shared(part, weights=key.weights, step=step), strict=True
            )
        ]
        for key, part in zip(telling, parts, strict=True)
    ]
    return [
        Share(total, sum((one.used for one in mine), Decimal(0)), tuple(mine))
        for mine in zip(*by_key, strict=True)
    ]


def part_of(
    used: Decimal, *, before: Decimal, within: Decimal, whole: Decimal, step: Decimal
) -> Decimal:
    """
    Return what falls to somebody who lived in a home for a part of a period.

    `before`, `within` and `whole` weigh the days before they moved in, those of theirs, and the
    whole period. The parts of those who live there one after the other add up to the home's use.
    """
    if not whole:
        return Decimal(0)
    return _rounded(used * (before + within) / whole, step) - _rounded(used * before / whole, step)


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, ROUND_HALF_UP)
