"""A price for the highest power, contracted or measured, with what exceeds it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from mains.tariffs.rules.kinds.base import Component, ComponentWrong, check_price
from mains.tariffs.rules.lines import (
    RatedLine,
    Rater,
    RatingInput,
    Rounder,
    quantity_of,
    size_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Component):
    """
    Charge the highest power of a period, or the power that was contracted, with what exceeds it.

    `measured` names the highest power, `contracted` an attribute. At least `minimum_percent` of the
    contracted power is charged; what is above `excess_from_percent` of it costs `excess_price` for
    each unit besides. A price is for a month.
    """

    kind: Literal["demand"] = field(default="demand")
    measured: str
    price: Decimal
    contracted: str | None = None
    minimum_percent: Decimal = Decimal(0)
    excess_from_percent: Decimal = Decimal(100)
    excess_price: Decimal | None = None

    def __post_init__(self) -> None:
        for price in (self.price, self.excess_price):
            check_price(price or Decimal(0), code=self.code)
        if self.contracted is None and (self.minimum_percent or self.excess_price is not None):
            raise ComponentWrong(
                f"Component {self.code} compares with a contracted power; name it in `contracted`."
            )

    def quantities(self) -> frozenset[str]:
        return frozenset({self.measured})

    def attributes(self) -> frozenset[str]:
        return frozenset() if self.contracted is None else frozenset({self.contracted})

    def rater(self, to_net: Rounder) -> Rater:
        code, measured, line = self.code, self.measured, self.line_maker(to_net)
        price, excess_price = self.price, self.excess_price
        hundred = Decimal(100)

        def rate(given: RatingInput, _before: object) -> tuple[RatedLine, ...]:
            highest = quantity_of(given, measured, code=code)
            contracted = self._contracted(given)
            charged = max(highest, contracted * self.minimum_percent / hundred)
            months = given.months
            trace = (("measured", highest), ("contracted", contracted))
            lines = [line(charged, price, charged * price * months, trace, months)]
            allowed = contracted * self.excess_from_percent / hundred
            if excess_price is not None and highest > allowed:
                over = highest - allowed
                exact = over * excess_price * months
                lines.append(
                    line(over, excess_price, exact, trace, months,
                         code=f"{code}.excess")
                )  # fmt: skip
            return tuple(lines)

        return rate

    def _contracted(self, given: RatingInput) -> Decimal:
        if self.contracted is None:
            return Decimal(0)
        return size_of(given, self.contracted, code=self.code)
