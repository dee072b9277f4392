"""Take in the prices of an index, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mains.audit.actions import record
from mains.core.calendars import Period
from mains.core.transactions import owns_transaction
from mains.tariffs.models import PriceDay
from mains.tariffs.queries import index_prices


@dataclass(frozen=True, slots=True)
class Stored:
    """
    How many days of prices are new, and how many took the place of others.
    """

    new_days: int
    changed_days: int


@owns_transaction
def store_prices(
    *, index: str, days: Mapping[date, Sequence[Decimal]], by: str, now: datetime
) -> Stored:
    """
    Store the prices of an index on civil days; the same again changes nothing.

    Other prices take the place of those that are stored: bills keep what they were rated from, and
    a run that was rehearsed with the old ones is refused when it is issued.
    """
    if not days:
        return Stored(0, 0)
    period = Period(min(days), date.fromordinal(max(days).toordinal() + 1))
    known = index_prices(codes={index}, period=period)[index]
    different = {day: prices for day, prices in days.items() if known.get(day) != tuple(prices)}
    PriceDay.objects.bulk_create(
        [PriceDay(index=index, day=day, prices=list(prices)) for day, prices in different.items()],
        update_conflicts=True,
        unique_fields=["index", "day"],
        update_fields=["prices"],
    )
    changed = len(different.keys() & known.keys())
    if different:
        record(
            action="price_index.stored",
            subject=f"price_index:{index}",
            actor=by,
            detail={
                "first": min(different).isoformat(),
                "last": max(different).isoformat(),
                "changed": changed,
            },
            now=now,
        )
    return Stored(len(different) - changed, changed)
