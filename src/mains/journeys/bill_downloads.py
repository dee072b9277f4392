"""
Many bills as one file: asked for under a name, made by a worker, fetched for two weeks.

A request is noted beside the file that it makes, so it ends with it (`bill_files`). Asked again it
begins anew.
"""

import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from mains.billing.kinds import kind_name
from mains.core.spreadsheets import Value, xlsx_file
from mains.core.transactions import owns_transaction
from mains.documents import storage, waiting
from mains.documents.waiting import FOLDER, NotWaiting, Waiting
from mains.identity.models import User
from mains.journeys import bill_files, jobs
from mains.journeys.bill_files import KEPT, LISTED, Step, Worker, step_of
from mains.notifications import actions as notifications
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.tenancy.queries import TenantInfo

KIND = "bill-download"
MOST_BILLS, MOST_MERGED = 10_000, 1_000
_NAME_LENGTH = 60


class Format(StrEnum):
    ZIP = "zip"
    PDF = "pdf"


TYPES = {Format.ZIP: "application/zip", Format.PDF: "application/pdf"}


class NothingChosen(Exception):
    """No bill was chosen, or none of those that may be."""


class TooMany(Exception):
    """More bills than one file holds."""


class NoSuchDownload(Exception):
    """Nobody asked for it, another login did, or it is not ready."""


@dataclass(frozen=True, slots=True)
class Download:
    """
    A request for many bills: how far it is, and until when its file can be fetched.
    """

    name: str
    title: str
    file_format: Format
    step: Step
    account_ids: tuple[int, ...]
    count: int
    done: int
    failed: tuple[str, ...]
    size: int
    asked_at: datetime
    until: datetime | None

    @property
    def percent(self) -> int:
        return self.done * 100 // self.count if self.count else 0

    @property
    def file_name(self) -> str:
        return f"{plain_name(self.title)}.{self.file_format}"


def plain_name(title: str) -> str:
    """
    Return a name for a file: letters, figures, spaces and hyphens, no path and no control signs.
    """
    kept = "".join(sign if sign.isalnum() or sign in " -_." else " " for sign in title)
    return " ".join(kept.split()).strip(". ")[:_NAME_LENGTH] or "bills"


def found(
    *,
    account_ids: Collection[int],
    first: date,
    last: date,
    today: date,
) -> list[BillRow]:
    """
    Return the bills of accounts that were issued from a day to another, the oldest first.

    :raises TooMany: if one file does not hold them.
    """
    rows = payments.issued_between(
        account_ids=account_ids, first=first, last=last, today=today, limit=MOST_BILLS + 1
    )
    if len(rows) > MOST_BILLS:
        raise TooMany(len(rows))
    return rows


def listed(rows: Sequence[BillRow]) -> bytes:
    """
    Return bills as a sheet: real dates, real amounts, and no text that runs as a formula.
    """
    header = [
        _("Bill number"), _("Kind"), _("Company"), _("Account"), _("From"), _("To"), _("Issued"),
        _("Due"), _("Amount"), _("Still open"), _("Currency"),
    ]  # fmt: skip
    table: list[list[Value]] = [
        [
            row.number, kind_name(row.kind), row.company_name, row.account_number,
            row.period_start, row.period_end - timedelta(days=1), row.issue_date, row.due_date,
            row.total.as_decimal(), row.outstanding.as_decimal(), row.total.currency,
        ]
        for row in rows
    ]  # fmt: skip
    return xlsx_file(title=_("Bills"), header=header, rows=table)


def ask(
    *,
    rows: Sequence[BillRow],
    title: str,
    file_format: Format,
    user_id: int,
    language: str,
    now: datetime,
) -> str:
    """
    Ask for a file of bills and return its name; a worker makes it and writes to the login.

    Whose bills they are was asked before: `rows` are those that the login may have.

    :raises NothingChosen: if there are none.
    :raises TooMany: if one file does not hold them.
    """
    if not rows:
        raise NothingChosen
    if len(rows) > (MOST_MERGED if file_format is Format.PDF else MOST_BILLS):
        raise TooMany(len(rows))
    note = {
        "step": Step.WAITING, "user": user_id, "title": plain_name(title), "format": file_format,
        "language": language, "accounts": sorted({row.account_id for row in rows}),
        "bills": [row.id for row in rows], "done": 0, "failed": [], "until": None,
        "asked_at": now.isoformat(), "at": now.isoformat(),
    }  # fmt: skip
    name = waiting.keep(data=b"", kind=KIND, note=note, now=now, expires_at=now + LISTED)
    jobs.MAKE_BILL_FILE.send(name=name)
    return name


