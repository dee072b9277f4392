"""What contradicts itself in the components of a draft, each mistake with its place."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NamedTuple

from mains.tariffs.rules.kinds.base import BEYOND_PRICES

_PLACES = 8
# What holds a price, by kind of row; all of them are stored with up to eight places.
_PRICES = (
    "price", "extra", "excess_price", "floor_price", "per_month", "percent",
)  # fmt: skip
_ROWS = ("blocks", "sizes", "prices")

type Row = Mapping[str, Any]


class Trouble(StrEnum):
    """
    What is wrong at a place.
    """

    CODE_TWICE = "CODE_TWICE"
    UNKNOWN_TAX = "UNKNOWN_TAX"
    UNKNOWN_CALENDAR = "UNKNOWN_CALENDAR"
    UNKNOWN_INDEX = "UNKNOWN_INDEX"
    TOO_MANY_PLACES = "TOO_MANY_PLACES"
    TOO_LARGE = "TOO_LARGE"
    NO_ROW = "NO_ROW"
    GAP = "GAP"
    OVERLAP = "OVERLAP"
    NEVER_REACHED = "NEVER_REACHED"
    NEEDS_END = "NEEDS_END"
    LAST_ENDS = "LAST_ENDS"
    PRICE_OR_SIZES = "PRICE_OR_SIZES"
    SIZE_TWICE = "SIZE_TWICE"
    PERIOD_UNPRICED = "PERIOD_UNPRICED"
    PERIOD_UNKNOWN = "PERIOD_UNKNOWN"
    PERIOD_TWICE = "PERIOD_TWICE"
    FACTOR = "FACTOR"
    CONTRACTED = "CONTRACTED"
    FLOOR = "FLOOR"
    LIMIT = "LIMIT"
    RESTS_ON_LATER = "RESTS_ON_LATER"


class Place(NamedTuple):
    """
    A field of a component, or a column of one of its rows, counted from 0.
    """

    component: int
    name: str
    row: int | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """
    A trouble at a place, with what its sentence tells.
    """

    place: Place
    trouble: Trouble
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """
    What components may refer to: taxes, calendars with their tariff periods, and indexes, by code.
    """

    taxes: frozenset[str] = frozenset()
    calendars: Mapping[str, Sequence[str]] = field(default_factory=dict)
    indexes: frozenset[str] = frozenset()


def mistakes(components: Sequence[Row], *, known: Known) -> list[Mistake]:
    """
    Return what contradicts itself in components as the tenant file writes them.

    What is no number, or is not filled in, is passed over: the form that asks for it says so.
    """
    found: list[Mistake] = []
    codes: list[str] = []
    for position, row in enumerate(components):
        for trouble in _of_component(row, codes, known):
            found.append(Mistake(Place(position, *trouble.at), trouble.what, trouble.values))
        codes.append(_text(row, "code"))
    return found


class _Found(NamedTuple):
    at: tuple[Any, ...]
    what: Trouble
    values: Mapping[str, str] = {}


def _of_component(row: Row, codes: Sequence[str], known: Known) -> Iterator[_Found]:
    code, tax = _text(row, "code"), _text(row, "vat")
    if code and code in codes:
        yield _Found(("code",), Trouble.CODE_TWICE, {"code": code})
    if tax and not tax[0].isdigit() and tax not in known.taxes:
        yield _Found(("vat",), Trouble.UNKNOWN_TAX, {"tax": tax})
    yield from _prices(row)
    for base in row.get("of") or ():
        if base not in codes:
            yield _Found(("of",), Trouble.RESTS_ON_LATER, {"code": str(base)})
    own = _OWN.get(_text(row, "kind"))
    if own is not None:
        yield from own(row, known)


def _prices(row: Row) -> Iterator[_Found]:
    for name in _PRICES:
        if (trouble := _of_price(row.get(name))) is not None:
            yield _Found((name,), trouble)
    for name in _ROWS:
        for number, entry in enumerate(row.get(name) or ()):
            if (trouble := _of_price(entry.get("price"))) is not None:
                yield _Found((name, number, "price"), trouble)


def _of_price(value: object) -> Trouble | None:
    number = _number(value)
    if number is None:
        return None
    if abs(number) >= BEYOND_PRICES:
        return Trouble.TOO_LARGE
    too_fine = int(number.as_tuple().exponent) < -_PLACES
    return Trouble.TOO_MANY_PLACES if too_fine else None


def _fixed(row: Row, _known: Known) -> Iterator[_Found]:
    price, by, sizes = _text(row, "price"), _text(row, "by"), row.get("sizes") or ()
    if bool(price) == bool(by) or bool(by) != bool(sizes):
        yield _Found(("price",), Trouble.PRICE_OR_SIZES)
    yield from _twice(sizes, "sizes", "size", Trouble.SIZE_TWICE)


def _blocks(row: Row, _known: Known) -> Iterator[_Found]:
    blocks = row.get("blocks") or ()
    if not blocks:
        yield _Found(("blocks", 0, "price"), Trouble.NO_ROW)
    floor = Decimal(0)
    for number, block in enumerate(blocks):
        start, end = _number(block.get("start")), _number(block.get("up_to"))
        values = {"start": str(start), "floor": f"{floor:f}", "end": str(end)}
        if start is not None and start != floor:
            what = Trouble.GAP if start > floor else Trouble.OVERLAP
            yield _Found(("blocks", number, "start"), what, values)
        if (trouble := _end(block, end, floor, last=number == len(blocks) - 1)) is not None:
            yield _Found(("blocks", number, "up_to"), trouble, values)
        if end is not None:
            floor = end


def _end(block: Row, end: Decimal | None, floor: Decimal, *, last: bool) -> Trouble | None:
    is_open = not _text(block, "up_to")
    if last and not is_open:
        return Trouble.LAST_ENDS
    if is_open:
        return None if last else Trouble.NEEDS_END
    return Trouble.NEVER_REACHED if end is not None and end <= floor else None


def _time_of_use(row: Row, known: Known) -> Iterator[_Found]:
    calendar, prices = _text(row, "calendar"), row.get("prices") or ()
    if not calendar:
        return
    if calendar not in known.calendars:
        yield _Found(("calendar",), Trouble.UNKNOWN_CALENDAR, {"calendar": calendar})
        return
    periods = list(known.calendars[calendar])
    priced = [_text(entry, "period") for entry in prices]
    yield from _twice(prices, "prices", "period", Trouble.PERIOD_TWICE)
    for number, period in enumerate(priced):
        if period and period not in periods:
            values = {"period": period, "periods": ", ".join(periods)}
            yield _Found(("prices", number, "period"), Trouble.PERIOD_UNKNOWN, values)
    lacking = [period for period in periods if period not in priced]
    if lacking:
        yield _Found(("calendar",), Trouble.PERIOD_UNPRICED, {"periods": ", ".join(lacking)})


def _twice(rows: Sequence[Row], name: str, column: str, what: Trouble) -> Iterator[_Found]:
    listed = [_text(entry, column) for entry in rows]
    for value, count in Counter(listed).items():
        if value and count > 1:
            last = len(listed) - 1 - listed[::-1].index(value)
            yield _Found((name, last, column), what, {"value": value})


def _hourly(row: Row, known: Known) -> Iterator[_Found]:
    index = _text(row, "index")
    if index and index not in known.indexes:
        yield _Found(("index",), Trouble.UNKNOWN_INDEX, {"index": index})
    yield from _factor(row, known)


def _factor(row: Row, _known: Known) -> Iterator[_Found]:
    factor = _number(row.get("factor"))
    if factor is not None and factor <= 0:
        yield _Found(("factor",), Trouble.FACTOR)


def _demand(row: Row, _known: Known) -> Iterator[_Found]:
    least = _number(row.get("minimum_percent"))
    if not _text(row, "contracted") and (least or _text(row, "excess_price")):
        yield _Found(("contracted",), Trouble.CONTRACTED)


def _percentage(row: Row, _known: Known) -> Iterator[_Found]:
    if bool(_text(row, "floor_quantity")) != bool(_text(row, "floor_price")):
        yield _Found(("floor_quantity",), Trouble.FLOOR)
    if bool(_text(row, "limit_quantity")) != bool(_text(row, "limit_per_month")):
        yield _Found(("limit_quantity",), Trouble.LIMIT)


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_OWN: dict[str, Callable[[Row, Known], Iterator[_Found]]] = {
    "fixed": _fixed,
    "blocks": _blocks,
    "derived": _factor,
    "time_of_use": _time_of_use,
    "hourly": _hourly,
    "demand": _demand,
    "percentage": _percentage,
}
