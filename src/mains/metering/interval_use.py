"""What interval values say was used: the one answer behind chart, table, download and API."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering.rules import interval_use as rules
from mains.metering.rules.interval_use import Amount, Grain, Part
from mains.metering.rules.intervals import DayValues, Quality


@dataclass(frozen=True, slots=True)
class Held:
    """
    A register at a supply point under an account, and the days on which both held.
    """

    account_id: int
    account_number: str
    supply_point_id: int
    point_code: str
    address: str
    service: str
    quantity: str
    unit: str
    magnitude: str
    register_id: int
    meter: str
    code: str
    # Half-open; and of these days the first and the last that have values.
    start: date
    end: date
    first_day: date
    last_day: date

    def on(self, day: date) -> bool:
        """
        Tell whether a day's values are of this account.
        """
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class IntervalSeries:
    """
    The use of one quantity at one supply point under one account in one period, part by part.
    """

    account_id: int
    account_number: str
    supply_point_id: int
    address: str
    service: str
    quantity: str
    unit: str
    magnitude: str
    grain: Grain
    period: Period
    parts: tuple[Part, ...]


# One look into the key for the first and for the last day, however many there are.
_ENDS = """
with held (account_id, number, sp_id, point, address, service, quantity, unit, code, register_id,
  serial, starts, ends) as (
select c.account_id, a.number, sp.id, sp.code, sp.street || ', ' || sp.post_code || ' ' || sp.city,
       c.service, r.quantity, r.unit, r.code, r.id, m.serial,
       greatest(c.start_date, i.start_date),
       least(coalesce(c.end_date, 'infinity'), coalesce(i.end_date, 'infinity'), '9999-12-31')::date
from customers_contract c
join customers_account a on a.id = c.account_id
join customers_supplypoint sp on sp.id = c.supply_point_id
join metering_meterinstallation i on i.supply_point_id = sp.id
  and i.start_date < coalesce(c.end_date, 'infinity')
  and coalesce(i.end_date, 'infinity') > c.start_date
join metering_meter m on m.id = i.meter_id and m.service = c.service
join metering_register r on r.meter_id = m.id
where c.account_id = any(%s::bigint[]))
select h.*, f.day, l.day from held h
join lateral (select day from metering_intervalday d where d.register_id = h.register_id
  and d.day >= h.starts and d.day < h.ends order by d.day limit 1) f on true
join lateral (select day from metering_intervalday d where d.register_id = h.register_id
  and d.day >= h.starts and d.day < h.ends order by d.day desc limit 1) l on true
order by h.number, h.sp_id, h.service, h.quantity, h.unit, h.serial, h.code, h.starts
"""
# Sums leave the database, not values: a year is 8,766 of them.
_TOTALS = """
select d.register_id, d.day, d.minutes, cardinality(d."values"), d.decimals, v.total, v.known,
       %(estimated)s = any(d.qualities), %(corrected)s = any(d.qualities)
from metering_intervalday d
cross join lateral (select sum(value) as total, count(value) as known
  from unnest(d."values") value) v
where d.register_id = any(%(registers)s::bigint[])
  and (d.day >= %(start)s and d.day < %(end)s or d.day >= %(before)s and d.day < %(until)s)
"""
_VALUES = """
select d.register_id, d.day, d.minutes, d.decimals, d."values", d.qualities
from metering_intervalday d
where d.register_id = any(%(registers)s::bigint[]) and d.day >= %(start)s and d.day < %(end)s
order by d.register_id, d.day
"""


class _Total(NamedTuple):
    register_id: int
    day: date
    minutes: int
    values: int
    decimals: int
    total: int | None
    known: int
    is_estimated: bool
    is_corrected: bool

    @property
    def amount(self) -> Amount | None:
        if self.total is None:
            return None
        used = Decimal(int(self.total)).scaleb(-self.decimals)
        return Amount(used, self.known == self.values, self.is_estimated, self.is_corrected)


def registers_held(*, account_ids: Collection[int]) -> list[Held]:
    """
    Return the registers of accounts that have interval values, in the order they are shown.

    Of the registers of one meter that count the same, those that are part of another are left out.
    """
    return list(_counted(all_held(account_ids=account_ids)))


def all_held(*, account_ids: Collection[int]) -> list[Held]:
    """
    Return every register of accounts that has interval values.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, [integer_array(account_ids)])
        return [_held(row) for row in cursor.fetchall()]


def _held(row: Sequence[Any]) -> Held:
    whose, (code, register_id, serial), days = row[:8], row[8:11], row[11:]
    values = [*whose, rules.magnitude_of(code), register_id, serial, code, *days]
    return Held(*values)


def _counted(found: list[Held]) -> Iterator[Held]:
    codes: dict[tuple[str, str, str], set[str]] = {}
    for one in found:
        codes.setdefault((one.meter, one.unit, one.magnitude), set()).add(one.code)
    for one in found:
        if one.code in rules.counted(codes[one.meter, one.unit, one.magnitude]):
            yield one


