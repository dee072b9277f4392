"""What meters showed, and what was used."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet

from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering.models import MeterInstallation, Reading, ReadingQuality
from mains.metering.rules.consumption import (
    BelowPrevious,
    NotRolledOver,
    Segment,
    used_in,
)
from mains.metering.rules.plausibility import Previous


class RegisterUse(NamedTuple):
    """
    One register of a supply point over a period: its opening and closing readings.

    `end_value` is None where the period has no reading that counts.
    """

    supply_point_id: int
    service: str
    meter: str
    meter_size: str
    quantity: str
    unit: str
    digits: int
    multiplier: Decimal
    start_value: Decimal | None
    start_date: date | None
    end_value: Decimal | None
    end_date: date | None
    end_source: str
    rolled_over: bool
    register_id: int
    decimals: int
    start_source: str
    end_is_estimated: bool
    # How Mains estimated the closing; empty where it did not.
    end_method: str
    # The last day of which the opening reading tells: of a month that it closes no later one.
    opens_after: date | None
    is_virtual: bool
    counts_down: bool

    @property
    def segment(self) -> Segment | None:
        """
        Return the use as a segment between two readings, or None where one is lacking.
        """
        if self.start_value is None or self.end_value is None:
            return None
        return Segment(
            self.start_value, self.end_value, self.digits, self.rolled_over, self.multiplier,
            self.counts_down,
        )  # fmt: skip

    @property
    def used(self) -> Decimal | None:
        """
        Return what was used, or None where a reading is lacking or two contradict each other.
        """
        segment = self.segment
        try:
            return used_in(segment) if segment else None
        except (BelowPrevious, NotRolledOver):
            return None


class Seen(NamedTuple):
    """
    What a bill for a period from `start` on had seen: the readings received until then.
    """

    start: date
    until: datetime


# The latest reading that counts on each side of the period's start, one index look-up each. A meter
# that was hung within the period opens with what it showed then. What came too late for the bill of
# the days before opens nothing: its use is on no bill yet. What that bill's run stored itself does.
_USE = """
select i.supply_point_id, m.service, m.serial, m.size, r.quantity, r.unit, r.digits, r.multiplier,
       o.value, o.read_date, c.value, c.read_date, coalesce(c.source, ''),
       coalesce(c.verdict, '') = 'ROLLOVER', r.id, r.decimals, coalesce(o.source, ''),
       coalesce(c.quality, '') = 'ESTIMATED', coalesce(c.method, ''),
       greatest(least(o.read_date, (o.period_start + interval '1 month')::date - 1),
                i.start_date - 1), r.is_virtual, r.counts_down
from metering_meterinstallation i
join metering_meter m on m.id = i.meter_id
join metering_register r on r.meter_id = m.id
left join unnest(%(seen_points)s::bigint[], %(seen_starts)s::date[], %(seen_untils)s::timestamptz[])
  b (point, start, until) on b.point = i.supply_point_id
left join lateral (
  (select id, value, read_date, period_start, source from metering_reading
   where i.start_date <= %(start)s and register_id = r.id
     and quality in ('ACCEPTED', 'ESTIMATED') and period_start < %(start)s
     and (%(until)s::timestamptz is null or received_at <= %(until)s)
     and (b.until is null or period_start < b.start or received_at <= b.until
          or sent_key like 'run:%%')
   order by read_date desc, received_at desc limit 1)
  union all
  (select id, value, read_date, period_start, source from metering_reading
   where i.start_date > %(start)s and register_id = r.id
     and quality in ('ACCEPTED', 'ESTIMATED') and read_date >= i.start_date
     and (%(until)s::timestamptz is null or received_at <= %(until)s)
   order by read_date, received_at limit 1)) o on true
left join lateral (
  select value, read_date, source, verdict, quality, method from metering_reading
  where register_id = r.id and quality in ('ACCEPTED', 'ESTIMATED')
    and period_start >= %(start)s and period_start < %(end)s
    and id is distinct from o.id and (i.end_date is null or read_date <= i.end_date)
    and (%(until)s::timestamptz is null or received_at <= %(until)s)
  order by read_date desc, received_at desc limit 1) c on true
