"""What falls on a part of a period, by days."""

from decimal import ROUND_HALF_UP, Decimal

from mains.core.calendars import Period
from mains.tariffs.rules.lines import CONTEXT, MICRO


def part_of(amount: Decimal, *, days: Period, whole: Period) -> Decimal:
    """
    Return what of an amount falls on some days of a period, with six places.

    What falls on all parts of a period adds up to the amount: each part gets what there is up to
    its end less what there is up to its start.
    """
    if days == whole:
        return amount
    return _up_to(amount, (days.end - whole.start).days, whole.days) - _up_to(
        amount, (days.start - whole.start).days, whole.days
    )


def _up_to(amount: Decimal, days: int, all_days: int) -> Decimal:
    if days == all_days:
        return amount
    exact = CONTEXT.divide(CONTEXT.multiply(amount, Decimal(days)), Decimal(all_days))
    return exact.quantize(MICRO, ROUND_HALF_UP, CONTEXT)