def series_of(
    *, held: Collection[Held], grain: Grain, day: date, zone: ZoneInfo
) -> list[IntervalSeries]:
    """
    Return what was used in the day, month or year that holds a day, beside the same a year before.

    Parts begin where something is known and end with the last value. Registers of a quantity are
    added up, so that an exchanged meter goes on. Days count only under the contract they belong to.
    Quantities are in the register's unit.
    """
    period = rules.period_of(grain, day)
    before = rules.year_before(period)
    ids = {one.register_id for one in held}
    ordered = sorted(held, key=lambda one: (one.account_number, *_same(one), one.register_id))
    groups = [list(same) for _key, same in groupby(ordered, key=_same)]
    if grain is Grain.HOURS:
        values = {**_values(ids, period), **_values(ids, before)}
        parts = [_hours(same, period.start, before.start, zone, values) for same in groups]
    else:
        totals = _totals(ids, period, before)
        parts = [_days(same, grain, period, before, totals) for same in groups]
    return [
        _series(same[0], grain, period, found) for same, found in zip(groups, parts, strict=True)
    ]


def values_of(
    *, register_ids: Collection[int], period: Period
) -> Iterator[tuple[int, date, DayValues]]:
    """
    Yield the days of registers that have values, by register and day.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _VALUES,
            {"registers": integer_array(register_ids), "start": period.start, "end": period.end},
        )
        for register_id, day, minutes, decimals, values, qualities in cursor:
            yield register_id, day, DayValues(minutes, decimals, tuple(values), tuple(qualities))


def _same(one: Held) -> tuple[int, int, str, str, str, str]:
    return (one.account_id, one.supply_point_id, one.service, one.quantity, one.unit, one.magnitude)


def _values(ids: set[int], period: Period) -> dict[tuple[int, date], DayValues]:
    found = values_of(register_ids=ids, period=period)
    return {(register_id, day): held for register_id, day, held in found}


def _totals(ids: set[int], period: Period, before: Period) -> list[_Total]:
    with connection.cursor() as cursor:
        cursor.execute(
            _TOTALS,
            {
                "registers": integer_array(ids), "start": period.start, "end": period.end,
                "before": before.start, "until": before.end,
                "estimated": int(Quality.ESTIMATED), "corrected": int(Quality.CORRECTED),
            },
        )  # fmt: skip
        return [_Total(*row) for row in cursor.fetchall()]


def _series(first: Held, grain: Grain, period: Period, parts: Sequence[Part]) -> IntervalSeries:
    return IntervalSeries(
        account_id=first.account_id,
        account_number=first.account_number,
        supply_point_id=first.supply_point_id,
        address=first.address,
        service=first.service,
        quantity=first.quantity,
        unit=first.unit,
        magnitude=first.magnitude,
        grain=grain,
        period=period,
        parts=tuple(rules.known_part(parts)),
    )


def _hours(
    same: list[Held],
    day: date,
    before: date,
    zone: ZoneInfo,
    values: Mapping[tuple[int, date], DayValues],
) -> list[Part]:
    now, earlier = (_sums_by_hour(same, one, zone, values) for one in (day, before))
    return rules.hours_of(day=day, zone=zone, now=now, before=earlier)


def _sums_by_hour(
    same: list[Held], day: date, zone: ZoneInfo, values: Mapping[tuple[int, date], DayValues]
) -> dict[tuple[int, int], Amount]:
    sums: dict[tuple[int, int], Amount] = {}
    for one in same:
        held = values.get((one.register_id, day))
        if held is not None and one.on(day):
            for hour, amount in rules.by_hour(held, day=day, zone=zone).items():
                sums[hour] = sums[hour] + amount if hour in sums else amount
    return sums


def _days(
    same: list[Held], grain: Grain, period: Period, before: Period, totals: list[_Total]
) -> list[Part]:
    now, earlier = (_sums_by_day(same, span, totals) for span in (period, before))
    if grain is Grain.DAYS:
        return rules.days_of(month=period, now=now[0], before=earlier[0])
    return rules.months_of(year=period, now=rules.by_month(*now), before=rules.by_month(*earlier))


def _sums_by_day(
    same: list[Held], period: Period, totals: list[_Total]
) -> tuple[dict[date, Amount], dict[date, Amount]]:
    """
    Return the sums of days; and of values over more than a day, such as a month, by the first day.
    """
    held: dict[int, list[Held]] = {}
    for one in same:
        held.setdefault(one.register_id, []).append(one)
    days: dict[date, Amount] = {}
    long: dict[date, Amount] = {}
    for total in totals:
        amount, day = total.amount, total.day
        spans = held.get(total.register_id, [])
        if amount is not None and period.contains(day) and any(one.on(day) for one in spans):
            into = long if rules.is_long(total.minutes, total.values) else days
            into[day] = into[day] + amount if day in into else amount
    return days, long
