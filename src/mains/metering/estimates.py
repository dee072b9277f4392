"""What is known of registers that were not read: their past, and what was billed on estimates."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection

from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering.rules.catching_up import Shown
from mains.metering.rules.consumption import BelowPrevious, NotRolledOver, Segment, used_in
from mains.metering.rules.estimating import EstimatePlan, Method, Span
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.services import Service

# Long enough for the same period of the last year between two yearly readings.
_PAST = timedelta(days=1_100)
_DAY = timedelta(days=1)


def plans_of(file: TenantFile) -> dict[str, EstimatePlan]:
    """
    Return how a utility estimates each of its services; those that it does not are left out.
    """
    return {
        service.code: EstimatePlan(
            methods=tuple(Method(method.upper()) for method in service.estimate.methods),
            profile=service.estimate.profile,
            degree_days=file.weather.by_month() if file.weather else {},
            weather_free=service.estimate.weather_free,
        )
        for service in file.services
        if service.estimate is not None
    }


def weather_plans(file: TenantFile) -> dict[str, EstimatePlan]:
    """
    Return the plans of those services whose use follows the weather, where degree days are known.
    """
    if file.weather is None:
        return {}
    plans = plans_of(file)
    return {
        service.code: plans.get(service.code, EstimatePlan(degree_days=file.weather.by_month()))
        for service in file.services
        if _follows_weather(service)
    }


def _follows_weather(service: Service) -> bool:
    if service.estimate is not None and "degree_days" in service.estimate.methods:
        return True
    return service.allocation is not None and service.allocation.moves == "degree_days"


class Unsettled(NamedTuple):
    """
    An estimate that closes a month and was not set right yet; `reading_ids` are all such of it.
    """

    register_id: int
    supply_point_id: int
    service: str
    quantity: str
    digits: int
    decimals: int
    multiplier: Decimal
    counts_down: bool
    month_start: date
    read_date: date
    closing: Shown
    method: str
    reading_ids: tuple[int, ...]

    @property
    def closes(self) -> date:
        """
        Return the last day of which it tells: of the month that it closes no later one.
        """
        return min(self.read_date, Period.month_of(self.month_start).last_day)


_UNSETTLED = """
select r.id, i.supply_point_id, m.service, r.quantity, r.digits, r.decimals, r.multiplier,
       r.counts_down, rd.period_start, rd.read_date, rd.value, rd.verdict = 'ROLLOVER',
       rd.method, rd.id
from metering_meterinstallation i
join metering_meter m on m.id = i.meter_id
join metering_register r on r.meter_id = m.id
join metering_reading rd on rd.register_id = r.id
where i.supply_point_id = any(%(points)s::bigint[]) and rd.quality = 'ESTIMATED'
  and rd.method <> 'SHARE' and rd.method <> 'SPLIT' and rd.period_start < %(before)s
  and rd.read_date >= i.start_date and (i.end_date is null or rd.read_date <= i.end_date)
order by r.id, rd.period_start, rd.read_date, rd.received_at
"""


def unsettled(*, supply_point_ids: Collection[int], before: date) -> list[Unsettled]:
    """
    Return the estimates at supply points for months before a day, by register and month.
    """
    found: dict[tuple[int, date, date], list[tuple[Any, ...]]] = defaultdict(list)
    values = {"points": integer_array(supply_point_ids), "before": before}
    for row in _fetch(_UNSETTLED, values):
        # What Mains estimated closes the days of one bill; of a month that may be several.
        found[row[0], row[8], row[9] if row[12] else row[8]].append(row)
    return [_unsettled(rows) for rows in found.values()]


def _unsettled(rows: list[tuple[Any, ...]]) -> Unsettled:
    *register, value, rolled_over, method, _reading_id = rows[-1]
    ids = tuple(row[-1] for row in rows)
    return Unsettled._make((*register, Shown(value, rolled_over), method, ids))


@dataclass(frozen=True, slots=True)
class Read:
    """
    What somebody read.
    """

    shown: Shown
    read_date: date
    source: str


_MEASURED = """
select register_id, period_start, value, verdict = 'ROLLOVER', read_date, source
from metering_reading
where register_id = any(%(registers)s::bigint[]) and quality = 'ACCEPTED'
  and period_start = any(%(months)s::date[])
  and (%(until)s::timestamptz is null or received_at <= %(until)s)
