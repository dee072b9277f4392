"""What was used between readings: the one answer behind chart, table, download and API."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from mains.core.calendars import Period, add_months
from mains.metering.rules.comparing import Use
from mains.metering.rules.consumption import BelowPrevious, NotRolledOver, Segment, used_in


@dataclass(frozen=True, slots=True)
class UseSeries:
    """
    The uses of one quantity at one supply point under one account, oldest first.
    """

    account_id: int
    account_number: str
    supply_point_id: int
    point_code: str
    address: str
    service: str
    quantity: str
    unit: str
    # The latest contract, and what is known of the dwelling.
    contract_class: str
    start_date: date
    end_date: date | None
    attributes: Mapping[str, object]
    uses: tuple[Use, ...]

    def days_of(self, months: Period) -> Period:
        """
        Return those days of months on which the contract ran, as the bill of them counts.
        """
        held = Period(self.start_date, self.end_date or date.max)
        return months.intersection(held) or months


class _Row(NamedTuple):
    account_id: int
    account_number: str
    supply_point_id: int
    point_code: str
    address: str
    service: str
    quantity: str
    unit: str
    digits: int
    multiplier: Decimal
    period_start: date
    value: Decimal
    is_estimated: bool
    rolled_over: bool
    opened: date
    opening_value: Decimal
    counts_down: bool
    contract_class: str
    start_date: date
    end_date: date | None
    attributes: str


# As many of a row's first fields name its series.
_SAME = 8
# The latest reading that counts closes a month; the one before it, of whichever month, opens. Where
# an estimate's share passed zero, the reading after it did not.
_CLOSINGS = """
with closing as (
  select distinct on (rd.register_id, rd.period_start)
         rd.register_id, rd.period_start, rd.read_date, rd.value,
         rd.quality = 'ESTIMATED' as is_estimated, rd.verdict = 'ROLLOVER' as rolled_over,
         rd.method in ('SHARE', 'SPLIT') as is_share
  from metering_reading rd
  where rd.quality in ('ACCEPTED', 'ESTIMATED') and rd.register_id = any(%(registers)s)
  order by rd.register_id, rd.period_start, rd.read_date desc, rd.received_at desc),
paired as (
  select closing.*, lag(period_start) over earlier as opened, lag(value) over earlier as opening,
         lag(is_estimated) over earlier as opening_estimated,
         lag(is_share) over earlier as opening_shared
  from closing window earlier as (partition by register_id order by period_start))
select c.account_id, a.number, sp.id, sp.code, sp.street || ', ' || sp.post_code || ' ' || sp.city,
       c.service, r.quantity, r.unit, r.digits, r.multiplier, p.period_start, p.value,
       p.is_estimated or p.opening_estimated,
       p.rolled_over and not (
         p.opening_shared and (p.value = p.opening or r.counts_down = (p.value < p.opening))),
       p.opened, p.opening, r.counts_down,
       c.contract_class, c.start_date, c.end_date, sp.attributes::text
from paired p
join metering_register r on r.id = p.register_id
join metering_meter m on m.id = r.meter_id
join metering_meterinstallation i on i.meter_id = m.id
  and i.start_date <= p.read_date and (i.end_date is null or i.end_date >= p.read_date)
join customers_contract c on c.supply_point_id = i.supply_point_id and c.service = m.service
  and c.start_date < p.read_date and (c.end_date is null or c.end_date >= p.read_date)
join customers_account a on a.id = c.account_id
join customers_supplypoint sp on sp.id = c.supply_point_id
where p.opened is not null and p.period_start >= %(since)s and c.account_id = any(%(accounts)s)
order by a.number, sp.id, c.service, r.quantity, r.unit, p.period_start, r.id
"""

_REGISTERS = """
select r.id from customers_contract c
join metering_meterinstallation i on i.supply_point_id = c.supply_point_id
join metering_meter m on m.id = i.meter_id and m.service = c.service
join metering_register r on r.meter_id = m.id
where c.account_id = any(%(accounts)s)
"""


def series_of(*, account_ids: Collection[int], since: date) -> list[UseSeries]:
    """
    Return what accounts used in the months from one on, per supply point, service and quantity.

    The use of a month is what its bill counts: from the last reading before it to its last one.
    Registers of a quantity are added up, so that an exchanged meter goes on.
    """
    accounts = list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(_REGISTERS, {"accounts": accounts})
        registers = [row[0] for row in cursor.fetchall()]
        cursor.execute(_CLOSINGS, {"accounts": accounts, "registers": registers, "since": since})
        rows = [_Row._make(row) for row in cursor.fetchall()]
    return [_series(list(found)) for _key, found in groupby(rows, key=lambda row: row[:_SAME])]


def _series(rows: list[_Row]) -> UseSeries:
    first, last = rows[0], rows[-1]
    return UseSeries(
        account_id=first.account_id,
        account_number=first.account_number,
        supply_point_id=first.supply_point_id,
        point_code=first.point_code,
        address=first.address,
        service=first.service,
        quantity=first.quantity,
        unit=first.unit,
        contract_class=last.contract_class,
        start_date=last.start_date,
        end_date=last.end_date,
        attributes=json.loads(last.attributes),
        uses=tuple(_uses(rows)),
    )


def _uses(rows: Iterable[_Row]) -> Iterable[Use]:
    for start, found in groupby(rows, key=lambda row: row.period_start):
        parts = list(found)
        used = [_used(part) for part in parts]
        known = [one for one in used if one is not None]
        yield Use(
            months=Period(min(add_months(part.opened, 1) for part in parts), add_months(start, 1)),
            used=sum(known, Decimal(0)) if len(known) == len(used) else None,
            is_estimated=any(part.is_estimated for part in parts),
        )


def _used(row: _Row) -> Decimal | None:
    try:
        return used_in(
            Segment(
                start=row.opening_value,
                end=row.value,
                digits=row.digits,
                rolled_over=row.rolled_over,
                multiplier=row.multiplier,
                counts_down=row.counts_down,
            )
        )
    except (BelowPrevious, NotRolledOver):
        return None
