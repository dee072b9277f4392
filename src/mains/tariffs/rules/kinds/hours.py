"""Prices by the hour: by the tariff period an hour falls in, or by an index."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from operator import mul
from typing import Literal

from mains.tariffs.rules.kinds.base import ONE, Component, ComponentWrong, check_price
from mains.tariffs.rules.lines import (
    CONTEXT,
    PricesMissing,
    QuantityMissing,
    RatedLine,
    Rater,
    RatingInput,
    Rounder,
    quantity_of,
)

_EIGHT = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class PeriodPrice:
    """
    The price in one tariff period of a calendar.
    """

    period: str
    price: Decimal


def in_period(quantity: str, *, calendar: str, period: str) -> str:
    """
    Return what the part of a quantity is called that falls in a tariff period.
    """
    return f"{quantity}@{calendar}.{period}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfUse(Component):
    """
    Charge what was used in each tariff period of a calendar at that period's price.
    """

    kind: Literal["time_of_use"] = field(default="time_of_use")
    quantity: str
    calendar: str
    prices: tuple[PeriodPrice, ...]

    def __post_init__(self) -> None:
        listed = [entry.period for entry in self.prices]
        if not listed or len(set(listed)) < len(listed):
            raise ComponentWrong(f"Component {self.code} needs one price for each tariff period.")
        for entry in self.prices:
            check_price(entry.price, code=self.code)

    def quantities(self) -> frozenset[str]:
        return frozenset(name for name, _code, _price in self._priced())

    def _priced(self) -> tuple[tuple[str, str, Decimal], ...]:
        return tuple(
            (
                in_period(self.quantity, calendar=self.calendar, period=entry.period),
                f"{self.code}.{entry.period}",
                entry.price,
            )
            for entry in self.prices
        )

    def rater(self, to_net: Rounder) -> Rater:
        own, line = self.code, self.line_maker(to_net)
        priced = tuple((*one, (("quantity", one[0]),)) for one in self._priced())

        def rate(given: RatingInput, _before: object) -> tuple[RatedLine, ...]:
            lines = []
            for name, code, price, trace in priced:
                used = quantity_of(given, name, code=own)
                lines.append(line(used, price, used * price, trace, code=code))
            return tuple(lines)

        return rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Hourly(Component):
    """
    Charge what was used in each interval at (the index's price x factor + extra) of that interval.

    The line's price is what a unit cost on average, with eight places; its amount is the exact sum.
    """

    kind: Literal["hourly"] = field(default="hourly")
    quantity: str
    index: str
    factor: Decimal = ONE
    extra: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        check_price(self.extra, code=self.code)
        if not self.factor > 0:
            raise ComponentWrong(f"The factor of component {self.code} must be above zero.")

    def rater(self, to_net: Rounder) -> Rater:
        code, name, index, line = self.code, self.quantity, self.index, self.line_maker(to_net)
        factor, extra = self.factor, self.extra

        def rate(given: RatingInput, _before: object) -> tuple[RatedLine, ...]:
            if name not in given.intervals:
                raise QuantityMissing(code=code, name=name)
            used, cost, count = Decimal(0), Decimal(0), 0
            prices = given.prices.get(index, {})
            for day in given.period.each_day():
                values = given.intervals[name].get(day)
                if values is None:
                    raise QuantityMissing(code=code, name=f"{name} {day}")
                used += sum(values)
                cost += sum(map(mul, values, _fitting(prices.get(day, ()), values, self, day)))
                count += len(values)
            exact = cost * factor + used * extra
            mean = (exact / used).quantize(_EIGHT, ROUND_HALF_UP, CONTEXT) if used else Decimal(0)
            trace = (("index", index), ("intervals", Decimal(count)), ("sum", exact))
            return (line(used, mean, exact, trace),)

        return rate


def _fitting(
    prices: Sequence[Decimal], values: Sequence[Decimal], component: Hourly, day: date
) -> Sequence[Decimal]:
    """
    Return one price for each value; where an hour has several values each has the hour's price.
    """
    if len(prices) == len(values):
        return prices
    times, rest = divmod(len(values), len(prices)) if prices else (0, 1)
    if rest:
        raise PricesMissing(
            code=component.code,
            index=component.index,
            day=day,
            found=len(prices),
            needed=len(values),
        )
    return [price for price in prices for _ in range(times)]
