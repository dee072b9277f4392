"""Interval values as they are stored."""

from dataclasses import dataclass
from datetime import date, datetime

from mains.core.calendars import Period
from mains.metering.models import IntervalDay, MeterImport
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


@dataclass(frozen=True, slots=True)
class ImportRow:
    id: int
    profile: str
    file_name: str
    imported_by: str
    imported_at: datetime
    state: str
    new_days: int
    changed_days: int
    new_readings: int
    refused_rows: int


def imports(*, limit: int = 50) -> list[ImportRow]:
    """
    Return the imports of meter data, the latest first.
    """
    return [
        ImportRow(
            id=row.pk,
            profile=row.profile,
            file_name=row.file_name,
            imported_by=row.imported_by,
            imported_at=row.imported_at,
            state=row.state,
            new_days=row.new_days,
            changed_days=row.changed_days,
            new_readings=len(row.reading_ids),
            refused_rows=row.refused_rows,
        )
        for row in MeterImport.objects.order_by("-pk")[:limit]
    ]
