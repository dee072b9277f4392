"""
Days of values brought into the table, set-wise, and what they replace kept.

Where nothing is stored for a file's registers and days, COPY writes the table itself. Else it
writes a temporary table: what is new is inserted in one statement, what is the same is left alone,
and only days that differ are looked at one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from mains.core.arrays import integer_array
from mains.core.transactions import inside_transaction
from mains.metering.imports import dayfile
from mains.metering.imports.days import Source
from mains.metering.imports.refusals import Refusal, told
from mains.metering.rules.intervals import DayValues, LengthsDiffer, TooLarge, superseded
from mains.metering.rules.sentences import gettext_noop as _
from mains.metering.sources import Hung

_STORED = """
select exists (select 1 from unnest(%s::bigint[]) r (id)
join metering_intervalday d on d.register_id = r.id and d.day between %s and %s)"""

_INSERT = """
insert into metering_intervalday (import_id, register_id, day, minutes, decimals, "values",
  qualities)
select import_id, register_id, day, minutes, decimals, "values", qualities
from arrived a where not exists (
  select 1 from metering_intervalday d where d.register_id = a.register_id and d.day = a.day)"""

_DIFFERENT = """
select a.register_id, a.day, d.minutes, d.decimals, d."values", d.qualities,
       a.minutes, a.decimals, a."values", a.qualities
from arrived a join metering_intervalday d using (register_id, day)
where d.import_id <> a.import_id and (d.minutes, d.decimals, d."values", d.qualities)
      is distinct from (a.minutes, a.decimals, a."values", a.qualities)
order by a.register_id, a.day"""

_KEEP = """
insert into metering_replacedday (import_id, import_before, register_id, day, minutes, decimals,
  "values", qualities)
select c.import_id, d.import_id, d.register_id, d.day, d.minutes, d.decimals, d."values",
       d.qualities
from changed c join metering_intervalday d using (register_id, day)"""

_REPLACE = """
update metering_intervalday d set import_id = c.import_id, minutes = c.minutes,
  decimals = c.decimals, "values" = c."values", qualities = c.qualities
from changed c where d.register_id = c.register_id and d.day = c.day"""


@dataclass(slots=True)
class Written:
    """
    What became of a file's days; `missing` are those whose name means no register, by its number.
    """

    new_days: int = 0
    changed_days: int = 0
    register_ids: set[int] = field(default_factory=set)
    missing: dict[int, set[str]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)


@inside_transaction
def write_days(
    *,
    file: Path,
    import_id: int,
    hung: Mapping[int, list[Hung]],
    sources: Sequence[Source],
    span: tuple[date, date],
) -> Written:
    """
    Bring the days of a file into the table, one import at a time.
    """
    written = Written()
    written.register_ids = {one.register_id for many in hung.values() for one in many}
    rows = dayfile.ready_rows(file, import_id=import_id, register_of=_Registers(hung, written).of)
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [integer_array(written.register_ids), *span])
        if not cursor.fetchone()[0]:
            _copy(cursor, "metering_intervalday", rows)
            written.new_days = cursor.rowcount
            return written
        _temporary(cursor, "arrived")
        _copy(cursor, "arrived", rows)
        cursor.execute("analyze arrived")
        cursor.execute(_INSERT)
        written.new_days = cursor.rowcount
        written.changed_days = _change(cursor, import_id, written, _names(hung, sources))
        cursor.execute("drop table arrived, changed")
    return written


def _change(cursor: Any, import_id: int, written: Written, names: Mapping[int, Source]) -> int:
    cursor.execute(_DIFFERENT)
    changes = []
    for register_id, day, *columns in cursor.fetchall():
        stored, arrived = _day(columns[:4]), _day(columns[4:])
        try:
            stands = superseded(stored, arrived)
        except (LengthsDiffer, TooLarge) as error:
            written.refusals.append(_not_beside(names[register_id], day, error))
            continue
        if stands != stored:
            changes.append(
                dayfile.ready_row(
                    import_id=import_id, register_id=register_id, day=day, held=stands
                )
            )
    _temporary(cursor, "changed")
    _copy(cursor, "changed", changes)
    cursor.execute(_KEEP)
    cursor.execute(_REPLACE)
    return len(changes)


class _Registers:
    """
    Which register a name of the file means on a day.
    """

    def __init__(self, hung: Mapping[int, list[Hung]], written: Written) -> None:
        self.written = written
        self.found = {
            number: [
                (
                    one.register_id,
                    (one.start_date or date.min).toordinal(),
                    (one.end_date or date.max).toordinal(),
                )
                for one in many
            ]
            for number, many in hung.items()
        }

    def of(self, number: int, day: int) -> int | None:
        """
        Return a register, or note that there is none.
        """
        for register_id, start, end in self.found.get(number, ()):
            if start <= day < end:
                return register_id
        missing = date.fromordinal(day).isoformat()
        self.written.missing.setdefault(number, set()).add(missing)
        return None


def _copy(cursor: Any, table: str, rows: Iterable[bytes]) -> None:
    with cursor.copy(f"copy {table} ({dayfile.COLUMNS}) from stdin (format binary)") as copy:
        copy.write(dayfile.HEADER)
        for block in rows:
            copy.write(block)
        copy.write(dayfile.TRAILER)


def _temporary(cursor: Any, name: str) -> None:
    cursor.execute(f"create temp table {name} (like metering_intervalday) on commit drop")


def _day(columns: Sequence[Any]) -> DayValues:
    minutes, decimals, values, qualities = columns
    return DayValues(minutes, decimals, tuple(values), tuple(qualities))


def _names(hung: Mapping[int, list[Hung]], sources: Sequence[Source]) -> dict[int, Source]:
    by_number = {source.number: source for source in sources}
    return {one.register_id: by_number[number] for number, many in hung.items() for one in many}


def _not_beside(source: Source, day: date, error: LengthsDiffer | TooLarge) -> Refusal:
    if isinstance(error, LengthsDiffer):
        what = _("%(day)s of %(point)s: %(stored)s minutes are stored, %(arrived)s minutes came")
    else:
        what = _("%(day)s of %(point)s: a value has more digits than fit beside what is stored")
    remedy = _("give the whole day in one interval length, or undo the import that stored it")
    trouble = told(what, remedy, day=day, point=source.point, **error.values)
    return Refusal(source.row, "day", day.isoformat(), trouble)
