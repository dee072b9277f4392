"""
The bills of a run that go on paper, for a print shop: one document in a stable order, its index.

A run's bills are dealt into parts that a machine can hold; each is a file that a worker makes
(`bill_files`). Asked again there is nothing to do; once it has ended it is made anew, with the same
bytes.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from mains.audit import actions as audit
from mains.billing.models import BillRun, RunStage
from mains.billing.rules.post_codes import post_code_of
from mains.core.spreadsheets import csv_file
from mains.core.transactions import owns_transaction
from mains.documents import storage, waiting
from mains.documents.waiting import FOLDER, NotWaiting, Waiting
from mains.journeys import bill_files, jobs
from mains.journeys.bill_files import KEPT, LISTED, Step, Worker, step_of
from mains.tenancy.queries import TenantInfo

KIND = "print-file"
IN_A_PART = 2_000
PDF, CSV = "application/pdf", "text/csv; charset=utf-8"

# By the way that is sealed with the bill; where none was chosen, by the provider's own.
_ON_PAPER = """
select b.id, b.number, f.facts -> 'customer' ->> 'name', f.facts -> 'customer' ->> 'address'
from billing_bill b, lateral (select nullif(b.facts, '')::json as facts) f
where b.run_id = %s and b.state = 'ISSUED' and b.facts <> ''
  and coalesce(nullif(f.facts ->> 'delivery', ''), %s) in ('PAPER', 'BOTH')
"""


class NotIssued(Exception):
    """The run has no bills to print yet, or was cancelled."""


class NothingToPrint(Exception):
    """No bill of the run goes on paper."""


class NoSuchFile(Exception):
    """Nobody asked for it, or it is not ready, or no more."""


class Printed(NamedTuple):
    """
    A bill as it lies in the pile.
    """

    id: int
    number: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    """
    One file of a run: how far it is, and until when it can be fetched.
    """

    name: str
    run_id: int
    part: int
    parts: int
    step: Step
    count: int
    done: int
    failed: tuple[str, ...]
    size: int
    until: datetime | None

    @property
    def file_name(self) -> str:
        return f"print-{self.run_id}-{self.part}"


def on_paper(*, run_id: int, tenant: TenantInfo) -> list[Printed]:
    """
    Return the bills of a run that go on paper, by post code and number.
    """
    default = tenant.file.delivery.default_mode.upper()
    with connection.cursor() as cursor:
        cursor.execute(_ON_PAPER, [run_id, default])
        rows = [Printed(*row) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: (post_code_of(row.address), row.number))


def ask(*, tenant: TenantInfo, run_id: int, actor: str, now: datetime) -> list[Part]:
    """
    Ask for the print file of a run; while there is one, or one is made, nothing more is asked for.

    :raises NotIssued: if the run is not issued.
    :raises NothingToPrint: if none of its bills goes on paper.
    :raises BillRun.DoesNotExist: if there is none.
    """
    if BillRun.objects.get(pk=run_id).stage not in {RunStage.ISSUED, RunStage.SENT}:
        raise NotIssued(run_id)
    known = of_run(run_id=run_id, now=now)
    if known and all(part.step not in (Step.FAILED, Step.EXPIRED) for part in known):
        return known
    rows = on_paper(run_id=run_id, tenant=tenant)
    if not rows:
        raise NothingToPrint(run_id)
    for part in known:
        waiting.let_go(name=part.name)
    parts = list(batched(rows, IN_A_PART, strict=False))
    for number, some in enumerate(parts, start=1):
        _ask_for(some, run_id=run_id, part=number, parts=len(parts), now=now)
    _written(run_id, "asked", actor=actor, now=now)
    return of_run(run_id=run_id, now=now)


def _ask_for(rows: Sequence[Printed], *, run_id: int, part: int, parts: int, now: datetime) -> None:
    note = {
        "step": Step.WAITING, "run": run_id, "part": part, "parts": parts,
        "bills": [row.id for row in rows], "pages": [], "done": 0, "failed": [], "until": None,
        "at": now.isoformat(),
    }  # fmt: skip
    name = waiting.keep(data=b"", kind=KIND, note=note, now=now, expires_at=now + LISTED)
    jobs.MAKE_BILL_FILE.send(name=name)


def of_run(*, run_id: int, now: datetime) -> list[Part]:
    """
    Return the parts of a run's print file, none where nobody asked for it.
    """
    files = waiting.every(kind=KIND, now=now, about={"run": run_id})
    return sorted((_part(file, now) for file in files), key=lambda part: part.part)


def link(*, run_id: int, name: str, actor: str, now: datetime, seconds: int) -> str:
    """
    Return an address at which a part can be fetched for some seconds; who did is written down.

    :raises NoSuchFile: if it is none of the run's, or is not ready.
    """
    part = _part(_ready_file(run_id, name, now), now)
    _written(run_id, "fetched", actor=actor, now=now)
    return storage.link(
        name=f"{FOLDER}/{name}",
        file_name=f"{part.file_name}.pdf",
        content_type=PDF,
        seconds=seconds,
    )


def index(*, run_id: int, name: str, actor: str, now: datetime) -> bytes:
    """
    Return the index of a part as CSV: position, first page, pages, number, name, address.

    :raises NoSuchFile: if it is none of the run's, or is not ready.
    """
    note = _ready_file(run_id, name, now).note
    by_id = {row.id: row for row in _named(note["bills"])}
    table: list[list[str | int]] = []
    first_page = 1
    for position, (bill_id, pages) in enumerate(note["pages"], start=1):
        row = by_id[bill_id]
        address = ", ".join(row.address.splitlines())
        table.append([position, first_page, pages, row.number, row.name, address])
        first_page += pages
    _written(run_id, "index", actor=actor, now=now)
    header = [
        _("Position"), _("First page"), _("Pages"), _("Bill number"), _("Name"), _("Address"),
    ]  # fmt: skip
    return csv_file(header=header, rows=table)


def work_on(*, name: str, tenant: TenantInfo, now: datetime) -> None:
    """
    Make the part that was asked for; for one that is made, or that another works on, do nothing.
    """
    bill_files.work_on(tenant=tenant, name=name, kind=KIND, make=_make, now=now)


def take_up_lost(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Make the parts that a lost message or a killed worker left, and return how many.
    """
    return bill_files.take_up_lost(tenant=tenant, kind=KIND, make=_make, now=now)


