"""The readings desk: what staff have to look at, and what they decide."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from mains.core.transactions import owns_transaction
from mains.metering.models import Reading, ReadingQuality


class AlreadyDecided(Exception):
    """Somebody else accepted or rejected this reading first."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """
    A reading that waits for a decision, beside the latest one that counts.

    Of a guest's reading `holder_value` is what the customer sent for the same period, if anything.
    """

    id: int
    meter: str
    service: str
    unit: str
    read_date: date
    value: Decimal
    verdict: str
    source: str
    last_value: Decimal | None
    last_date: date | None
    holder_value: Decimal | None
    account_id: int | None
    account_number: str


_WAITING = """
select rd.id, m.serial, m.service, r.unit, rd.read_date, rd.value, rd.verdict, rd.source,
       l.value, l.read_date, h.value, c.account_id, coalesce(a.number, '')
from metering_reading rd
join metering_register r on r.id = rd.register_id
join metering_meter m on m.id = r.meter_id
left join lateral (
  select value, read_date from metering_reading
  where register_id = r.id and quality in ('ACCEPTED', 'ESTIMATED') and read_date <= rd.read_date
  order by read_date desc, received_at desc limit 1) l on true
left join lateral (
  select value from metering_reading
  where register_id = r.id and period_start = rd.period_start and rd.source = 'GUEST'
    and source = 'SELF' and quality <> 'REJECTED'
  order by read_date desc, received_at desc limit 1) h on true
left join metering_meterinstallation i on i.meter_id = m.id and i.start_date <= rd.read_date
  and (i.end_date is null or i.end_date > rd.read_date)
left join customers_contract c on c.supply_point_id = i.supply_point_id and c.service = m.service
  and c.start_date <= rd.read_date and (c.end_date is null or c.end_date > rd.read_date)
left join customers_account a on a.id = c.account_id
where rd.quality = 'NEEDS_REVIEW'
order by rd.received_at, rd.id
limit %s
"""


def waiting(*, limit: int = 50) -> list[ReviewRow]:
    """
    Return the readings that wait for a decision, oldest first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [limit])
        return [ReviewRow(*row) for row in cursor.fetchall()]


def count_waiting() -> int:
    """
    Return how many readings wait for a decision.
    """
    return Reading.objects.filter(quality=ReadingQuality.NEEDS_REVIEW).count()


def supply_points_of_meter(*, serial: str) -> list[int]:
    """
    Return the supply points of meters whose number starts like this.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct i.supply_point_id from metering_meterinstallation i"
            " join metering_meter m on m.id = i.meter_id"
            " where starts_with(upper(m.serial), upper(%s)) limit 200",
            [serial],
        )
        return [row[0] for row in cursor.fetchall()]


@owns_transaction
def decide(*, reading_id: int, accept: bool) -> Reading:
    """
    Accept or reject a reading that waits; the same decision again changes nothing.

    :raises AlreadyDecided: if the other decision was taken before.
    :raises Reading.DoesNotExist: if there is no such reading.
    """
    reading = Reading.objects.select_for_update().get(pk=reading_id)
    wanted = ReadingQuality.ACCEPTED if accept else ReadingQuality.REJECTED
    if reading.quality == wanted:
        return reading
    if reading.quality != ReadingQuality.NEEDS_REVIEW:
        raise AlreadyDecided(reading_id)
    reading.quality = wanted
    reading.save(update_fields=["quality"])
    return reading
