"""A yearly price for each unit of something the dwelling has, charged by month or by day."""

from calendar import isleap
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from mains.tariffs.rules.kinds.base import TWELVE, Component, check_price
from mains.tariffs.rules.lines import RatedLine, Rater, RatingInput, Rounder, size_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributePrice(Component):
    """
    Charge price per year x attribute, such as 281.30 a year per heated lm³.

    By the month a twelfth of it for each month; by the day as many 365th, in leap years 366th, as
    the period has days.
    """

    kind: Literal["attribute"] = field(default="attribute")
    attribute: str
    price: Decimal
    charged_by: Literal["month", "day"] = "month"

    def __post_init__(self) -> None:
        check_price(self.price, code=self.code)

    def attributes(self) -> frozenset[str]:
        return frozenset({self.attribute})

    @property
    def counts_by_year(self) -> bool:
        return self.charged_by == "day"

    def rater(self, to_net: Rounder) -> Rater:
        code, name, price = self.code, self.attribute, self.price
        by_day, line = self.charged_by == "day", self.line_maker(to_net)
        trace = (("attribute", name),)

        def rate(given: RatingInput, _before: object) -> tuple[RatedLine, ...]:
            size = size_of(given, name, code=code)
            if by_day:
                times, divisor = Decimal(given.period.days), days_in_year(given.period.start.year)
            else:
                times, divisor = given.months, TWELVE
            # Divided last: every other order would round in between.
            exact = size * price * times / divisor
            return (line(size, price, exact, trace, times, divisor),)

        return rate


def days_in_year(year: int) -> Decimal:
    """
    Return 365, or 366 for a leap year.
    """
    return Decimal(366 if isleap(year) else 365)
