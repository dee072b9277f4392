"""A quantity computed from another one by a factor, then priced."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from mains.tariffs.rules.kinds.base import Component, ComponentWrong, check_price
from mains.tariffs.rules.lines import (
    CONTEXT,
    MICRO,
    RatedLine,
    Rater,
    RatingInput,
    Rounder,
    quantity_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Component):
    """
    Charge price x (source x factor), such as the heat in hot water at 0.23 GJ per m³.

    The derived quantity is rounded to six places, as it is printed and stored.
    """

    kind: Literal["derived"] = field(default="derived")
    source: str
    factor: Decimal
    price: Decimal

    def __post_init__(self) -> None:
        check_price(self.price, code=self.code)
        if not self.factor > 0:
            raise ComponentWrong(f"The factor of component {self.code} must be above zero.")

    def quantities(self) -> frozenset[str]:
        return frozenset({self.source})

    def rater(self, to_net: Rounder) -> Rater:
        code, name, factor, price = self.code, self.source, self.factor, self.price
        line = self.line_maker(to_net)

        def rate(given: RatingInput, _before: object) -> tuple[RatedLine, ...]:
            source = quantity_of(given, name, code=code)
            used = (source * factor).quantize(MICRO, ROUND_HALF_UP, CONTEXT)
            trace = (("source", name), ("source_quantity", source), ("factor", factor))
            return (line(used, price, used * price, trace),)

        return rate
