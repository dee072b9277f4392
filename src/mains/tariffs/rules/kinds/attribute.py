"""A yearly price for each unit of something the dwelling has, charged by the month."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from mains.tariffs.rules.kinds.base import TWELVE, Component, check_price
from mains.tariffs.rules.lines import (
    AttributeMissing,
    RatedLine,
    Rater,
    RatingInput,
    Rounder,
    attribute_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributePrice(Component):
    """
    Charge price per year x attribute / 12 for each month, such as 281.30 a year per heated lm³.
    """

    kind: Literal["attribute"] = field(default="attribute")
    attribute: str
    price: Decimal

    def __post_init__(self) -> None:
        check_price(self.price, code=self.code)

    def attributes(self) -> frozenset[str]:
        return frozenset({self.attribute})

    def rater(self, to_net: Rounder) -> Rater:
        code, label, service, vat, unit = (
            self.code, self.label, self.service, self.vat, self.unit,
        )  # fmt: skip
        name, price = self.attribute, self.price
        trace = (("attribute", name),)

        def rate(given: RatingInput) -> tuple[RatedLine, ...]:
            size = attribute_of(given, name, code=code)
            if not isinstance(size, Decimal):
                raise AttributeMissing(code=code, name=name)
            months = given.months
            # Divided last: every other order would round in between.
            exact = size * price * months / TWELVE
            return (
                RatedLine(
                    code,
                    label,
                    service,
                    vat,
                    unit,
                    size,
                    price,
                    months,
                    TWELVE,
                    exact,
                    to_net(exact),
                    trace,
                ),
            )

        return rate
