"""Take back what a bill stored of readings, once that bill is credited."""

from collections.abc import Collection

from mains.core.calendars import Period
from mains.core.transactions import inside_transaction
from mains.metering.models import Reading, ReadingQuality, ReadingSource
from mains.metering.rules.estimating import Method


@inside_transaction
def take_back(
    *, run_id: int, supply_point_ids: Collection[int], corrected: Collection[Period]
) -> None:
    """
    Let what a run estimated at supply points count no more, and what it set right count again.

    `corrected` are the periods billed before that its bill set right. What was divided between two
    contracts stays: the other one was billed by it.
    """
    here = Reading.objects.filter(
        register__meter__installations__supply_point__in=supply_point_ids,
        source=ReadingSource.ESTIMATE,
    )
    stored = here.filter(sent_key__startswith=f"run:{run_id}:").exclude(method=Method.SPLIT)
    Reading.objects.filter(pk__in=list(stored.values_list("pk", flat=True))).update(
        quality=ReadingQuality.REPLACED
    )
    again: dict[tuple[int, object], int] = {}
    for period in corrected:
        rows = here.filter(
            quality=ReadingQuality.REPLACED,
            read_date__gte=period.start,
            read_date__lt=period.end,
        ).exclude(sent_key__startswith=f"run:{run_id}:")
        for reading in rows.order_by("received_at", "pk"):
            again[reading.register_id, reading.read_date] = reading.pk
    Reading.objects.filter(pk__in=again.values()).update(quality=ReadingQuality.ESTIMATED)