where i.supply_point_id = any(%(points)s::bigint[])
  and i.start_date < %(end)s and (i.end_date is null or i.end_date > %(start)s)
order by i.supply_point_id, m.serial, r.code
"""


def register_uses(
    *,
    supply_point_ids: Collection[int],
    period: Period,
    received_until: datetime | None = None,
    seen: Mapping[int, Seen] | None = None,
) -> dict[tuple[int, str], list[RegisterUse]]:
    """
    Return the registers of supply points over a period, by supply point and service.

    Readings that were received after `received_until` are not seen. Where the days before were
    billed, `seen` may tell by supply point what that bill had seen: the period opens there.
    """
    seen = seen or {}
    uses: dict[tuple[int, str], list[RegisterUse]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _USE,
            {
                "points": integer_array(supply_point_ids),
                "start": period.start,
                "end": period.end,
                "until": received_until,
                "seen_points": integer_array(seen),
                "seen_starts": [one.start for one in seen.values()],
                "seen_untils": [one.until for one in seen.values()],
            },
        )
        for row in cursor.fetchall():
            use = RegisterUse._make(row)
            uses.setdefault((use.supply_point_id, use.service), []).append(use)
    return uses


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """
    A register as its holder sees it, with the latest reading that counts.
    """

    register_id: int
    meter: str
    service: str
    unit: str
    digits: int
    decimals: int
    supply_point_id: int
    address: str
    account_id: int
    account_number: str
    last_value: Decimal | None
    last_date: date | None
    usual_daily: Decimal | None
    contract_class: str
    installation_id: int
    code: str
    counts_down: bool


# Compared with is what somebody read, and an estimate only where nobody ever did: an estimate that
# was too high must not make the true reading look wrong. ACCEPTED sorts before ESTIMATED.
_REGISTERS = """
select r.id, m.serial, m.service, r.unit, r.digits, r.decimals, sp.id,
       sp.street || ', ' || sp.post_code || ' ' || sp.city, c.account_id, a.number,
       l.value, l.read_date,
       case when l.read_date > f.read_date
            then (l.value - f.value) / (l.read_date - f.read_date)
                 * case when r.counts_down then -1 else 1 end end, c.contract_class, i.id,
       r.code, r.counts_down
from customers_contract c
join customers_account a on a.id = c.account_id
join customers_supplypoint sp on sp.id = c.supply_point_id
join metering_meterinstallation i on i.supply_point_id = sp.id
join metering_meter m on m.id = i.meter_id and m.service = c.service
join metering_register r on r.meter_id = m.id
left join lateral (
  select value, read_date, quality from metering_reading
  where register_id = r.id and quality in ('ACCEPTED', 'ESTIMATED')
  order by quality, read_date desc, received_at desc limit 1) l on true
left join lateral (
  select value, read_date from metering_reading
  where register_id = r.id and quality = l.quality
    and read_date >= l.read_date - 400
  order by read_date, received_at limit 1) f on true
where c.account_id = any(%(accounts)s) and not r.is_virtual
  and c.start_date <= %(today)s and (c.end_date is null or c.end_date > %(today)s)
  and i.start_date <= %(today)s and (i.end_date is null or i.end_date > %(today)s)
order by a.number, m.service, m.serial, r.code
offset %(first)s limit %(limit)s
"""


def registers_of(
    *, account_ids: Collection[int], today: date, first: int = 0, limit: int | None = None
) -> list[RegisterRow]:
    """
    Return the registers that accounts read today, with the usual use per day where it is known.

    `first` are left out; without a limit all the others follow.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _REGISTERS,
            {"accounts": list(account_ids), "today": today, "first": first, "limit": limit},
        )
        return [RegisterRow(*row) for row in cursor.fetchall()]


COUNTED = (ReadingQuality.ACCEPTED, ReadingQuality.ESTIMATED)


def counting(*, register_id: int) -> Reading | None:
    """
    Return the latest reading of a register that counts, or None; an estimate only if nobody read.
    """
    return _latest(Reading.objects.filter(register_id=register_id))


