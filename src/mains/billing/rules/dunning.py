"""When somebody is reminded of a bill: the ledger and the day say it, nothing is remembered."""

from collections.abc import Sequence
from datetime import date

from mains.core.money import Money


def dunning_step(*, outstanding: Money, due_date: date, today: date, days: Sequence[int]) -> int:
    """
    Return how many reminders of a bill are due by a day; 0 for none.

    `days` are how long after the due date each is sent, the shortest first. The same ledger and the
    same day always give the same step, so a missed or repeated night changes nothing.
    """
    if outstanding.minor <= 0:
        return 0
    return sum((today - due_date).days >= one for one in days)
