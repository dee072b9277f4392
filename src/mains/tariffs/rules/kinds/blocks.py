"""Prices that change with the amount used, each block at its own price."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Literal, NamedTuple

from mains.tariffs.rules.kinds.attribute import days_in_year
from mains.tariffs.rules.kinds.base import Component, ComponentWrong, check_price
from mains.tariffs.rules.lines import (
    CONTEXT,
    MICRO,
    RatedLine,
    Rater,
    RatingInput,
    RatingProblem,
    Rounder,
    Trace,
    quantity_of,
    size_of,
)
from mains.tariffs.rules.prorating import part_of

_NOTHING = Decimal(0)


class BoundsPer(StrEnum):
    """
    What block bounds are for.
    """

    PERIOD = "period"
    MONTH = "month"
    # The calendar year: every bill goes on where the one before stopped.
    YEAR = "year"
    # A year as well, but every bill has the share of its days.
    YEAR_DAYS = "year_days"


class BlockMode(StrEnum):
    """
    Whether each part of what was used has its block's price, or all of it the last one's.
    """

    GRADUATED = "graduated"
    WHOLE = "whole"


class NegativeQuantity(RatingProblem):
    """
    A quantity below zero has no place in blocks.
    """


@dataclass(frozen=True, slots=True)
class Block:
    """
    A price up to a bound; the last block has none. `start` may repeat where the block begins.
    """

    up_to: Decimal | None
    price: Decimal
    start: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks(Component):
    """
    Charge what was used at the prices of the blocks it falls in.

    With `each`, the name of an attribute such as `persons`, the bounds are for one of them.
    """

    kind: Literal["blocks"] = field(default="blocks")
    quantity: str
    blocks: tuple[Block, ...]
    bounds_per: BoundsPer = BoundsPer.PERIOD
    mode: BlockMode = BlockMode.GRADUATED
    each: str | None = None

    def __post_init__(self) -> None:
        if not self.blocks:
            raise ComponentWrong(f"Component {self.code} has no block.")
        floor = Decimal(0)
        for position, block in enumerate(self.blocks):
            place = f"{self.code}.blocks[{position}]"
            check_price(block.price, code=place)
            _check_start(block, floor, place)
            floor = _checked_end(block, floor, place, last=position == len(self.blocks) - 1)

    def quantities(self) -> frozenset[str]:
        return frozenset({self.quantity})

    def attributes(self) -> frozenset[str]:
        return frozenset() if self.each is None else frozenset({self.each})

    @property
    def counts_by_year(self) -> bool:
        return self.bounds_per in {BoundsPer.YEAR, BoundsPer.YEAR_DAYS}

    def rater(self, to_net: Rounder) -> Rater:
        code, name, line = self.code, self.quantity, self.line_maker(to_net)
        spans_of = _spans_of(self)
        from_before, whole = self.bounds_per is BoundsPer.YEAR, self.mode is BlockMode.WHOLE

        def rate(given: RatingInput, _before: object) -> tuple[RatedLine, ...] | list[RatedLine]:
            used = quantity_of(given, name, code=code)
            if used < 0:
                raise NegativeQuantity(
                    f"Component {code} was given {used} of `{name}`. To correct an earlier bill, "
                    "cancel it and rate both periods again."
                )
            before = given.earlier.get(name, _NOTHING) if from_before else _NOTHING
            after, spans = before + used, spans_of(given)
            if whole:
                last = next(s for s in spans if s.ceiling is None or after <= s.ceiling)
                return (line(used, last.price, used * last.price, last.trace),)
            lines: list[RatedLine] = []
            for floor, ceiling, price, trace in _reached(spans, before) if before else spans:
                top = after if ceiling is None or after <= ceiling else ceiling
                part = top - (floor if floor > before else before)
                lines.append(line(part, price, part * price, trace))
                if top is after:
                    break
            return lines

        return rate


def _reached(spans: tuple["_Span", ...], before: Decimal) -> list["_Span"]:
    """
    Return the blocks that are not full yet.
    """
    return [span for span in spans if span.ceiling is None or span.ceiling > before]


def _check_start(block: Block, floor: Decimal, place: str) -> None:
    if block.start is None or block.start == floor:
        return
    what = "leaves a gap" if block.start > floor else "overlaps the block before"
    raise ComponentWrong(f"{place} {what}: it starts at {block.start}, not at {floor}.")


def _checked_end(block: Block, floor: Decimal, place: str, *, last: bool) -> Decimal:
    if (block.up_to is None) != last:
        what = "needs no bound, for it is the last" if last else "needs a bound, for others follow"
        raise ComponentWrong(f"{place} {what}.")
    if block.up_to is not None and not block.up_to > floor:
        raise ComponentWrong(
            f"{place} is never reached: it ends at {block.up_to} and starts at {floor}."
        )
    return floor if block.up_to is None else block.up_to


class _Span(NamedTuple):
    floor: Decimal
    ceiling: Decimal | None
    price: Decimal
    trace: Trace


def _spans_of(component: Blocks) -> Callable[[RatingInput], tuple[_Span, ...]]:
    """
    Return what gives the blocks of an input; those of whole periods are prepared once.
    """
    per, each, code = component.bounds_per, component.each, component.code
    prepared = _spans(component, lambda bound: bound)

    def spans(given: RatingInput) -> tuple[_Span, ...]:
        count = Decimal(1) if each is None else size_of(given, each, code=code)
        if per is BoundsPer.YEAR:
            return prepared if each is None else _spans(component, lambda bound: bound * count)
        if per is BoundsPer.PERIOD:
            whole = given.whole
            if each is None and (whole is None or whole == given.period):
                return prepared
            return _spans(
                component,
                lambda bound: part_of(
                    bound * count, days=given.period, whole=whole or given.period
                ),
            )
        if per is BoundsPer.MONTH:
            return _spans(component, lambda bound: bound * given.months * count)
        share = CONTEXT.divide(
            Decimal(given.period.days) * count, days_in_year(given.period.start.year)
        )
        return _spans(component, lambda bound: (bound * share).quantize(MICRO, ROUND_HALF_UP))

    return spans


def _spans(component: Blocks, scaled: Callable[[Decimal], Decimal]) -> tuple[_Span, ...]:
    spans: list[_Span] = []
    floor = Decimal(0)
    for block in component.blocks:
        ceiling = None if block.up_to is None else scaled(block.up_to)
        trace = (("from", floor), ("to", "" if ceiling is None else ceiling))
        spans.append(_Span(floor, ceiling, block.price, trace))
        floor = floor if ceiling is None else ceiling
    return tuple(spans)
