"""A price for being connected: per month, per period or per day, the same or by a size."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from mains.tariffs.rules.kinds.base import ONE, Component, ComponentWrong, check_price
from mains.tariffs.rules.lines import (
    Attribute,
    RatedLine,
    Rater,
    RatingInput,
    RatingProblem,
    Rounder,
    attribute_of,
)


class Per(StrEnum):
    """
    What a fixed price is for.
    """

    MONTH = "month"
    PERIOD = "period"
    DAY = "day"


class NoPriceForSize(RatingProblem):
    """
    The size on record has no price in the tariff.
    """


@dataclass(frozen=True, slots=True)
class SizePrice:
    """
    The price for one size, such as a meter of 15 mm.
    """

    size: str
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed(Component):
    """
    Charge a price per month, period or day.

    Either `price`, or `by` (the name of an attribute) with `sizes`.
    """

    kind: Literal["fixed"] = field(default="fixed")
    per: Per = Per.MONTH
    price: Decimal | None = None
    by: str | None = None
    sizes: tuple[SizePrice, ...] = ()

    def __post_init__(self) -> None:
        if (self.price is None) == (self.by is None) or bool(self.by) != bool(self.sizes):
            raise ComponentWrong(
                f"Component {self.code} needs either one price, or `by` and a price for each size."
            )
        for price in [self.price] if self.price is not None else [s.price for s in self.sizes]:
            check_price(price, code=self.code)

    def attributes(self) -> frozenset[str]:
        return frozenset() if self.by is None else frozenset({self.by})

    def rater(self, to_net: Rounder) -> Rater:
        code, label, service, vat, unit = (
            self.code, self.label, self.service, self.vat, self.unit,
        )  # fmt: skip
        per, by, only = self.per, self.by, self.price
        prices = {entry.size: entry.price for entry in self.sizes}

        def rate(given: RatingInput) -> tuple[RatedLine, ...]:
            if per is Per.MONTH:
                count = given.months
            else:
                count = ONE if per is Per.PERIOD else Decimal(given.period.days)
            price, size = only, None
            if by is not None:
                size = size_key(attribute_of(given, by, code=code))
                price = prices.get(size)
                if price is None:
                    raise NoPriceForSize(
                        f"Component {code} has no price for `{by}` = {size}; it knows "
                        f"{', '.join(prices)}. Correct the record or add a price."
                    )
            assert price is not None
            exact = count * price
            trace = (
                (("per", per.value),) if size is None else (("per", per.value), (by or "", size))
            )
            return (
                RatedLine(
                    code,
                    label,
                    service,
                    vat,
                    unit,
                    count,
                    price,
                    ONE,
                    ONE,
                    exact,
                    to_net(exact),
                    trace,
                ),
            )

        return rate


def size_key(value: Attribute) -> str:
    """
    Return how a size is written in a tariff: 15, 15.0 and "15" are the same.
    """
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value
