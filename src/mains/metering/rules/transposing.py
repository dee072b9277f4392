"""Registers of one meter that were typed into each other's fields."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import combinations

from mains.metering.rules.consumption import capacity
from mains.metering.rules.plausibility import Outcome, Previous, Reason, Verdict, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """
    What a register is said to show on a civil day, and what is known of it.
    """

    value: Decimal
    read_date: date
    digits: int
    decimals: int
    previous: Previous | None = None
    usual_daily: Decimal | None = None
    counts_down: bool = False

    @property
    def verdict(self) -> Verdict:
        return judge(
            self.value,
            read_date=self.read_date,
            digits=self.digits,
            previous=self.previous,
            usual_daily=self.usual_daily,
            counts_down=self.counts_down,
        )


def judge_together(shown: Sequence[Shown]) -> list[Verdict]:
    """
    Judge the registers of one meter whose values came together, in their order.

    Of two that are unusual as typed, one or both, and ordinary when exchanged, each is TRANSPOSED,
    and `meant` is the value of the other.
    """
    verdicts = [one.verdict for one in shown]
    for left, right in combinations(range(len(shown)), 2):
        pair = (verdicts[left].outcome, verdicts[right].outcome)
        if Outcome.TRANSPOSED not in pair and _seem_exchanged(shown[left], shown[right], pair):
            verdicts[left] = _transposed(verdicts[left], meant=shown[right].value)
            verdicts[right] = _transposed(verdicts[right], meant=shown[left].value)
    return verdicts


def _seem_exchanged(left: Shown, right: Shown, typed: tuple[Outcome, Outcome]) -> bool:
    # A roll-over has to stay one: once accepted, it is billed as one.
    if typed == (Outcome.OK, Outcome.OK) or Outcome.ROLLOVER in typed:
        return False
    return _is_ordinary(left, right.value) and _is_ordinary(right, left.value)


def _is_ordinary(register: Shown, value: Decimal) -> bool:
    # Of a first reading nothing is known, so it speaks for no exchange.
    if register.previous is None or value >= capacity(register.digits):
        return False
    if value != round(value, register.decimals):
        return False
    return not replace(register, value=value).verdict.needs_review


def _transposed(verdict: Verdict, *, meant: Decimal) -> Verdict:
    return replace(
        verdict, outcome=Outcome.TRANSPOSED, reason=Reason.REGISTERS_EXCHANGED, meant=meant
    )
