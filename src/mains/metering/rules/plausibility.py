"""Whether a reading is likely: explained and flagged, never refused."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from mains.metering.rules.consumption import capacity

# Without a usual use, a fall from the last tenth to the first tenth of the dial is a rollover.
_LAST_TENTH, _FIRST_TENTH = Decimal("0.9"), Decimal("0.1")


class Outcome(StrEnum):
    """
    What a reading looks like beside what is known.
    """

    OK = "OK"
    LOW = "LOW"
    HIGH = "HIGH"
    IDENTICAL = "IDENTICAL"
    ROLLOVER = "ROLLOVER"
    BELOW_LAST = "BELOW_LAST"
    # With two neighbouring digits exchanged it would be as usual.
    DIGIT_SWAP = "DIGIT_SWAP"
    # Exchanged with the value of another register of its meter both would be ordinary.
    TRANSPOSED = "TRANSPOSED"


class Reason(StrEnum):
    """
    The key of the sentence that explains an outcome.
    """

    AS_USUAL = "reading.as_usual"
    FIRST_READING = "reading.first"
    NOTHING_KNOWN = "reading.nothing_known"
    LESS_THAN_USUAL = "reading.less_than_usual"
    MORE_THAN_USUAL = "reading.more_than_usual"
    SAME_AS_LAST = "reading.same_as_last"
    PASSED_ZERO = "reading.passed_zero"
    LOWER_THAN_LAST = "reading.lower_than_last"
    DIGITS_EXCHANGED = "reading.digits_exchanged"
    REGISTERS_EXCHANGED = "reading.registers_exchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """
    The latest reading that counts.
    """

    value: Decimal
    read_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """
    How far from usual is still ordinary: from `low` to `high` times the usual use.
    """

    low: Decimal = Decimal("0.2")
    high: Decimal = Decimal(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What to tell the person, and whether somebody should look.

    `used` is the use since the previous reading, with the roll-over if there was one; `times_usual`
    compares it with the usual use. `expected_low` and `expected_high` are the register values that
    would have been ordinary, None when nothing is known. `meant` is the ordinary value that two
    exchanged digits, or two exchanged registers, would make of it.
    """

    outcome: Outcome
    reason: Reason
    used: Decimal | None = None
    times_usual: Decimal | None = None
    expected_low: Decimal | None = None
    expected_high: Decimal | None = None
    meant: Decimal | None = None

    @property
    def needs_review(self) -> bool:
        return self.outcome is not Outcome.OK


def judge(
    value: Decimal,
    *,
    read_date: date,
    digits: int,
    previous: Previous | None = None,
    usual_daily: Decimal | None = None,
    tolerance: Tolerance | None = None,
    counts_down: bool = False,
) -> Verdict:
    """
    Compare a reading with the previous one and with the usual use per day.

    `value` fits the register already (see `read_typed`). Every outcome is stored; all but OK are
    marked for review.
    """
    if previous is None:
        return Verdict(outcome=Outcome.OK, reason=Reason.FIRST_READING)
    bounds = tolerance or Tolerance()
    usual = _usual(previous, read_date, usual_daily)
    band = expected_band(
        previous,
        read_date=read_date,
        usual_daily=usual_daily,
        tolerance=bounds,
        counts_down=counts_down,
    )
    low, high = band or (None, None)
    # Seen in a mirror, a register that counts down is one that counts up.
    whole = capacity(digits) if counts_down else Decimal(0)
    shown, last = abs(whole - value), abs(whole - previous.value)
    outcome, reason, used = _compare(shown, last, usual, digits, bounds)
    meant = None
    if outcome in {Outcome.BELOW_LAST, Outcome.HIGH} and low is not None and high is not None:
        meant = _meant(value, low, high)
    if meant is not None:
        outcome, reason = Outcome.DIGIT_SWAP, Reason.DIGITS_EXCHANGED
    return Verdict(
        outcome=outcome,
        reason=reason,
        used=used,
        times_usual=used / usual if used is not None and usual else None,
        expected_low=low,
        expected_high=high,
        meant=meant,
    )


def expected_band(
    previous: Previous,
    *,
    read_date: date,
    usual_daily: Decimal | None,
    tolerance: Tolerance | None = None,
    counts_down: bool = False,
) -> tuple[Decimal, Decimal] | None:
    """
    Return the lowest and the highest register value that would be ordinary on a day.

    None where the usual use per day is not known.
    """
    bounds = tolerance or Tolerance()
    usual = _usual(previous, read_date, usual_daily)
    if usual is None:
        return None
    if counts_down:
        return previous.value - usual * bounds.high, previous.value - usual * bounds.low
    return previous.value + usual * bounds.low, previous.value + usual * bounds.high


def _meant(value: Decimal, low: Decimal, high: Decimal) -> Decimal | None:
    """
    Return the ordinary value that comes of exchanging two neighbouring digits, or None.
    """
    text = f"{value:f}"
    places = [place for place, sign in enumerate(text) if sign != "."]
    for left, right in pairwise(places):
        signs = list(text)
        signs[left], signs[right] = signs[right], signs[left]
        other = Decimal("".join(signs))
        if other != value and low <= other <= high:
            return other
    return None


def _usual(previous: Previous, read_date: date, usual_daily: Decimal | None) -> Decimal | None:
    if usual_daily is None:
        return None
    # Two readings on one day still span a part of it.
    return usual_daily * max(1, (read_date - previous.read_date).days)


def _compare(
    value: Decimal, last: Decimal, usual: Decimal | None, digits: int, bounds: Tolerance
) -> tuple[Outcome, Reason, Decimal | None]:
    if value < last:
        rolled = value + capacity(digits) - last
        if _is_rollover(rolled, value, last, usual, digits, bounds):
            return Outcome.ROLLOVER, Reason.PASSED_ZERO, rolled
        return Outcome.BELOW_LAST, Reason.LOWER_THAN_LAST, None
    used = value - last
    if used == 0 and usual != 0:
        return Outcome.IDENTICAL, Reason.SAME_AS_LAST, used
    if usual is None:
        return Outcome.OK, Reason.NOTHING_KNOWN, used
    if used < usual * bounds.low:
        return Outcome.LOW, Reason.LESS_THAN_USUAL, used
    if used > usual * bounds.high:
        return Outcome.HIGH, Reason.MORE_THAN_USUAL, used
    return Outcome.OK, Reason.AS_USUAL, used


def _is_rollover(
    rolled: Decimal,
    value: Decimal,
    last: Decimal,
    usual: Decimal | None,
    digits: int,
    bounds: Tolerance,
) -> bool:
    whole = capacity(digits)
    if usual is not None:
        return rolled <= usual * bounds.high
    return last >= whole * _LAST_TENTH and value <= whole * _FIRST_TENTH
