"""Components that rest on the lines before them: percentages, and the least or most to pay."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from mains.tariffs.rules.kinds.base import (
    ONE,
    Component,
    ComponentWrong,
    amount_of,
    check_price,
)
from mains.tariffs.rules.lines import (
    CONTEXT,
    MICRO,
    RatedLine,
    Rater,
    RatingInput,
    Rounder,
    Trace,
    quantity_of,
)

# Units of lines that follow from other lines: a share of them, or what they lack.
PERCENT, SUM = "%", "sum"
_HUNDRED = Decimal(100)


def base_of(lines: Sequence[RatedLine], codes: tuple[str, ...]) -> Decimal:
    """
    Return what the lines of some components come to as printed; of all, where none is named.

    A component's lines are those of its code and of what is named behind a dot in it.
    """
    return sum(
        (amount_of(line) for line in lines if not codes or line.code.split(".")[0] in codes),
        Decimal(0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentage(Component):
    """
    Charge a percentage of the lines of some components; a discount is a percentage below zero.

    With `floor_quantity` it comes at least to `floor_price` for each unit of that quantity. With
    `limit_quantity` it counts only for the first `limit_per_month` units a month: of the base only
    their share. `at_most` caps it, per month, whatever its sign.
    """

    kind: Literal["percentage"] = field(default="percentage")
    of: tuple[str, ...] = ()
    percent: Decimal
    floor_quantity: str | None = None
    floor_price: Decimal | None = None
    limit_quantity: str | None = None
    limit_per_month: Decimal | None = None
    at_most: Decimal | None = None

    def __post_init__(self) -> None:
        check_price(self.percent, code=self.code)
        check_price(self.floor_price or Decimal(0), code=self.code)
        if (self.floor_quantity is None) != (self.floor_price is None):
            raise ComponentWrong(
                f"Component {self.code} needs both `floor_quantity` and `floor_price`, or neither."
            )
        if (self.limit_quantity is None) != (self.limit_per_month is None):
            raise ComponentWrong(
                f"Component {self.code} needs both `limit_quantity` and `limit_per_month`, or "
                "neither."
            )

    def quantities(self) -> frozenset[str]:
        named = (self.floor_quantity, self.limit_quantity)
        return frozenset(name for name in named if name is not None)

    def bases(self) -> tuple[str, ...]:
        return self.of

    def rater(self, to_net: Rounder) -> Rater:
        line, percent = self.line_maker(to_net), self.percent
        trace: Trace = (("percent_of", ", ".join(self.of)),)

        def rate(given: RatingInput, before: Sequence[RatedLine]) -> tuple[RatedLine, ...]:
            base = self._limited(given, base_of(before, self.of))
            exact = base * percent / _HUNDRED
            if self.at_most is not None and abs(exact) > self.at_most * given.months:
                most = self.at_most if percent > 0 else -self.at_most
                return (line(given.months, most, given.months * most, trace, unit="month"),)
            if self.floor_price is not None and self.floor_quantity is not None:
                used = quantity_of(given, self.floor_quantity, code=self.code)
                if (least := used * self.floor_price) > exact:
                    return (line(used, self.floor_price, least, trace),)
            return (line(base, percent, exact, trace, divisor=_HUNDRED, unit=PERCENT),)

        return rate

    def _limited(self, given: RatingInput, base: Decimal) -> Decimal:
        if self.limit_quantity is None or self.limit_per_month is None:
            return base
        used = quantity_of(given, self.limit_quantity, code=self.code)
        limit = self.limit_per_month * given.months
        if used <= limit:
            return base
        return (base * limit / used).quantize(MICRO, ROUND_HALF_UP, CONTEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound(Component):
    """
    Bring the lines of some components to the least or the most that is to be paid for a month.
    """

    of: tuple[str, ...] = ()
    per_month: Decimal

    def __post_init__(self) -> None:
        check_price(self.per_month, code=self.code)

    def bases(self) -> tuple[str, ...]:
        return self.of

    def _missing(self, given: RatingInput, before: Sequence[RatedLine]) -> tuple[Decimal, Trace]:
        base, bound = base_of(before, self.of), self.per_month * given.months
        return bound - base, (("bound", bound), ("base", base))


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum(Bound):
    """
    Charge what the lines of some components lack to the least that is to be paid.
    """

    kind: Literal["minimum"] = field(default="minimum")

    def rater(self, to_net: Rounder) -> Rater:
        line = self.line_maker(to_net)

        def rate(given: RatingInput, before: Sequence[RatedLine]) -> tuple[RatedLine, ...]:
            lacking, trace = self._missing(given, before)
            return (line(lacking, ONE, lacking, trace, unit=SUM),) if lacking > 0 else ()

        return rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum(Bound):
    """
    Give back what the lines of some components exceed the most that is to be paid.
    """

    kind: Literal["maximum"] = field(default="maximum")

    def rater(self, to_net: Rounder) -> Rater:
        line = self.line_maker(to_net)

        def rate(given: RatingInput, before: Sequence[RatedLine]) -> tuple[RatedLine, ...]:
            lacking, trace = self._missing(given, before)
            return (line(lacking, ONE, lacking, trace, unit=SUM),) if lacking < 0 else ()

        return rate
