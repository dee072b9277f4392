"""A price for each unit of a quantity."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from mains.tariffs.rules.kinds.base import Component, check_price
from mains.tariffs.rules.lines import RatedLine, Rater, RatingInput, Rounder, quantity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrice(Component):
    """
    Charge price x quantity.
    """

    kind: Literal["unit"] = field(default="unit")
    quantity: str
    price: Decimal

    def __post_init__(self) -> None:
        check_price(self.price, code=self.code)

    def quantities(self) -> frozenset[str]:
        return frozenset({self.quantity})

    def rater(self, to_net: Rounder) -> Rater:
        code, name, price, line = self.code, self.quantity, self.price, self.line_maker(to_net)
        trace = (("quantity", name),)

        def rate(given: RatingInput, _before: object) -> tuple[RatedLine, ...]:
            used = quantity_of(given, name, code=code)
            return (line(used, price, used * price, trace),)

        return rate
