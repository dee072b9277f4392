"""Take files of meter data in, once, and undo what one file did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from mains.audit.actions import record
from mains.core.arrays import integer_array
from mains.core.transactions import inside_transaction, owns_transaction
from mains.metering import interval_writing, period_use, remote_readings, sources
from mains.metering.imports import worker
from mains.metering.imports.caps import Caps
from mains.metering.imports.profile import Profile
from mains.metering.imports.refusals import Refusal
from mains.metering.models import ImportState, MeterImport, Reading, ReplacedDay
from mains.metering.rules.windows import ReadingWindow


class NewerImports(Exception):
    """Later imports changed the same days; they have to be undone first, the latest before all."""

    def __init__(self, import_ids: list[int]) -> None:
        numbers = ", ".join(map(str, import_ids))
        super().__init__(f"Imports {numbers} changed the same days since; undo them first.")
        self.import_ids = import_ids


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    Who brings a file, when, and for which utility: its zone, and its reading windows by service.
    """

    by: str
    now: datetime
    zone: ZoneInfo
    windows: Mapping[str, ReadingWindow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What came of a file. `again` says that it was imported before and added nothing.
    """

    import_id: int | None
    again: bool
    rows: int
    intervals: int
    new_days: int
    changed_days: int
    new_readings: int
    totals: dict[str, Decimal]
    refusals: list[Refusal]
    # What the file holds, whether it was taken or not.
    first_day: date | None = None
    last_day: date | None = None
    sums: list[tuple[str, str, Decimal]] = field(default_factory=list)
    registers: int = 0
    unknown: list[str] = field(default_factory=list)
    rows_sent: dict[int, list[str]] = field(default_factory=dict)


def import_file(
    *,
    path: Path,
    file_name: str,
    profile: Profile,
    arrival: Arrival,
    caps: Caps | None = None,
    dry_run: bool = False,
    keep_rows: bool = False,
) -> Outcome:
    """
    Read a file by a profile and store what can be stored; rows that cannot are in the outcome.

    The same file again adds nothing while its import stands. A dry run does everything and keeps
    nothing. `keep_rows` has the outcome hold refused rows as they were sent.

    :raises FileRefused: if the whole file cannot be read, or costs too much.
    """
    with worker.reading(
        path, profile=profile, zone=arrival.zone, caps=caps, keep_rows=keep_rows
    ) as read:
        return _store(
            read=read, file_name=file_name, profile=profile, arrival=arrival, dry_run=dry_run
        )


@owns_transaction
def _store(
    *, read: worker.Read, file_name: str, profile: Profile, arrival: Arrival, dry_run: bool
) -> Outcome:
    period_use.one_import_at_a_time()
    before = MeterImport.objects.filter(
        file_hash=read.file_hash, profile=profile.key, state=ImportState.APPLIED
    ).first()
    if before is not None:
        return Outcome(
            before.pk, True, read.rows, read.intervals, 0, 0, 0, read.totals, [],
            first_day=read.first_day, last_day=read.last_day, sums=read.sums,
        )  # fmt: skip
    entry = MeterImport.objects.create(
        profile=profile.key,
        file_name=file_name[:200],
        file_hash=read.file_hash,
        imported_by=arrival.by,
        imported_at=arrival.now,
        state=ImportState.APPLIED,
        rows=read.rows,
        intervals=read.intervals,
    )
    registers = sources.registers_of(sources=read.sources)
    refusals = read.refusals + _bring(entry, read, profile, arrival, registers)
    entry.refused_rows = len(refusals)
    entry.save()
    if dry_run:
        transaction.set_rollback(True)
    else:
        _note("metering.imported", entry, arrival.by, arrival.now)
    return Outcome(
        import_id=None if dry_run else entry.pk,
        again=False,
        rows=read.rows,
        intervals=read.intervals,
        new_days=entry.new_days,
        changed_days=entry.changed_days,
        new_readings=len(entry.reading_ids),
        totals=read.totals,
        refusals=sorted(refusals, key=lambda refusal: refusal.row),
        first_day=read.first_day,
        last_day=read.last_day,
        sums=read.sums,
        registers=len({one.register_id for many in registers.hung.values() for one in many}),
        unknown=[
            f"{source.point} {source.code}"
            for source in read.sources
            if source.number not in registers.hung and not source.optional
        ],
        rows_sent=read.rows_sent,
    )


def _bring(
    entry: MeterImport,
    read: worker.Read,
    profile: Profile,
    arrival: Arrival,
    registers: sources.Registers,
) -> list[Refusal]:
    """
    Store what a file holds, note on its import where, and return what could not be stored.
    """
    if profile.gives_readings:
        with (read.folder / "readings").open() as lines:
            stored = remote_readings.store(
                shown=[json.loads(line) for line in lines],
                sources=read.sources,
                hung=registers.hung,
                windows=arrival.windows,
                zone=arrival.zone,
                now=arrival.now,
            )
        entry.reading_ids = stored.reading_ids
        return stored.refusals + sources.unknown(
            sources=read.sources, days=stored.missing, troubles=registers.troubles
        )
    if read.first_day is None or read.last_day is None:
        return []
    written = interval_writing.write_days(
        file=read.folder / "days", import_id=entry.pk, hung=registers.hung, sources=read.sources,
        span=(read.first_day, read.last_day),
    )  # fmt: skip
    period_use.forget(
        register_ids=written.register_ids, first_day=read.first_day, last_day=read.last_day
    )
    entry.first_day, entry.last_day = read.first_day, read.last_day
    entry.new_days, entry.changed_days = written.new_days, written.changed_days
    entry.register_ids = sorted(written.register_ids)
    return written.refusals + sources.unknown(
        sources=read.sources, days=written.missing, troubles=registers.troubles
    )


@owns_transaction
def undo(*, import_id: int, by: str, now: datetime) -> MeterImport:
    """
    Take back everything an import did: its new days go, those it changed become what they were.

    Doing it again changes nothing, and the file may then be imported anew.

    :raises MeterImport.DoesNotExist: if there is no such import.
    :raises NewerImports: if later ones changed the same days.
    """
    period_use.one_import_at_a_time()
    entry = MeterImport.objects.select_for_update().get(pk=import_id)
    if entry.state == ImportState.UNDONE:
        return entry
    newer = ReplacedDay.objects.filter(import_before=import_id).values_list("import_id", flat=True)
    if newer:
        raise NewerImports(sorted(set(newer), reverse=True))
    _restore(entry)
    Reading.objects.filter(pk__in=entry.reading_ids).delete()
    entry.state, entry.undone_by, entry.undone_at = ImportState.UNDONE, by, now
    entry.save(update_fields=["state", "undone_by", "undone_at"])
    _note("metering.import_undone", entry, by, now)
    return entry


@inside_transaction
def _restore(entry: MeterImport) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update metering_intervalday d set import_id = r.import_before, minutes = r.minutes,"
            ' decimals = r.decimals, "values" = r."values", qualities = r.qualities'
            " from metering_replacedday r where r.import_id = %s and d.register_id = r.register_id"
            " and d.day = r.day",
            [entry.pk],
        )
        cursor.execute("delete from metering_replacedday where import_id = %s", [entry.pk])
        if entry.first_day is not None and entry.last_day is not None:
            period_use.forget(
                register_ids=entry.register_ids,
                first_day=entry.first_day,
                last_day=entry.last_day,
            )
            cursor.execute(
                "delete from metering_intervalday where import_id = %s"
                " and register_id = any(%s::bigint[]) and day between %s and %s",
                [entry.pk, integer_array(entry.register_ids), entry.first_day, entry.last_day],
            )


def _note(action: str, entry: MeterImport, by: str, now: datetime) -> None:
    record(
        action=action, subject=f"meter_import:{entry.pk}", actor=by, now=now,
        detail={"profile": entry.profile, "new_days": entry.new_days,
                "changed_days": entry.changed_days, "refused_rows": entry.refused_rows},
    )  # fmt: skip