def end_old(*, now: datetime) -> int:
    """
    Delete the files whose days are over and keep what was asked for; again there are none.
    """
    return bill_files.end_old(kind=KIND, now=now)


def _make(worker: Worker) -> None:
    by_id = {row.id: row for row in _named(worker.note["bills"])}
    rows = [(bill_id, by_id[bill_id]) for bill_id in worker.note["bills"] if bill_id in by_id]
    failed: list[str] = []
    pages: list[list[int]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        with bill_files.merged(path) as put:
            for row, content in worker.documents(rows, failed, lambda row: row.number):
                pages.append([row.id, put(row.number, content)])
        storage.put_file(name=f"{FOLDER}/{worker.file.name}", path=path, content_type=PDF)
        _ready(worker, pages, failed, path.stat().st_size)


@owns_transaction
def _ready(worker: Worker, pages: list[list[int]], failed: list[str], size: int) -> None:
    now = worker.tenant.now()
    becomes = {
        **worker.note, "step": Step.READY, "pages": pages, "failed": failed,
        "done": len(worker.note["bills"]), "until": (now + KEPT).isoformat(), "at": now.isoformat(),
    }  # fmt: skip
    waiting.change(name=worker.file.name, was=worker.note, becomes=becomes, size=size)


def _named(bill_ids: Sequence[int]) -> list[Printed]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select b.id, b.number, coalesce(f.facts -> 'customer' ->> 'name', ''),"
            " coalesce(f.facts -> 'customer' ->> 'address', '')"
            " from billing_bill b, lateral (select nullif(b.facts, '')::json as facts) f"
            " where b.id = any(%s)",
            [list(bill_ids)],
        )
        return [Printed(*row) for row in cursor.fetchall()]


def _ready_file(run_id: int, name: str, now: datetime) -> Waiting:
    try:
        file = waiting.find(name=name, kind=KIND, now=now)
    except NotWaiting as error:
        raise NoSuchFile(name) from error
    if file.note["run"] != run_id or step_of(file, now) is not Step.READY:
        raise NoSuchFile(name)
    return file


@owns_transaction
def _written(run_id: int, deed: str, *, actor: str, now: datetime) -> None:
    audit.record(action=f"print_file.{deed}", subject=f"bill_run:{run_id}", actor=actor, now=now)


def _part(file: Waiting, now: datetime) -> Part:
    note: dict[str, Any] = file.note
    return Part(
        name=file.name,
        run_id=note["run"],
        part=note["part"],
        parts=note["parts"],
        step=step_of(file, now),
        count=len(note["bills"]),
        done=note["done"],
        failed=tuple(note["failed"]),
        size=file.size,
        until=datetime.fromisoformat(note["until"]) if note["until"] else None,
    )
