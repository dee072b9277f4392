"""Lay out a bar chart: which bars, how long, where the labels go. Percent across, pixels down."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Arrangement = Literal["pair", "nested", "marker"]
Kind = Literal["now", "estimate", "before", "marker"]

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_TOP = 22
_FOOT = 26
_MARKER = 6


class NegativeQuantity(ValueError):
    """
    A bar below zero: use and cost charts start at zero and only grow.
    """


@dataclass(frozen=True, slots=True)
class Period:
    """
    One period to draw.

    :param value: the quantity, or None where nothing is known (drawn as a gap).
    :param before: the quantity to compare with, usually the same period last year.
    :param note: what the table says beside the value.
    """

    label: str
    short: str
    value: Decimal | None
    before: Decimal | None = None
    estimated: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """
    One bar; x and width in percent of the plot, y and height in pixels.
    """

    kind: Kind
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Group:
    """
    The bars of one period and the middle of their label, in percent.

    :param label: empty where neighbours' labels would touch.
    """

    label: str
    middle: float
    bars: tuple[Bar, ...]
    missing: bool
    top: float
    value: Decimal | None
    last: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """
    One line of the value axis.
    """

    value: Decimal
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """
    A whole chart. Text is never scaled: only x is relative, so 12 px stays 12 px.
    """

    height: int
    baseline: int
    ticks: tuple[Tick, ...]
    groups: tuple[Group, ...]


def draw(
    *,
    periods: Sequence[Period],
    height: int,
    max_labels: int,
    arrangement: Arrangement = "pair",
    short_labels: bool = False,
) -> Drawing:
    """
    Lay out periods from first to last as zero-based bars.

    :param height: of the whole drawing in pixels, labels included.
    :param max_labels: how many period labels fit side by side.
    :raises NegativeQuantity: if any quantity is below zero.
    """
    _check(periods)
    baseline = height - _FOOT
    ticks = _ticks(_greatest(periods), lines=3)
    room = baseline - _TOP
    scale = room / float(ticks[-1]) if ticks[-1] else 0.0
    every = max(1, math.ceil(len(periods) / max_labels))
    pitch = 100 / max(1, len(periods))
    groups = tuple(
        _group(period, index, pitch, baseline, scale, arrangement)
        for index, period in enumerate(periods)
    )
    return Drawing(
        height=height,
        baseline=baseline,
        ticks=tuple(Tick(value, round(baseline - float(value) * scale, 1)) for value in ticks),
        groups=tuple(_labelled(groups, periods, every, short=short_labels)),
    )


def _check(periods: Sequence[Period]) -> None:
    for period in periods:
        for quantity in (period.value, period.before):
            if quantity is not None and quantity < 0:
                message = f"{period.label}: {quantity} is below zero"
                raise NegativeQuantity(message)


def _greatest(periods: Sequence[Period]) -> Decimal:
    known = [q for period in periods for q in (period.value, period.before) if q is not None]
    return max(known, default=Decimal(0))


def _ticks(greatest: Decimal, *, lines: int) -> tuple[Decimal, ...]:
    if greatest == 0:
        return (Decimal(0), Decimal(1))
    rough = greatest / lines
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * nice for nice in _STEPS if power * nice >= rough)
    count = math.ceil(greatest / step)
    return tuple(step * index for index in range(count + 1))


def _group(
    period: Period, index: int, pitch: float, baseline: int, scale: float, arrangement: Arrangement
) -> Group:
    start, usable = index * pitch + pitch * 0.14, pitch * 0.72
    bars = tuple(_bars(period, start, usable, baseline, scale, arrangement))
    return Group(
        label="",
        middle=round(index * pitch + pitch / 2, 3),
        bars=bars,
        missing=period.value is None,
        top=min((bar.y for bar in bars), default=float(baseline)),
        value=period.value,
        last=False,
    )


def _bars(
    period: Period, start: float, usable: float, baseline: int, scale: float, arrangement: str
) -> Iterator[Bar]:
    before, now = _slots(start, usable, arrangement, compared=period.before is not None)
    tall = None if period.before is None else float(period.before) * scale
    if tall is not None and arrangement != "marker":
        yield _bar("before", before, baseline, tall)
    if period.value is not None:
        kind: Kind = "estimate" if period.estimated else "now"
        yield _bar(kind, now, baseline, float(period.value) * scale)
    if tall is not None and arrangement == "marker":
        # A small hollow lozenge at last year's height, drawn over the bar it judges.
        x, width = before
        yield Bar("marker", x, width, round(baseline - tall - _MARKER / 2, 1), _MARKER)


def _slots(
    start: float, usable: float, arrangement: str, *, compared: bool
) -> tuple[tuple[float, float], tuple[float, float]]:
    if arrangement == "nested":
        return (start, usable), (start + usable * 0.22, usable * 0.56)
    if arrangement == "marker":
        return (start, usable), (start + usable * 0.15, usable * 0.7)
    if not compared:
        return (start, usable), (start + usable * 0.2, usable * 0.6)
    half = usable * 0.48
    return (start, half), (start + usable - half, half)


def _bar(kind: Kind, slot: tuple[float, float], baseline: int, tall: float) -> Bar:
    x, width = slot
    # A true but tiny amount still shows; only zero shows nothing.
    shown = max(tall, 1.5) if tall else 0.0
    return Bar(kind, round(x, 3), round(width, 3), round(baseline - shown, 1), round(shown, 1))


def _labelled(
    groups: Sequence[Group], periods: Sequence[Period], every: int, *, short: bool
) -> Iterator[Group]:
    last = len(groups) - 1
    for index, (group, period) in enumerate(zip(groups, periods, strict=True)):
        # Counted from the end, so that the newest period always carries its name.
        named = (last - index) % every == 0
        text = period.short if short else period.label
        yield Group(
            label=text if named else "",
            middle=group.middle,
            bars=group.bars,
            missing=group.missing,
            top=group.top,
            value=group.value,
            last=index == last,
        )
