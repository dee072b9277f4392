"""
What registers used in each tariff period of whole months, kept beside them.

A bill run then reads a row and not a month of hours. `period_use` of a register is {calendar key:
{month: {"decimals": n, period: [used, highest power]}}}, in whole numbers of 10^-n of the unit and
of the unit per hour; the key "" is for all hours as one period "". An import forgets the months
that it touches in its own transaction, so what is kept comes from the values that are stored.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db import connection

from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.core.transactions import inside_transaction, owns_transaction
from mains.metering.models import Register

# Calendar key → period → (used, highest power); given the values of a month's days in order.
type MonthUse = Mapping[str, Mapping[str, tuple[int, int]]]
type ShareOut = Callable[[Sequence[Sequence[int]], Period], MonthUse]
type Kept = Mapping[str, Mapping[str, Mapping[str, Any]]]

MONTHS_KEPT = 36

_FORGET = """
update metering_register r set period_use = coalesce(
  (select jsonb_object_agg(e.key, e.value - %(months)s::text[]) from jsonb_each(r.period_use) e),
  '{}')
where r.id = any(%(registers)s::bigint[]) and r.period_use <> '{}'
"""

_DAYS = """
select register_id, day, decimals, "values" from metering_intervalday
where register_id = any(%s::bigint[]) and day >= %s and day < %s and minutes <= 60
order by register_id, day
"""

_KEPT = """
select i.supply_point_id, m.service, r.quantity, r.period_use::text,
       i.start_date <= %(start)s and (i.end_date is null or i.end_date >= %(end)s)
from metering_meterinstallation i
join metering_meter m on m.id = i.meter_id
join metering_register r on r.meter_id = m.id
where i.supply_point_id = any(%(points)s::bigint[])
  and i.start_date < %(end)s and (i.end_date is null or i.end_date > %(start)s)
"""


def month_key(day: date) -> str:
    """
    Return how a month is named among what is kept.
    """
    return f"{day:%Y-%m}"


@inside_transaction
def forget(*, register_ids: Collection[int], first_day: date, last_day: date) -> None:
    """
    Forget what was kept of the months of some days, because their values changed.
    """
    months = Period(first_day.replace(day=1), date.fromordinal(last_day.toordinal() + 1)).months()
    with connection.cursor() as cursor:
        cursor.execute(
            _FORGET,
            {
                "months": [month_key(month.start) for month in months],
                "registers": integer_array(register_ids),
            },
        )


@owns_transaction
def keep(*, register_ids: Collection[int], period: Period, share_out: ShareOut) -> int:
    """
    Share out and keep what registers used in the whole months of a period, and return how many
    months those are; a month of which a value is missing is left out. Again changes nothing.
    """
    one_import_at_a_time()
    kept = 0
    months = [month for month in period.months() if month == Period.month_of(month.start)]
    for register in Register.objects.select_for_update(no_key=True).filter(pk__in=register_ids):
        found = dict(_months_of(register.pk, months, share_out))
        if found:
            register.period_use = _merged(register.period_use, found)
            register.save(update_fields=["period_use"])
        kept += len(found)
    return kept


def one_import_at_a_time() -> None:
    """
    Wait for whoever brings interval values of the tenant, until this transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(current_schema() || 'imports', 0))"
        )


def _months_of(
    register_id: int, months: Sequence[Period], share_out: ShareOut
) -> Iterable[tuple[str, tuple[int, MonthUse]]]:
    for month in months:
        with connection.cursor() as cursor:
            cursor.execute(_DAYS, [integer_array([register_id]), month.start, month.end])
            rows = cursor.fetchall()
        whole = len(rows) == month.days and all(None not in row[3] for row in rows)
        # Days of other decimals are few; such a month is shared out when it is billed.
        if whole and len({row[2] for row in rows}) == 1:
            use = share_out([row[3] for row in rows], month)
            yield month_key(month.start), (rows[0][2], use)


def _merged(known: Kept, found: Mapping[str, tuple[int, MonthUse]]) -> dict[str, Any]:
    merged = {key: dict(months) for key, months in known.items()}
    for month, (decimals, use) in found.items():
        for key, periods in use.items():
            values = {name: list(figures) for name, figures in periods.items()}
            merged.setdefault(key, {})[month] = {"decimals": decimals, **values}
    return {
        key: {month: months[month] for month in sorted(months)[-MONTHS_KEPT:]}
        for key, months in merged.items()
    }


@dataclass(frozen=True, slots=True)
class KeptUse:
    """
    What is kept of the one register that counts a quantity at a place all through a period.
    """

    by_calendar: Kept

    def over(self, period: Period, *, key: str) -> tuple[int, dict[str, tuple[int, int]]] | None:
        """
        Return the decimals, and used and highest power by tariff period, or None where a month of
        the period is not kept or not whole.
        """
        months = self.by_calendar.get(key, {})
        decimals, found = -1, dict[str, tuple[int, int]]()
        for month in period.months():
            use = months.get(month_key(month.start))
            if use is None or month != Period.month_of(month.start):
                return None
            if decimals not in {-1, use["decimals"]}:
                return None
            decimals = use["decimals"]
            for name, figures in use.items():
                if name != "decimals":
                    before = found.get(name, (0, figures[1]))
                    found[name] = (before[0] + figures[0], max(before[1], figures[1]))
        return decimals, found


def kept_use(
    *, supply_point_ids: Collection[int], period: Period
) -> dict[tuple[int, str, str], KeptUse]:
    """
    Return what is kept by supply point, service and quantity, where one register counts it alone.
    """
    rows: dict[tuple[int, str, str], list[Kept | None]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _KEPT,
            {"points": integer_array(supply_point_ids), "start": period.start, "end": period.end},
        )
        for point, service, quantity, use, all_through in cursor.fetchall():
            kept = orjson.loads(use) if all_through and use != "{}" else None
            rows.setdefault((point, service, quantity), []).append(kept)
    return {
        key: KeptUse(found[0])
        for key, found in rows.items()
        if len(found) == 1 and found[0] is not None
    }
