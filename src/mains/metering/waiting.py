"""What waits on the readings desk, with all that helps to decide about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from mains.metering.models import Reading, ReadingQuality, Register
from mains.metering.rules.plausibility import Outcome, Previous, expected_band


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What a register showed on a day.
    """

    read_date: date
    value: Decimal
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """
    A reading that waits for a decision, beside the latest one that counts.

    Of a guest's reading `holder_value` is what the customer sent for the same period, if anything;
    of one that seems exchanged with another register `other_value` is that one's, if it waits too.
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
    register_id: int
    usual_daily: Decimal | None
    code: str
    other_code: str | None
    other_value: Decimal | None
    counts_down: bool

    @property
    def expected(self) -> tuple[Decimal, Decimal] | None:
        """
        Return the lowest and the highest value that would be ordinary, where that is known.
        """
        if self.last_value is None or self.last_date is None:
            return None
        previous = Previous(value=self.last_value, read_date=self.last_date)
        return expected_band(
            previous,
            read_date=self.read_date,
            usual_daily=self.usual_daily,
            counts_down=self.counts_down,
        )


_WAITING = """
select rd.id, m.serial, m.service, r.unit, rd.read_date, rd.value, rd.verdict, rd.source,
       l.value, l.read_date, h.value, c.account_id, coalesce(a.number, ''),
       r.id, case when l.read_date > f.read_date
                  then (l.value - f.value) / (l.read_date - f.read_date)
                       * case when r.counts_down then -1 else 1 end end,
       r.code, x.code, x.value, r.counts_down
from metering_reading rd
join metering_register r on r.id = rd.register_id
join metering_meter m on m.id = r.meter_id
left join lateral (
  select value, read_date, quality from metering_reading
  where register_id = r.id and quality in ('ACCEPTED', 'ESTIMATED') and read_date <= rd.read_date
  order by quality, read_date desc, received_at desc limit 1) l on true
left join lateral (
  select value, read_date from metering_reading
  where register_id = r.id and quality = l.quality and read_date >= l.read_date - 400
  order by read_date, received_at limit 1) f on true
left join lateral (
  select value from metering_reading
  where register_id = r.id and period_start = rd.period_start and rd.source = 'GUEST'
    and source = 'SELF' and quality <> 'REJECTED'
  order by read_date desc, received_at desc limit 1) h on true
left join lateral (
  select max(s.code) as code, max(o.value) as value from metering_register s
  join metering_reading o on o.sent_key = left(rd.sent_key, -length(r.id::text)) || s.id
  where rd.verdict = 'TRANSPOSED' and s.meter_id = r.meter_id and s.id <> r.id
    and o.quality = 'NEEDS_REVIEW' and o.verdict = 'TRANSPOSED'
  having count(*) = 1) x on true
left join metering_meterinstallation i on i.meter_id = m.id and i.start_date <= rd.read_date
  and (i.end_date is null or i.end_date > rd.read_date)
left join customers_contract c on c.supply_point_id = i.supply_point_id and c.service = m.service
  and c.start_date <= rd.read_date and (c.end_date is null or c.end_date > rd.read_date)
left join customers_account a on a.id = c.account_id
where rd.quality = 'NEEDS_REVIEW'
order by rd.received_at, rd.id
limit %s
"""


_ACCOUNT = """
select c.account_id from metering_reading rd
join metering_register r on r.id = rd.register_id
join metering_meter m on m.id = r.meter_id
join metering_meterinstallation i on i.meter_id = m.id and i.start_date <= rd.read_date
  and (i.end_date is null or i.end_date > rd.read_date)
join customers_contract c on c.supply_point_id = i.supply_point_id and c.service = m.service
  and c.start_date <= rd.read_date and (c.end_date is null or c.end_date > rd.read_date)
where rd.id = %s
"""
_HISTORIES = """
select r.id, l.read_date, l.value, l.quality = 'ESTIMATED'
from unnest(%(registers)s::bigint[]) as r(id)
cross join lateral (
  select read_date, value, quality, received_at from metering_reading
  where register_id = r.id and quality in ('ACCEPTED', 'ESTIMATED')
  order by read_date desc, received_at desc limit %(limit)s) l
order by r.id, l.read_date desc, l.received_at desc
"""


def waiting(*, limit: int = 50) -> list[ReviewRow]:
    """
    Return the readings that wait for a decision, oldest first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [limit])
        return [ReviewRow(*row) for row in cursor.fetchall()]


def other_of(*, reading_id: int) -> int | None:
    """
    Return the reading with which one seems exchanged, while both wait and there is but one such.
    """
    waits = Reading.objects.filter(
        quality=ReadingQuality.NEEDS_REVIEW, verdict=Outcome.TRANSPOSED
    ).select_related("register")
    one = waits.filter(pk=reading_id).first()
    if one is None:
        return None
    # The key of a reading is that of its form, then the register.
    form = one.sent_key.removesuffix(str(one.register_id))
    others = Register.objects.filter(meter_id=one.register.meter_id).exclude(pk=one.register_id)
    keys = [f"{form}{pk}" for pk in others.values_list("pk", flat=True)]
    found = list(waits.filter(sent_key__in=keys).values_list("pk", flat=True))
    return found[0] if len(found) == 1 else None


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


def account_of(*, reading_id: int) -> int | None:
    """
    Return the account that had a contract for the meter on the day of a reading, if any had.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT, [reading_id])
        found = cursor.fetchone()
    return found[0] if found else None


def histories(*, register_ids: Collection[int], limit: int = 6) -> dict[int, list[Shown]]:
    """
    Return the latest readings of registers that count, newest first, by register.
    """
    found: dict[int, list[Shown]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HISTORIES, {"registers": list(register_ids), "limit": limit})
        for register_id, read_date, value, is_estimated in cursor.fetchall():
            found.setdefault(register_id, []).append(Shown(read_date, value, is_estimated))
    return found