order by register_id, read_date, received_at
"""


def measured(
    *,
    register_ids: Collection[int],
    months: Collection[date],
    received_until: datetime | None = None,
) -> dict[int, dict[date, Read]]:
    """
    Return what closes the months of registers as somebody read it, by register and month.

    Readings that were received after `received_until` are not seen.
    """
    found: dict[int, dict[date, Read]] = defaultdict(dict)
    if not register_ids:
        return found
    values = {
        "registers": integer_array(register_ids), "months": list(months), "until": received_until,
    }  # fmt: skip
    for register_id, month_start, value, rolled_over, *read in _fetch(_MEASURED, values):
        found[register_id][month_start] = Read(Shown(value, rolled_over), *read)
    return found


class _PastRow(NamedTuple):
    wanted: int
    register_id: int
    digits: int
    multiplier: Decimal
    counts_down: bool
    until: date
    value: Decimal
    rolled_over: bool


# The register itself, and those that hung in its place before it with the same code and quantity.
# A reading tells of the days until it was made, but of a month that it closes no later ones.
_PAST_READINGS = """
select w.id, r.id, r.digits, r.multiplier, r.counts_down,
       greatest(least(rd.read_date, (rd.period_start + interval '1 month')::date - 1),
                i.start_date - 1),
       rd.value, rd.verdict = 'ROLLOVER'
from metering_register w
join metering_meter wm on wm.id = w.meter_id
join metering_meterinstallation wi on wi.meter_id = wm.id
join metering_meterinstallation i on i.supply_point_id = wi.supply_point_id
join metering_meter m on m.id = i.meter_id and m.service = wm.service
join metering_register r on r.meter_id = m.id and r.quantity = w.quantity
join metering_reading rd on rd.register_id = r.id and rd.quality = 'ACCEPTED'
  and rd.read_date >= i.start_date and (i.end_date is null or rd.read_date <= i.end_date)
where w.id = any(%(registers)s::bigint[])
  and (r.id = w.id or (r.code = w.code and i.end_date <= wi.start_date))
  and rd.read_date >= %(since)s and rd.period_start < %(before)s
  and (%(until)s::timestamptz is null or rd.received_at <= %(until)s)
order by w.id, i.start_date, r.id, rd.read_date, rd.received_at
"""


def histories(
    *, register_ids: Collection[int], before: date, received_until: datetime | None = None
) -> dict[int, list[Span]]:
    """
    Return what registers, and those before them in their place, measured until a day, oldest first.

    In the quantity's unit, so with the multiplier. Two readings that contradict each other give no
    span. Readings that were received after `received_until` are not seen.
    """
    found: dict[int, list[Span]] = defaultdict(list)
    if not register_ids:
        return found
    values = {
        "registers": integer_array(register_ids),
        "since": before - _PAST,
        "before": before,
        "until": received_until,
    }
    rows = [_PastRow._make(row) for row in _fetch(_PAST_READINGS, values)]
    for earlier, later in pairwise(rows):
        if (earlier.wanted, earlier.register_id) == (later.wanted, later.register_id):
            span = _span(earlier, later)
            if span is not None:
                found[later.wanted].append(span)
    return found


def _span(earlier: _PastRow, later: _PastRow) -> Span | None:
    if later.until <= earlier.until:
        return None
    try:
        used = used_in(
            Segment(
                start=earlier.value,
                end=later.value,
                digits=later.digits,
                rolled_over=later.rolled_over,
                multiplier=later.multiplier,
                counts_down=later.counts_down,
            )
        )
    except (BelowPrevious, NotRolledOver):
        return None
    return Span(Period(earlier.until + _DAY, later.until + _DAY), used)


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