def ask_again(*, name: str, user_id: int, now: datetime) -> None:
    """
    Ask for the same bills again once their file has ended or failed; else nothing happens.

    :raises NoSuchDownload: if the login did not ask for it.
    """
    file = _own(name, user_id, now)
    if step_of(file, now) not in (Step.FAILED, Step.EXPIRED):
        return
    note = {**file.note, "step": Step.WAITING, "done": 0, "failed": [], "until": None,
            "at": now.isoformat()}  # fmt: skip
    if waiting.note(name=name, was=file.note, becomes=note):
        jobs.MAKE_BILL_FILE.send(name=name)


def of_login(*, user_id: int, now: datetime) -> list[Download]:
    """
    Return what a login asked for, the latest first.
    """
    files = waiting.every(kind=KIND, now=now, about={"user": user_id})
    return [_download(file, now) for file in reversed(files)]


def one(*, name: str, user_id: int, now: datetime) -> Download:
    """
    Return a request of a login.

    :raises NoSuchDownload: if it did not ask for it.
    """
    return _download(_own(name, user_id, now), now)


def link(*, name: str, user_id: int, now: datetime, seconds: int) -> str:
    """
    Return an address at which a file can be fetched for some seconds.

    :raises NoSuchDownload: if the login did not ask for it, or it is not ready, or no more.
    """
    download = one(name=name, user_id=user_id, now=now)
    if download.step is not Step.READY:
        raise NoSuchDownload(name)
    return storage.link(
        name=f"{FOLDER}/{name}",
        file_name=download.file_name,
        content_type=TYPES[download.file_format],
        seconds=seconds,
    )


def work_on(*, tenant: TenantInfo, name: str, now: datetime) -> None:
    """
    Make the file that was asked for; for one that is made, or that another works on, do nothing.
    """
    bill_files.work_on(tenant=tenant, name=name, kind=KIND, make=_make, now=now)


def take_up_lost(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Make the files that a lost message or a killed worker left, and return how many.
    """
    return bill_files.take_up_lost(tenant=tenant, kind=KIND, make=_make, now=now)


def end_old(*, now: datetime) -> int:
    """
    Delete the files whose days are over and keep what was asked for; again there are none.
    """
    return bill_files.end_old(kind=KIND, now=now)


def _make(worker: Worker) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        kind = Format(worker.note["format"])
        with bill_files.zipped(path) if kind is Format.ZIP else bill_files.merged(path) as put:
            _put_all(worker, put)
        storage.put_file(name=f"{FOLDER}/{worker.file.name}", path=path, content_type=TYPES[kind])
        _ready(worker, path.stat().st_size, worker.tenant.now())


def _put_all(worker: Worker, put: Callable[[str, bytes], object]) -> None:
    today = worker.tenant.date_of(worker.tenant.now())
    rows = payments.bills_with_ids(bill_ids=worker.note["bills"], today=today)
    failed: list[str] = []
    ordered = [(row.id, row) for row in sorted(rows, key=lambda row: row.number)]
    for row, content in worker.documents(ordered, failed, lambda row: row.number):
        put(f"{row.number.replace('/', '-')}.pdf", content)
    if Format(worker.note["format"]) is Format.ZIP:
        with translation.override(worker.note["language"]):
            put("list.xlsx", listed(rows))
    worker.must_tell(failed=failed)


@owns_transaction
def _ready(worker: Worker, size: int, now: datetime) -> None:
    """
    Note that the file is there and write to the login, both or neither.
    """
    note, name = worker.note, worker.file.name
    becomes = {
        **note, "step": Step.READY, "done": len(note["bills"]),
        "until": (now + KEPT).isoformat(), "at": now.isoformat(),
    }  # fmt: skip
    if not waiting.change(name=name, was=note, becomes=becomes, size=size):
        return
    user = User.objects.filter(pk=note["user"]).first()
    if user is None:
        return
    notifications.queue(
        kind="bills-ready",
        key=f"{name}.{now.timestamp():.0f}",
        recipient=user.email,
        language=note["language"],
        values={"url": f"{worker.tenant.url}/bills/downloads/", "days": str(KEPT.days)},
        now=now,
    )


def _own(name: str, user_id: int, now: datetime) -> Waiting:
    try:
        file = waiting.find(name=name, kind=KIND, now=now)
    except NotWaiting as error:
        raise NoSuchDownload(name) from error
    if file.note["user"] != user_id:
        raise NoSuchDownload(name)
    return file


def _download(file: Waiting, now: datetime) -> Download:
    note = file.note
    return Download(
        name=file.name,
        title=note["title"],
        file_format=Format(note["format"]),
        step=step_of(file, now),
        account_ids=tuple(note["accounts"]),
        count=len(note["bills"]),
        done=note["done"],
        failed=tuple(note["failed"]),
        size=file.size,
        asked_at=datetime.fromisoformat(note["asked_at"]),
        until=datetime.fromisoformat(note["until"]) if note["until"] else None,
    )
