"""Interval values as they are stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering.models import ImportState, IntervalDay, MeterImport, ReplacedDay
from mains.metering.rules.intervals import DayValues


def interval_days(*, register_id: int, period: Period) -> dict[date, DayValues]:
    """
    Return the days of a register that have values, in order; quantities in the register's unit.
    """
    rows = IntervalDay.objects.filter(
        register_id=register_id, day__gte=period.start, day__lt=period.end
    ).order_by("day")
    return {
        row.day: DayValues(row.minutes, row.decimals, tuple(row.values), tuple(row.qualities))
        for row in rows
    }


_USED = """
select i.supply_point_id, m.service, r.quantity, d.day, d.decimals, d.values
from metering_meterinstallation i
join metering_meter m on m.id = i.meter_id
join metering_register r on r.meter_id = m.id
join metering_intervalday d on d.register_id = r.id
  and d.day >= greatest(%(start)s, i.start_date)
  and d.day < least(%(end)s, coalesce(i.end_date, %(end)s))
where i.supply_point_id = any(%(points)s::bigint[]) and d.minutes <= 60
order by i.supply_point_id, d.day
"""


@dataclass(slots=True)
class Measured:
    """
    What was used in each interval of some days: whole numbers of 10^-`decimals` of the unit.
    """

    decimals: int
    days: dict[date, Sequence[int]]

    def add(self, day: date, values: Sequence[int], decimals: int) -> None:
        """
        Add a day; all days are brought to as many decimals as one of them has.
        """
        if decimals > self.decimals:
            self.days = {
                known: _finer(of_day, decimals - self.decimals)
                for known, of_day in self.days.items()
            }
            self.decimals = decimals
        self.days[day] = _finer(values, self.decimals - decimals)


def _finer(values: Sequence[int], places: int) -> Sequence[int]:
    return [value * 10**places for value in values] if places else values


def used_by_interval(
    *, supply_point_ids: Collection[int], period: Period
) -> dict[tuple[int, str, str], Measured]:
    """
    Return what was used in each interval of the days of a period, by supply point, service and
    quantity; days of which a value is missing, or that are measured by more than hours, are not.
    """
    found: dict[tuple[int, str, str], Measured] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _USED,
            {"points": integer_array(supply_point_ids), "start": period.start, "end": period.end},
        )
        for point, service, quantity, day, decimals, values in cursor.fetchall():
            if None not in values:
                known = found.setdefault((point, service, quantity), Measured(decimals, {}))
                known.add(day, values, decimals)
    return found


@dataclass(frozen=True, slots=True)
class ImportRow:
    id: int
    profile: str
    file_name: str
    imported_by: str
    imported_at: datetime
    state: str
    rows: int
    new_days: int
    changed_days: int
    new_readings: int
    refused_rows: int
    undone_by: str
    undone_at: datetime | None
    first_day: date | None
    last_day: date | None

    @property
    def is_undone(self) -> bool:
        return self.state == ImportState.UNDONE


def imports(*, limit: int = 50, before: int | None = None) -> list[ImportRow]:
    """
    Return the imports of meter data, the latest first; those before one, if given.
    """
    found = MeterImport.objects.order_by("-pk")
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_import_row(row) for row in found[:limit]]


def one_import(*, import_id: int) -> ImportRow | None:
    """
    Return an import of meter data, or None where there is none.
    """
    row = MeterImport.objects.filter(pk=import_id).first()
    return None if row is None else _import_row(row)


def newer_imports(*, import_id: int) -> list[int]:
    """
    Return the imports that changed days of one since, the latest first.
    """
    found = ReplacedDay.objects.filter(import_before=import_id)
    return sorted(set(found.values_list("import_id", flat=True)), reverse=True)


def _import_row(row: MeterImport) -> ImportRow:
    return ImportRow(
        id=row.pk,
        profile=row.profile,
        file_name=row.file_name,
        imported_by=row.imported_by,
        imported_at=row.imported_at,
        state=row.state,
        rows=row.rows,
        new_days=row.new_days,
        changed_days=row.changed_days,
        new_readings=len(row.reading_ids),
        refused_rows=row.refused_rows,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
        first_day=row.first_day,
        last_day=row.last_day,
    )
