"""Why one bill comes to another amount than another: the kinds of causes, and their figures."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import NamedTuple

from mains.billing.rules.figures import PriceListName
from mains.core.money import Money, exponent_of


class CauseKind(StrEnum):
    """
    What made a bill higher or lower.
    """

    VOLUME = "VOLUME"  # another quantity was used
    PRICE = "PRICE"  # the unit price of a line is another one
    TIME = "TIME"  # more or fewer days or months are charged
    SIZE = "SIZE"  # the size that is charged for by the year, such as a heated volume
    FOLLOWS = "FOLLOWS"  # a share of other lines, or what they lack to the least or most to pay
    BLOCKS = "BLOCKS"  # the same quantity fell into other blocks
    CONTRACT_NEW = "CONTRACT_NEW"
    CONTRACT_ENDED = "CONTRACT_ENDED"
    LINE_NEW = "LINE_NEW"
    LINE_ENDED = "LINE_ENDED"
    DISCOUNT_NEW = "DISCOUNT_NEW"
    DISCOUNT_ENDED = "DISCOUNT_ENDED"
    CORRECTION = "CORRECTION"  # of an earlier, estimated bill, on this one
    CORRECTION_BEFORE = "CORRECTION_BEFORE"  # the same on the bill compared with
    FIXED = "FIXED"  # a fixed amount is another one, or begins or ends
    FIXED_TAKEN_OFF = "FIXED_TAKEN_OFF"  # fixed amounts that were billed, on a settlement
    USED_BEFORE = "USED_BEFORE"  # what was used is on the earlier bill, and not on the one with a
    USED_NOW = "USED_NOW"  # fixed amount; or only on the later one
    VAT_RATE = "VAT_RATE"
    VAT = "VAT"  # on everything else
    ROUNDING = "ROUNDING"
    OTHER = "OTHER"  # lines that contradict their own figures, as imported bills may have


class Change(NamedTuple):
    """
    A figure on the earlier bill and on the later one.
    """

    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


class Cause(NamedTuple):
    """
    One reason and what it comes to, net for everything but VAT. A named tuple because whole runs
    are explained.

    `contract_id` and `service` are None and empty where several share it. What applies to its kind
    is filled: the `quantity` in `unit`, the `prices` of a unit (or of one for a year) and the list
    they are from, the period that is corrected, the VAT `percent`, and for what was used whether
    readings were estimated and a meter exchanged.
    """

    kind: CauseKind
    amount: Money
    service: str = ""
    contract_id: int | None = None
    codes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    unit: str = ""
    quantity: Change | None = None
    prices: tuple[Change, ...] = ()
    is_yearly: bool = False
    price_list: PriceListName | None = None
    percent: Change | None = None
    corrects: date | None = None
    corrects_end: date | None = None
    was_estimated: bool = False
    is_estimated: bool = False
    is_exchanged: bool = False


class Part(NamedTuple):
    """
    A cause with its exact amount in major units, before anything is rounded.
    """

    cause: Cause
    exact: Decimal


# One change of price list, or one month more, is one cause however many contracts it touches.
_SHARED = {
    CauseKind.PRICE,
    CauseKind.TIME,
    CauseKind.LINE_NEW,
    CauseKind.LINE_ENDED,
    CauseKind.DISCOUNT_NEW,
    CauseKind.DISCOUNT_ENDED,
}
# What one meter counted, or how long it was, is one cause however many lines price it.
_ONE_QUANTITY = {CauseKind.VOLUME, CauseKind.TIME, CauseKind.SIZE, CauseKind.BLOCKS}


def merged(parts: Iterable[Part]) -> list[Part]:
    """
    Return the parts that come to something, those of one reason added together, in the order met.
    """
    found: dict[Cause, Part] = {}
    for part in parts:
        if not part.exact:
            continue
        key = _key(part.cause)
        known = found.get(key)
        found[key] = part if known is None else _sum(known, part)
    return list(found.values())


def _key(cause: Cause) -> Cause:
    if cause.kind in _SHARED:
        cause = cause._replace(contract_id=None)
    if cause.kind is CauseKind.TIME:
        cause = cause._replace(service="")
    if cause.kind in _ONE_QUANTITY:
        return cause._replace(codes=(), labels=())
    return cause


def _sum(one: Part, other: Part) -> Part:
    cause, added = one.cause, other.cause
    return Part(
        cause._replace(
            contract_id=cause.contract_id if cause.contract_id == added.contract_id else None,
            service=cause.service if cause.service == added.service else "",
            codes=tuple(dict.fromkeys(cause.codes + added.codes)),
            labels=tuple(dict.fromkeys(cause.labels + added.labels)),
        ),
        one.exact + other.exact,
    )


def in_money(parts: Sequence[Part], *, total: Money, slack: int) -> list[Cause]:
    """
    Round the parts to minor units so that they add up to `total`, odd units to the largest
    remainders; what comes to nothing is no cause.

    Totals that differ from the exact sum by up to `slack` minor units do so by rounding, which the
    parts carry. Anything more is a cause of its own, since no part explains it.
    """
    exponent = exponent_of(total.currency)
    given = [Part(part.cause, part.exact.scaleb(exponent)) for part in parts if part.exact]
    rest = total.minor - sum((part.exact for part in given), Decimal(0))
    if rest and (not given or abs(rest) > slack):
        kind = CauseKind.ROUNDING if abs(rest) <= max(slack, 1) else CauseKind.OTHER
        given.append(Part(Cause(kind, Money.zero(total.currency)), rest))
    minors = _whole([part.exact for part in given], total.minor)
    return [
        part.cause._replace(amount=Money(minor, total.currency))
        for part, minor in zip(given, minors, strict=True)
        if minor
    ]


def _whole(exacts: Sequence[Decimal], total: int) -> list[int]:
    if not exacts:
        return []
    floors = [int(exact.to_integral_value(ROUND_FLOOR)) for exact in exacts]
    each, odd = divmod(total - sum(floors), len(exacts))
    by_remainder = sorted(range(len(exacts)), key=lambda n: (floors[n] - exacts[n], n))
    for position in by_remainder[:odd]:
        floors[position] += 1
    return [floor + each for floor in floors]
