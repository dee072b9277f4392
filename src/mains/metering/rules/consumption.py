"""What was used between readings."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

ONE = Decimal(1)


class BelowPrevious(ValueError):
    """
    A register stands lower than before, and nobody said that it passed zero.
    """


class NotRolledOver(ValueError):
    """
    A register is said to have passed zero, but stands no lower than before.
    """


class NoReading(ValueError):
    """
    Consumption was asked of no register segment.
    """


class Segment(NamedTuple):
    """
    One register between two readings; a named tuple because millions are made.

    A meter that was exchanged makes two segments.

    `digits` are those before the point; `multiplier` is that of a current or pulse transformer. A
    register that `counts_down` shows less, the more is used.
    """

    start: Decimal
    end: Decimal
    digits: int
    rolled_over: bool = False
    multiplier: Decimal = ONE
    counts_down: bool = False


def capacity(digits: int) -> Decimal:
    """
    Return the value at which a register shows zero again.
    """
    return Decimal(10) ** digits


def used_in(segment: Segment) -> Decimal:
    """
    Return what a register measured between two readings, times its multiplier.

    :raises BelowPrevious: if it stands lower and did not roll over.
    :raises NotRolledOver: if it is marked as rolled over and stands no lower.
    """
    used = segment.start - segment.end if segment.counts_down else segment.end - segment.start
    if segment.rolled_over:
        if used >= 0:
            raise NotRolledOver(
                f"{_way(segment)} and is marked as having passed zero; remove the mark."
            )
        used += capacity(segment.digits)
    elif used < 0:
        raise BelowPrevious(
            f"{_way(segment)}. Correct one of the readings, or mark that the register passed zero."
        )
    return used * segment.multiplier


def _way(segment: Segment) -> str:
    return f"The register went from {segment.start} to {segment.end}"


def consumption(segments: Sequence[Segment]) -> Decimal:
    """
    Return what was used over all segments of a period.

    :raises NoReading: if there is none; no reading is not the same as no use.
    :raises BelowPrevious: if a register stands lower and did not roll over.
    """
    if not segments:
        raise NoReading("There are no readings to compute a consumption from; estimate one.")
    return sum((used_in(segment) for segment in segments), Decimal(0))
