"""Prices that change with the amount used in a period, each block at its own price."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from mains.tariffs.rules.kinds.base import ONE, Component, ComponentWrong, check_price
from mains.tariffs.rules.lines import (
    RatedLine,
    Rater,
    RatingInput,
    RatingProblem,
    Rounder,
    Trace,
    quantity_of,
)


class BoundsPer(StrEnum):
    """
    Whether block bounds are for the whole billing period or for each month of it.
    """

    PERIOD = "period"
    MONTH = "month"


class NegativeQuantity(RatingProblem):
    """
    A quantity below zero has no place in blocks.
    """


@dataclass(frozen=True, slots=True)
class Block:
    """
    A price up to a bound; the last block has none.
    """

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks(Component):
    """
    Charge each part of a quantity at the price of the block it falls in (graduated).
    """

    kind: Literal["blocks"] = field(default="blocks")
    quantity: str
    blocks: tuple[Block, ...]
    bounds_per: BoundsPer = BoundsPer.PERIOD

    def __post_init__(self) -> None:
        bounds = [block.up_to for block in self.blocks]
        closed = [bound for bound in bounds[:-1] if bound is not None]
        if not bounds or bounds[-1] is not None or len(closed) != len(bounds) - 1:
            raise ComponentWrong(
                f"Component {self.code} needs a bound on every block except the last."
            )
        if any(one >= other for one, other in zip([Decimal(0), *closed], closed, strict=False)):
            raise ComponentWrong(f"The block bounds of component {self.code} must rise from zero.")
        for block in self.blocks:
            check_price(block.price, code=self.code)

    def quantities(self) -> frozenset[str]:
        return frozenset({self.quantity})

    def rater(self, to_net: Rounder) -> Rater:
        code, label, service, vat, unit = (
            self.code, self.label, self.service, self.vat, self.unit,
        )  # fmt: skip
        name, monthly = self.quantity, self.bounds_per is BoundsPer.MONTH
        whole = _spans(self, ONE)

        def rate(given: RatingInput) -> tuple[RatedLine, ...]:
            used = quantity_of(given, name, code=code)
            if used < 0:
                raise NegativeQuantity(
                    f"Component {code} was given {used} of `{name}`. To correct an earlier bill, "
                    "cancel it and rate both periods again."
                )
            lines = []
            for floor, ceiling, price, trace in _spans(self, given.months) if monthly else whole:
                part = used - floor if ceiling is None or used <= ceiling else ceiling - floor
                exact = part * price
                lines.append(
                    RatedLine(
                        code,
                        label,
                        service,
                        vat,
                        unit,
                        part,
                        price,
                        ONE,
                        ONE,
                        exact,
                        to_net(exact),
                        trace,
                    )
                )
                if ceiling is None or used <= ceiling:
                    break
            return tuple(lines)

        return rate


type _Span = tuple[Decimal, Decimal | None, Decimal, Trace]


def _spans(component: Blocks, months: Decimal) -> tuple[_Span, ...]:
    spans: list[_Span] = []
    floor = Decimal(0)
    for block in component.blocks:
        ceiling = None if block.up_to is None else block.up_to * months
        trace = (("from", floor), ("to", "" if ceiling is None else ceiling))
        spans.append((floor, ceiling, block.price, trace))
        floor = floor if ceiling is None else ceiling
    return tuple(spans)
