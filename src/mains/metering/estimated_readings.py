"""Keep what was estimated, allocated or divided as readings, beside those that somebody read."""

from collections.abc import Collection, Sequence
from datetime import datetime

from mains.core.transactions import inside_transaction
from mains.metering.closed import Closing
from mains.metering.models import Reading, ReadingQuality, ReadingSource
from mains.metering.rules.estimating import Method
from mains.metering.rules.plausibility import Outcome


class DividedOtherwise(Exception):
    """
    Another bill has just divided a use between two contracts in another way; draft this one again.
    """


@inside_transaction
def store(
    *, closings: Collection[Closing], replaced_ids: Collection[int], run_id: int, now: datetime
) -> int:
    """
    Store what closes days that are billed, mark what it replaces, and return how many.

    It stands at the end of its period's last day. The transaction that issues the bills
    stores it, so that it counts exactly if somebody was billed by it. What was divided where one
    contract hands over to another is stored by whoever is billed first.

    :raises DividedOtherwise: if somebody else was billed by another division at the same time.
    """
    if replaced_ids:
        Reading.objects.filter(pk__in=replaced_ids).update(quality=ReadingQuality.REPLACED)
    own = [_reading(one, run_id, now) for one in closings if one.method != Method.SPLIT]
    divided = [_reading(one, run_id, now) for one in closings if one.method == Method.SPLIT]
    if own:
        Reading.objects.bulk_create(own)
    if divided:
        _store_divided(divided)
    return len(own) + len(divided)


def _store_divided(readings: Sequence[Reading]) -> None:
    # Whoever writes the same one at the same time is waited for.
    Reading.objects.bulk_create(readings, ignore_conflicts=True)
    stored = dict(
        Reading.objects.filter(sent_key__in=[one.sent_key for one in readings]).values_list(
            "sent_key", "value"
        )
    )
    for one in readings:
        if stored[one.sent_key] != one.value:
            raise DividedOtherwise(one.sent_key)


def _reading(closing: Closing, run_id: int, now: datetime) -> Reading:
    last_day = closing.days.last_day
    made_by = "split" if closing.method == Method.SPLIT else str(run_id)
    return Reading(
        register_id=closing.register_id,
        read_date=last_day,
        value=closing.shown.value,
        period_start=last_day.replace(day=1),
        source=ReadingSource.ALLOCATED if closing.is_allocated else ReadingSource.ESTIMATE,
        quality=ReadingQuality.ACCEPTED if closing.is_allocated else ReadingQuality.ESTIMATED,
        verdict=Outcome.ROLLOVER.value if closing.shown.rolled_over else "",
        method=closing.method,
        received_at=now,
        sent_key=f"run:{made_by}:{closing.register_id}:{last_day}",
    )