def counting_without(
    *, register_ids: Collection[int], reading_ids: Collection[int]
) -> dict[int, Reading]:
    """
    Return the latest reading of each register that counts, as if some readings had never come.

    An estimate stands only where nobody read.
    """
    if not register_ids:
        return {}
    found = (
        Reading.objects.filter(register_id__in=register_ids, quality__in=COUNTED)
        .exclude(pk__in=reading_ids)
        .order_by("register_id", "quality", "-read_date", "-received_at")
        .distinct("register_id")
    )
    return {reading.register_id: reading for reading in found}


def latest_before(*, register_id: int, day: date) -> Previous | None:
    """
    Return the latest reading of a register that counts and was read on a day or before it.

    An estimate stands only where nobody read.
    """
    found = _latest(Reading.objects.filter(register_id=register_id, read_date__lte=day))
    return Previous(value=found.value, read_date=found.read_date) if found else None


def _latest(readings: QuerySet[Reading]) -> Reading | None:
    counted = readings.filter(quality__in=COUNTED)
    return counted.order_by("quality", "-read_date", "-received_at").first()


def installed_since(*, register_id: int, supply_point_id: int) -> date:
    """
    Return the day on which the meter of a register was last hung at a supply point.
    """
    found = MeterInstallation.objects.filter(
        meter__registers=register_id, supply_point_id=supply_point_id
    ).latest("start_date")
    return found.start_date


def installation(*, account_id: int, installation_id: int, today: date) -> MeterInstallation | None:
    """
    Return where a meter hangs today for a contract of an account, or None.
    """
    return (
        MeterInstallation.objects.select_related("meter", "supply_point")
        .filter(
            Q(supply_point__contracts__end_date=None)
            | Q(supply_point__contracts__end_date__gt=today),
            pk=installation_id,
            end_date=None,
            supply_point__contracts__account_id=account_id,
            supply_point__contracts__service=F("meter__service"),
            supply_point__contracts__start_date__lte=today,
        )
        .first()
    )


def unread(*, register_periods: Collection[tuple[int, date]]) -> set[tuple[int, date]]:
    """
    Return those registers, each with the first day of a period, that nobody read for it.

    A reading that waits for review was read; one that was rejected or estimated was not.
    """
    wanted = set(register_periods)
    read = Reading.objects.filter(
        register_id__in={register_id for register_id, _start in wanted},
        period_start__in={start for _register_id, start in wanted},
        quality__in=[ReadingQuality.ACCEPTED, ReadingQuality.NEEDS_REVIEW],
    )
    return wanted - set(read.values_list("register_id", "period_start"))


@dataclass(frozen=True, slots=True)
class ReadingRow:
    id: int
    register_id: int
    meter: str
    service: str
    unit: str
    read_date: date
    value: Decimal
    source: str
    quality: str


_READINGS = """
select rd.id, r.id, m.serial, m.service, r.unit, rd.read_date, rd.value, rd.source, rd.quality
from metering_reading rd
join metering_register r on r.id = rd.register_id
join metering_meter m on m.id = r.meter_id
where exists (
  select from metering_meterinstallation i
  join customers_contract c on c.supply_point_id = i.supply_point_id and c.service = m.service
  where i.meter_id = m.id and c.account_id = any(%(accounts)s)
    and rd.read_date >= c.start_date and (c.end_date is null or rd.read_date <= c.end_date)
    and rd.read_date >= i.start_date and (i.end_date is null or rd.read_date <= i.end_date))
  and (%(ids)s::bigint[] is null or rd.id = any(%(ids)s::bigint[]))
order by rd.read_date desc, rd.id desc limit %(limit)s
"""


def readings_of(
    *, account_ids: Collection[int], limit: int = 60, ids: Collection[int] | None = None
) -> list[ReadingRow]:
    """
    Return the readings of accounts, newest first; of those with certain ids where some are named.

    Only those from their contracts' days: whoever lived there before is nobody's business. The
    reading of the first day, at which one hands over to the other, is both's.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _READINGS,
            {
                "accounts": list(account_ids),
                "limit": limit,
                "ids": None if ids is None else list(ids),
            },
        )
        return [ReadingRow(*row) for row in cursor.fetchall()]
