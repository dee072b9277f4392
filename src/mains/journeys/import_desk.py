"""
Take a file of meter data from the console through its steps; each step may be sent twice.

NEW → ASKED → READ (or REFUSED) → IMPORTING → DONE. The file waits in the store for a week, with
what is known of it noted beside it; once imported only the note is left.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from mains.billing.models import Bill
from mains.documents import waiting
from mains.documents.waiting import Waiting
from mains.journeys import jobs, period_use, rejected_rows
from mains.metering import importing
from mains.metering import waiting as meters
from mains.metering.importing import Arrival, Outcome
from mains.metering.imports import guessing, worker
from mains.metering.imports.caps import LOOK_CAPS
from mains.metering.imports.profile import Profile, Table
from mains.metering.imports.profiles import PROFILES
from mains.metering.imports.profiles.table import profile_of
from mains.metering.imports.refusals import FileRefused
from mains.metering.models import ImportState, MeterImport, Reading
from mains.metering.windows import window_for
from mains.tenancy.queries import TenantInfo

FILE = "meter-file"
LIFETIME = timedelta(days=7)
MOST_BYTES = LOOK_CAPS.size
# A request reads a text of this size itself; what is larger, or packed, is a worker's.
BYTES_AT_ONCE, PACKED_AT_ONCE = 1_000_000, 100_000
_PACKED = (b"PK", b"\x1f\x8b", b"BZh")
# A step that nobody has finished by then was lost with its worker.
_LOST_AFTER = timedelta(minutes=20)


class Step(StrEnum):
    NEW = "NEW"
    ASKED = "ASKED"
    READ = "READ"
    REFUSED = "REFUSED"
    IMPORTING = "IMPORTING"
    DONE = "DONE"


WORKING = (Step.ASKED, Step.IMPORTING)


class NotRead(Exception):
    """The file was not read yet as it is to be imported."""


class AlreadyBilled(Exception):
    """A bill counts by a reading of the import."""


def receive(
    *,
    tenant: TenantInfo,
    content: bytes,
    file_name: str,
    profile_key: str,
    by: str,
    now: datetime,
) -> str:
    """
    Keep a file, look at its beginning, read it if its format is known, and return its name.

    :raises FileRefused: if it cannot even be looked at.
    """
    with _as_file(content) as path:
        look = worker.look(path, zone=tenant.zone)
    key = profile_key or look.profile
    note = {
        "step": Step.NEW, "file_name": file_name[:200], "by": by, "plan": None,
        "found": not profile_key and bool(look.profile), "packed": content.startswith(_PACKED),
        "look": asdict(look), "at": now.isoformat(),
    }  # fmt: skip
    name = waiting.keep(data=content, kind=FILE, note=note, now=now, expires_at=now + LIFETIME)
    if key:
        ask(tenant=tenant, name=name, plan={"profile": key}, now=now)
    return name


def guessed(*, file: Waiting) -> Table:
    """
    Return what the columns of a waiting table seem to be.
    """
    look = file.note["look"]
    return guessing.guess(look["rows"], is_sheet=look["is_sheet"], delimiter=look["delimiter"])


def ask(*, tenant: TenantInfo, name: str, plan: dict[str, Any], now: datetime) -> None:
    """
    Read a file as a plan says, keeping nothing of it; a large one is a worker's.

    The plan names a profile of ours, or is a table's description.

    :raises NotWaiting: if the file is gone.
    """
    file = waiting.find(name=name, kind=FILE, now=now)
    if file.note["step"] in (Step.IMPORTING, Step.DONE):
        return
    _start(tenant, file, {"step": Step.ASKED, "plan": plan}, now)


def take(*, tenant: TenantInfo, name: str, by: str, now: datetime) -> None:
    """
    Import the rows of a file that can be taken, as it was read; again imports nothing.

    :raises NotWaiting: if the file is gone.
    :raises NotRead: if nobody has looked at what would be imported.
    """
    file = waiting.find(name=name, kind=FILE, now=now)
    if file.note["step"] in (Step.IMPORTING, Step.DONE):
        return
    if file.note["step"] != Step.READ:
        raise NotRead(name)
    _start(tenant, file, {"step": Step.IMPORTING, "by": by}, now)


def _start(tenant: TenantInfo, file: Waiting, step: dict[str, Any], now: datetime) -> None:
    becomes = {**file.note, "trouble": None, "report": None, **step, "at": now.isoformat()}
    if not waiting.note(name=file.name, was=file.note, becomes=becomes):
        # Somebody else took the next step at the same moment; theirs is done.
        return
    if _is_a_workers(file, now):
        jobs.READ_METER_FILE.send(name=file.name)
    else:
        work_on(tenant=tenant, name=file.name, now=now)


def _is_a_workers(file: Waiting, now: datetime) -> bool:
    """
    Tell whether a file is too large for a request, or has to wait for another that is being read.
    """
    if file.size > (PACKED_AT_ONCE if file.note["packed"] else BYTES_AT_ONCE):
        return True
    others = (one for one in waiting.every(kind=FILE, now=now) if one.name != file.name)
    return any(one.note["step"] in WORKING for one in others)


def work_on(*, tenant: TenantInfo, name: str, now: datetime) -> None:
    """
    Do what was asked of a file; again, or for one that is gone, does nothing.
    """
    try:
        file = waiting.find(name=name, kind=FILE, now=now)
        if file.note["step"] not in WORKING:
            return
        with _as_file(waiting.content(name=name)) as path:
            found = _found(tenant, file, path, now)
    except waiting.NotWaiting:
        return
    done = waiting.note(name=name, was=file.note, becomes={**file.note, **found})
    if done and found["step"] == Step.DONE:
        waiting.empty(name=name)


def _found(tenant: TenantInfo, file: Waiting, path: Path, now: datetime) -> dict[str, Any]:
    windows = {
        service.code: window_for(file=tenant.file, service=service.code)
        for service in tenant.file.services
    }
    dry_run = file.note["step"] == Step.ASKED
    try:
        outcome = importing.import_file(
            path=path,
            file_name=file.note["file_name"],
            profile=profile_in(file.note["plan"]),
            arrival=Arrival(by=file.note["by"], now=now, zone=tenant.zone, windows=windows),
            dry_run=dry_run,
            keep_rows=True,
        )
    except FileRefused as refused:
        return {"step": Step.REFUSED, "trouble": asdict(refused.trouble)}
    if outcome.import_id is not None:
        period_use.after_import(tenant=tenant, import_id=outcome.import_id)
    kept = file.name if dry_run else rejected_rows.of_import(outcome.import_id)
    lifetime = LIFETIME if dry_run else rejected_rows.LIFETIME
    rejected_rows.keep(outcome=outcome, name=kept, now=now, expires_at=now + lifetime)
    return {"step": Step.READ if dry_run else Step.DONE, "report": _report(outcome)}


def profile_in(plan: dict[str, Any]) -> Profile:
    """
    Return the profile that a plan describes.
    """
    return profile_of(Table(**plan["table"])) if "table" in plan else PROFILES[plan["profile"]]


def _report(outcome: Outcome) -> dict[str, Any]:
    return {
        "import_id": outcome.import_id, "again": outcome.again, "rows": outcome.rows,
        "intervals": outcome.intervals, "new_days": outcome.new_days,
        "changed_days": outcome.changed_days, "new_readings": outcome.new_readings,
        "first_day": outcome.first_day and outcome.first_day.isoformat(),
        "last_day": outcome.last_day and outcome.last_day.isoformat(),
        "sums": [[code, unit, str(total)] for code, unit, total in outcome.sums],
        "registers": outcome.registers, "unknown": outcome.unknown[:50],
        "unknown_count": len(outcome.unknown), "refused": len(outcome.refusals),
    }  # fmt: skip


def unfinished(*, now: datetime) -> list[Waiting]:
    """
    Return the files that wait for somebody, the latest first.
    """
    files = waiting.every(kind=FILE, now=now)
    return [file for file in reversed(files) if file.note["step"] != Step.DONE]


def discard(*, name: str, now: datetime) -> None:
    """
    Remove a file that waits, and what was rejected of it; one that is gone stays gone.

    :raises NotRead: while it is being imported.
    """
    try:
        file = waiting.find(name=name, kind=FILE, now=now)
    except waiting.NotWaiting:
        return
    if file.note["step"] == Step.IMPORTING:
        raise NotRead(name)
    rejected_rows.let_go(name=name)
    waiting.let_go(name=name)


def undo(*, import_id: int, by: str, now: datetime) -> MeterImport:
    """
    Take back an import, unless a bill counts by one of its readings; again changes nothing.

    :raises MeterImport.DoesNotExist: if there is no such import.
    :raises importing.NewerImports: if later ones changed the same days.
    :raises AlreadyBilled: if a bill was issued that counts by one of its readings.
    """
    entry = MeterImport.objects.get(pk=import_id)
    if entry.state == ImportState.APPLIED and _is_billed(entry):
        raise AlreadyBilled(import_id)
    return importing.undo(import_id=import_id, by=by, now=now)


def _is_billed(entry: MeterImport) -> bool:
    for reading in Reading.objects.filter(pk__in=entry.reading_ids).order_by("pk"):
        account_id = meters.account_of(reading_id=reading.pk)
        if account_id is not None and Bill.objects.charging().filter(
            account_id=account_id,
            period_end__gt=reading.period_start, issued_at__gte=reading.received_at,
        ).exists():  # fmt: skip
            return True
    return False


def take_up_lost(*, tenant: TenantInfo, now: datetime) -> None:
    """
    Do what a lost message or a killed worker left undone.
    """
    for file in waiting.every(kind=FILE, now=now):
        begun = datetime.fromisoformat(file.note["at"])
        if file.note["step"] in WORKING and begun < now - _LOST_AFTER:
            work_on(tenant=tenant, name=file.name, now=now)


@contextmanager
def _as_file(content: bytes) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="mains-upload-") as file:
        file.write(content)
        file.flush()
        yield Path(file.name)
