"""A bill that is paid in parts on days that were agreed."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from mains.core.calendars import add_months
from mains.core.money import Money


class Instalment(NamedTuple):
    """
    A part of a bill, and the last day on which it is in time.
    """

    due_date: date
    amount: Money


def shared_out(outstanding: Money, *, count: int, first: date) -> tuple[Instalment, ...]:
    """
    Share what is open of a bill out to equal monthly parts that add up to it.

    Odd units go to the first ones, one each.
    """
    parts = outstanding.split([1] * count)
    return tuple(
        Instalment(add_months(first, number), amount) for number, amount in enumerate(parts)
    )


def next_due(instalments: Sequence[Instalment], *, outstanding: Money) -> Instalment | None:
    """
    Return the first instalment that is not paid, with what is left of it, or None once all are.

    Whatever is paid pays the oldest first.
    """
    total = Money.total((one.amount for one in instalments), currency=outstanding.currency)
    paid = total - outstanding
    covered = Money.zero(outstanding.currency)
    for one in instalments:
        covered = covered + one.amount
        if covered > paid:
            return Instalment(one.due_date, min(covered - paid, one.amount))
    return None
