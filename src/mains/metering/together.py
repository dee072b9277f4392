"""Readings of one meter that come together: each is judged beside the others."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

from mains.metering import capture, guests
from mains.metering.models import Reading
from mains.metering.queries import RegisterRow, counting_without
from mains.metering.rules.plausibility import Previous, Verdict
from mains.metering.rules.transposing import Shown, judge_together
from mains.metering.rules.typed import NotANumber, TooManyDigits, read_typed

# A register, and what was typed for it.
type Typed = tuple[RegisterRow, str]


def shown(register: RegisterRow, value: Decimal, *, day: date) -> Shown:
    """
    Return a value beside what is known of its register.
    """
    previous = None
    if register.last_value is not None and register.last_date is not None:
        previous = Previous(value=register.last_value, read_date=register.last_date)
    return Shown(
        value=value,
        read_date=day,
        digits=register.digits,
        decimals=register.decimals,
        previous=previous,
        usual_daily=register.usual_daily,
        counts_down=register.counts_down,
    )


def with_last(register: RegisterRow, last: Reading | None) -> RegisterRow:
    """
    Return a register as if another reading were its latest one that counts.
    """
    return replace(
        register,
        last_value=last.value if last else None,
        last_date=last.read_date if last else None,
    )


def verdict_beside(
    mine: Shown,
    *,
    register: RegisterRow,
    typed: Iterable[Typed],
    decimal_mark: str,
    holders_period: date | None,
) -> Verdict:
    """
    Judge what a register shows beside what was typed for the others of its meter.

    What is no value of a register is left out. `holders_period` is the first day of the period for
    which a holder reads: guests' readings of it then count as if they had never come.
    """
    meter = {register.register_id: mine}
    for other, text in typed:
        if other.installation_id != register.installation_id or other.register_id in meter:
            continue
        with suppress(NotANumber, TooManyDigits):
            value = read_typed(
                text, decimal_mark=decimal_mark, digits=other.digits, decimals=other.decimals
            )
            known = capture.as_of(
                register=_without_guests(other, holders_period), day=mine.read_date
            )
            meter[other.register_id] = shown(known, value, day=mine.read_date)
    # In one order, so that each of a pair finds the other, whichever is judged first.
    numbers = sorted(meter)
    verdicts = judge_together([meter[number] for number in numbers])
    return verdicts[numbers.index(register.register_id)]


def _without_guests(register: RegisterRow, period_start: date | None) -> RegisterRow:
    if period_start is None:
        return register
    unseen = guests.unseen(register_ids=[register.register_id], period_start=period_start)
    ids = list(unseen.values_list("pk", flat=True))
    if not ids:
        return register
    before = counting_without(register_ids=[register.register_id], reading_ids=ids)
    return with_last(register, before.get(register.register_id))
