"""Set right what was billed on estimates, once the register was read again."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mains.core.calendars import Period
from mains.core.sharing import shared
from mains.metering.rules.consumption import Segment, capacity, used_in


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What a register showed, and whether it passed zero since the reading before.
    """

    value: Decimal
    rolled_over: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """
    Days that are billed together, in the order of time.

    `expected` is what they were billed on, or would be, in the register's own steps; None where
    nobody can tell. `measured` is the reading that closes them, if there is one.
    """

    days: Period
    expected: Decimal | None
    measured: Shown | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """
    What a part used after all, in the register's own steps, and what the register shows at its end.

    `is_shared` says that a measured use was spread over it and others; `is_measured` that a reading
    closes it; neither, that it is as estimated as before.
    """

    used: Decimal
    closing: Shown
    is_measured: bool
    is_shared: bool


def catch_up(
    *,
    opening: Decimal,
    parts: Sequence[Part],
    digits: int,
    step: Decimal,
    counts_down: bool = False,
) -> list[Settled]:
    """
    Return what each part used: measured where it was read, else its share of the next measured use.

    What is measured over several parts is shared in proportion to what they were expected to use
    (by their days where that says nothing), so that the price of each period meets the use of that
    period. Parts after the last reading keep what was expected of them; the first of which nobody
    can tell ends the list.

    :raises BelowPrevious: if a register was read lower than before and did not roll over.
    :raises NotRolledOver: if it is marked as rolled over and was read no lower.
    """
    done: list[Settled] = []
    waiting: list[Part] = []
    last = opening
    for part in parts:
        waiting.append(part)
        if part.measured is None:
            continue
        used = used_in(
            Segment(
                start=last,
                end=part.measured.value,
                digits=digits,
                rolled_over=part.measured.rolled_over,
                counts_down=counts_down,
            )
        )
        uses = _shares(used, waiting, step) if len(waiting) > 1 else [used]
        for position, each in enumerate(uses, start=1):
            is_measured = position == len(uses)
            closing = _closing(last, -each if counts_down else each, digits)
            done.append(Settled(each, closing, is_measured, is_shared=not is_measured))
            last = done[-1].closing.value
        waiting = []
    for part in waiting:
        if part.expected is None:
            break
        closing = _closing(last, -part.expected if counts_down else part.expected, digits)
        done.append(Settled(part.expected, closing, is_measured=False, is_shared=False))
        last = done[-1].closing.value
    return done


def _shares(used: Decimal, parts: Sequence[Part], step: Decimal) -> list[Decimal]:
    expected = [part.expected for part in parts if part.expected is not None]
    if len(expected) == len(parts) and sum(expected) > 0:
        return shared(used, weights=expected, step=step)
    return shared(used, weights=[Decimal(part.days.days) for part in parts], step=step)


def _closing(last: Decimal, change: Decimal, digits: int) -> Shown:
    value, whole = last + change, capacity(digits)
    if value < 0:
        return Shown(value + whole, rolled_over=True)
    return Shown(value - whole, rolled_over=True) if value >= whole else Shown(value)
