"""What a register showed where one contract hands over to the next, read then or not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from mains.core.calendars import Period
from mains.metering.rules.consumption import Segment, capacity, used_in
from mains.metering.rules.estimating import Method

_DAY = timedelta(days=1)

# Which share of a use belongs to the first of its days, 0 to 1: of `whole`, the days of a part.
type ShareOf = Callable[[Period, Period], Decimal]


@dataclass(frozen=True, slots=True)
class Known:
    """
    A reading that counts; `until` is the last day of which it tells, `month` the one it closes.

    `is_billed` says that a bill stored it, so somebody was billed by it already.
    """

    read_date: date
    until: date
    month: date
    value: Decimal
    source: str
    is_estimated: bool
    method: str
    rolled_over: bool
    is_billed: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """
    How a register counts: digits before and after the point, and which way.
    """

    digits: int
    decimals: int
    counts_down: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """
    What a register shows between two days; `is_new` says that it was computed, not read.
    """

    read_date: date
    value: Decimal
    source: str
    is_estimated: bool
    method: str
    rolled_over: bool
    is_new: bool = False


def edge_of(known: Known) -> Edge:
    """
    Return a reading as what stands at an end of days.
    """
    return Edge(
        known.read_date,
        known.value,
        known.source,
        known.is_estimated,
        known.method,
        known.rolled_over,
    )


def read_at(day: date, *, readings: Sequence[Known]) -> Edge | None:
    """
    Return what was read where one contract ends and another begins on a day, or None.

    That is a reading of the day or of the one before, whatever month it closes, or the one that
    closes the month before. What somebody was billed by comes first, and else what came first, so
    that later readings change nothing for whoever is billed second. `readings` are in the order in
    which they came.
    """
    before = day - _DAY
    found = [
        one for one in readings if before in {one.until, one.read_date} or one.read_date == day
    ]
    billed = [one for one in found if one.is_billed]
    read = [one for one in found if not one.is_estimated]
    first = next(iter((*billed, *read, *found)), None)
    return edge_of(first) if first else None


def neighbours(day: date, *, readings: Sequence[Known]) -> tuple[Known, Known] | None:
    """
    Return the readings around a day on which nobody read, or None if one side has none.

    Estimates count only where nobody read at all on that side.
    """
    before = day - _DAY
    earlier = [one for one in readings if one.until < before]
    later = [one for one in readings if one.until > before]
    if not earlier or not later:
        return None
    return (
        max(_measured(earlier), key=lambda one: (one.until, one.read_date)),
        min(_measured(later), key=lambda one: (one.until, -one.read_date.toordinal())),
    )


def _measured(readings: Sequence[Known]) -> Sequence[Known]:
    return [one for one in readings if not one.is_estimated] or readings


def divided(day: date, *, around: tuple[Known, Known], dial: Dial, share: ShareOf) -> Edge:
    """
    Return what a register showed before a day if the use around it is shared out by `share`.

    In whole steps of the register, so that both parts add up to what it counted. It stands at the
    end of the day before.

    :raises BelowPrevious: if the two readings contradict each other.
    :raises NotRolledOver: if the later one is marked as having passed zero, and stands no lower.
    """
    earlier, later = around
    used = used_in(
        Segment(
            start=earlier.value,
            end=later.value,
            digits=dial.digits,
            rolled_over=later.rolled_over,
            counts_down=dial.counts_down,
        )
    )
    whole = Period(earlier.until + _DAY, later.until + _DAY)
    step = Decimal(1).scaleb(-dial.decimals)
    own = (used * share(Period(whole.start, day), whole)).quantize(step, ROUND_HALF_UP)
    reached = earlier.value - own if dial.counts_down else earlier.value + own
    value = reached % capacity(dial.digits)
    if value < 0:
        value += capacity(dial.digits)
    return Edge(
        read_date=day - _DAY,
        value=value,
        source="ESTIMATE",
        is_estimated=True,
        method=Method.SPLIT.value,
        rolled_over=value != reached,
        is_new=True,
    )


def passed_zero(later: Edge, *, since: Edge | None, dial: Dial) -> bool:
    """
    Tell whether a register passed zero between two readings.

    Of a use that was divided only one part did, and the mark is on the reading that ends it.
    """
    if since is None or since.method != Method.SPLIT:
        return later.rolled_over
    is_lower = later.value > since.value if dial.counts_down else later.value < since.value
    return later.rolled_over and is_lower
