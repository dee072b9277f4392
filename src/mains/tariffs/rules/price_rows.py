"""The prices of a tariff version, one by one, and what another version makes of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum

from mains.tariffs.rules.kinds import (
    AttributePrice,
    Blocks,
    Component,
    Demand,
    Derived,
    Fixed,
    Hourly,
    Maximum,
    Minimum,
    Percentage,
    TimeOfUse,
    UnitPrice,
)


class Part(StrEnum):
    """
    What of a component a price is for.
    """

    WHOLE = "whole"
    SIZE = "size"
    BLOCK = "block"
    PERIOD = "period"
    EXCESS = "excess"
    FACTOR = "factor"
    EXTRA = "extra"
    FLOOR = "floor"
    CAP = "cap"
    LIMIT = "limit"
    LEAST_SHARE = "least_share"
    EXCESS_FROM = "excess_from"


class Basis(StrEnum):
    """
    What a price is for one of; a factor and a limit are no prices.
    """

    UNIT = "unit"
    MONTH = "month"
    PERIOD = "period"
    DAY = "day"
    YEAR = "year"
    UNIT_AND_MONTH = "unit_and_month"
    UNIT_AND_YEAR = "unit_and_year"
    PERCENT = "percent"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class PriceRow:
    """
    One price of a component; `details` are a block's bounds, a size or a tariff period.
    """

    code: str
    part: Part
    price: Decimal
    basis: Basis
    details: tuple[str, ...] = ()
    unit: str = ""

    @property
    def key(self) -> tuple[str, Part, tuple[str, ...]]:
        """
        Return what tells a price from the others of its version.
        """
        return self.code, self.part, self.details


@dataclass(frozen=True, slots=True)
class PriceChange:
    """
    A price before and after; None where there was none, or is none any more.
    """

    before: PriceRow | None
    after: PriceRow | None

    @property
    def row(self) -> PriceRow:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def is_change(self) -> bool:
        """
        Tell whether anything differs.
        """
        return self.before != self.after


def price_rows(components: Sequence[Component]) -> list[PriceRow]:
    """
    Return every price of some components, in their order.
    """
    return [row for component in components for row in rows_of(component)]


def rows_of(component: Component) -> list[PriceRow]:
    """
    Return the prices of one component.
    """
    return list(_ROWS[type(component)](component))


def compare(before: Sequence[Component], after: Sequence[Component]) -> list[PriceChange]:
    """
    Return each price of two versions beside the other: those of the new one first, then those that
    it no longer has.
    """
    old = {row.key: row for row in price_rows(before)}
    new = {row.key: row for row in price_rows(after)}
    return [PriceChange(old.get(key), row) for key, row in new.items()] + [
        PriceChange(row, None) for key, row in old.items() if key not in new
    ]


# What `rows_of` says, and what a line is called.
_SAID = frozenset(
    {"label", "unit", "price", "per", "sizes", "blocks", "prices", "factor", "extra", "percent",
     "floor_price", "limit_per_month", "at_most", "minimum_percent", "excess_price",
     "excess_from_percent", "per_month"}
)  # fmt: skip


def charged_otherwise(
    before: Sequence[Component], after: Sequence[Component]
) -> list[tuple[Component, Component]]:
    """
    Return the components that two versions have and that charge otherwise than by other prices:
    another quantity, other bounds, other contracts, another tax.
    """
    old = {one.code: one for one in before}
    pairs = [(old[one.code], one) for one in after if one.code in old]
    return [(was, becomes) for was, becomes in pairs if _terms(was) != _terms(becomes)]


def _terms(component: Component) -> dict[str, object]:
    return {
        field.name: getattr(component, field.name)
        for field in fields(component)
        if field.name not in _SAID
    }


def plain(number: Decimal) -> str:
    """
    Return a number as a text without exponent and without zeros at its end.
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fixed(one: Fixed) -> Iterator[PriceRow]:
    basis = Basis(one.per.value)
    if one.price is not None:
        yield PriceRow(one.code, Part.WHOLE, one.price, basis)
    for entry in one.sizes:
        yield PriceRow(one.code, Part.SIZE, entry.price, basis, (entry.size,))


def _unit(one: UnitPrice) -> Iterator[PriceRow]:
    yield PriceRow(one.code, Part.WHOLE, one.price, Basis.UNIT, unit=one.unit)


def _blocks(one: Blocks) -> Iterator[PriceRow]:
    floor = Decimal(0)
    for block in one.blocks:
        bounds = (plain(floor), "" if block.up_to is None else plain(block.up_to))
        yield PriceRow(one.code, Part.BLOCK, block.price, Basis.UNIT, bounds, one.unit)
        floor = floor if block.up_to is None else block.up_to


def _attribute(one: AttributePrice) -> Iterator[PriceRow]:
    yield PriceRow(one.code, Part.WHOLE, one.price, Basis.UNIT_AND_YEAR, unit=one.unit)


def _derived(one: Derived) -> Iterator[PriceRow]:
    yield PriceRow(one.code, Part.WHOLE, one.price, Basis.UNIT, unit=one.unit)
    yield PriceRow(one.code, Part.FACTOR, one.factor, Basis.NUMBER)


def _time_of_use(one: TimeOfUse) -> Iterator[PriceRow]:
    for entry in one.prices:
        yield PriceRow(one.code, Part.PERIOD, entry.price, Basis.UNIT, (entry.period,), one.unit)


def _hourly(one: Hourly) -> Iterator[PriceRow]:
    yield PriceRow(one.code, Part.FACTOR, one.factor, Basis.NUMBER)
    yield PriceRow(one.code, Part.EXTRA, one.extra, Basis.UNIT, unit=one.unit)


def _demand(one: Demand) -> Iterator[PriceRow]:
    yield PriceRow(one.code, Part.WHOLE, one.price, Basis.UNIT_AND_MONTH, unit=one.unit)
    if one.minimum_percent:
        yield PriceRow(one.code, Part.LEAST_SHARE, one.minimum_percent, Basis.PERCENT)
    if one.excess_price is not None:
        yield PriceRow(one.code, Part.EXCESS, one.excess_price, Basis.UNIT_AND_MONTH, unit=one.unit)
        yield PriceRow(one.code, Part.EXCESS_FROM, one.excess_from_percent, Basis.PERCENT)


def _percentage(one: Percentage) -> Iterator[PriceRow]:
    yield PriceRow(one.code, Part.WHOLE, one.percent, Basis.PERCENT)
    if one.floor_price is not None:
        yield PriceRow(one.code, Part.FLOOR, one.floor_price, Basis.UNIT)
    if one.limit_per_month is not None:
        yield PriceRow(one.code, Part.LIMIT, one.limit_per_month, Basis.NUMBER)
    if one.at_most is not None:
        yield PriceRow(one.code, Part.CAP, one.at_most, Basis.MONTH)


def _bound(one: Minimum | Maximum) -> Iterator[PriceRow]:
    yield PriceRow(one.code, Part.WHOLE, one.per_month, Basis.MONTH)


_ROWS: dict[type[Component], Callable[..., Iterator[PriceRow]]] = {
    Fixed: _fixed,
    UnitPrice: _unit,
    Blocks: _blocks,
    AttributePrice: _attribute,
    Derived: _derived,
    TimeOfUse: _time_of_use,
    Hourly: _hourly,
    Demand: _demand,
    Percentage: _percentage,
    Minimum: _bound,
    Maximum: _bound,
}
