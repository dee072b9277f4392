"""Keep what was estimated or allocated as readings, beside those that somebody read."""

from collections.abc import Collection
from datetime import datetime

from mains.core.transactions import inside_transaction
from mains.metering.closed import Closed, Closing, Place
from mains.metering.models import Reading, ReadingQuality, ReadingSource
from mains.metering.rules.plausibility import Outcome


@inside_transaction
def store(*, closed: Closed, places: Collection[Place], run_id: int, now: datetime) -> int:
    """
    Store what was estimated or allocated at places, mark what it replaces, and return how many.

    It stands at the end of its period's last day. The transaction that issues the bills
    stores it, so that it counts exactly if
    somebody was billed by it.
    """
    replaced = [pk for place in places for pk in closed.replaced_ids.get(place, ())]
    if replaced:
        Reading.objects.filter(pk__in=replaced).update(quality=ReadingQuality.REPLACED)
    closings = [one for place in places for one in closed.closings.get(place, ())]
    if closings:
        Reading.objects.bulk_create([_reading(one, run_id, now) for one in closings])
    return len(closings)


def _reading(closing: Closing, run_id: int, now: datetime) -> Reading:
    last_day = closing.days.last_day
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
        sent_key=f"run:{run_id}:{closing.register_id}:{last_day}",
    )
