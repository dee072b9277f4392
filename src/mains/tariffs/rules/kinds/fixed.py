"""A price for being connected: per month, period or day, the same or by a size."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from mains.tariffs.rules.kinds.attribute import days_in_year
from mains.tariffs.rules.kinds.base import ONE, Component, ComponentWrong, check_price
from mains.tariffs.rules.lines import (
    Attribute,
    RatedLine,
    Rater,
    RatingInput,
    RatingProblem,
    Rounder,
    Trace,
    attribute_of,
    size_of,
)


class Per(StrEnum):
    """
    What a fixed price is for.
    """

    MONTH = "month"
    PERIOD = "period"
    DAY = "day"
    YEAR = "year"


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
    Charge a price per month, period, day, or year by its days.

    Either `price`, or `by` (the name of an attribute) with `sizes`. With `each`, the name of an
    attribute such as `dwellings`, it is charged once for each of them.
    """

    kind: Literal["fixed"] = field(default="fixed")
    per: Per = Per.MONTH
    price: Decimal | None = None
    by: str | None = None
    sizes: tuple[SizePrice, ...] = ()
    each: str | None = None

    def __post_init__(self) -> None:
        if (self.price is None) == (self.by is None) or bool(self.by) != bool(self.sizes):
            raise ComponentWrong(
                f"Component {self.code} needs either one price, or `by` and a price for each size."
            )
        listed = [entry.size for entry in self.sizes]
        if len(set(listed)) < len(listed):
            raise ComponentWrong(f"Component {self.code} has two prices for one size.")
        for price in [self.price] if self.price is not None else [s.price for s in self.sizes]:
            check_price(price, code=self.code)

    def attributes(self) -> frozenset[str]:
        return frozenset(name for name in (self.by, self.each) if name is not None)

    @property
    def counts_by_year(self) -> bool:
        return self.per is Per.YEAR

    def rater(self, to_net: Rounder) -> Rater:
        code, per, by, only, each = self.code, self.per, self.by, self.price, self.each
        prices = {entry.size: entry.price for entry in self.sizes}
        line = self.line_maker(to_net)
        plain: Trace = (("per", per.value),)

        def rate(given: RatingInput, _before: object) -> tuple[RatedLine, ...]:
            count, divisor = _count(per, given)
            price, trace = only, plain
            if by is not None:
                size = size_key(attribute_of(given, by, code=code))
                price = prices.get(size)
                if price is None:
                    raise NoPriceForSize(
                        f"Component {code} has no price for `{by}` = {size}; it knows "
                        f"{', '.join(prices)}. Correct the record or add a price."
                    )
                trace = (*plain, (by, size))
            times = ONE if each is None else size_of(given, each, code=code)
            assert price is not None
            exact = count * price * times
            if divisor is not ONE:
                exact /= divisor
            return (line(count, price, exact, trace, times, divisor),)

        return rate


def _count(per: Per, given: RatingInput) -> tuple[Decimal, Decimal]:
    """
    Return what a price is charged for, as a number and what it is divided by.
    """
    if per is Per.MONTH:
        return given.months, ONE
    days = Decimal(given.period.days)
    if per is Per.DAY:
        return days, ONE
    if per is Per.YEAR:
        return days, days_in_year(given.period.start.year)
    if given.whole is None or given.whole == given.period:
        return ONE, ONE
    return days, Decimal(given.whole.days)


def size_key(value: Attribute) -> str:
    """
    Return how a size is written in a tariff: 15, 15.0 and "15" are the same.
    """
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value
