"""A price for each unit of a quantity."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from mains.tariffs.rules.kinds.base import ONE, Component, check_price
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
        code, label, service, vat, unit = (
            self.code, self.label, self.service, self.vat, self.unit,
        )  # fmt: skip
        name, price = self.quantity, self.price
        trace = (("quantity", name),)

        def rate(given: RatingInput) -> tuple[RatedLine, ...]:
            used = quantity_of(given, name, code=code)
            exact = used * price
            return (
                RatedLine(
                    code,
                    label,
                    service,
                    vat,
                    unit,
                    used,
                    price,
                    ONE,
                    ONE,
                    exact,
                    to_net(exact),
                    trace,
                ),
            )

        return rate
