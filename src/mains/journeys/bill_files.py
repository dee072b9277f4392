"""
Files of many bills, made by a worker: how far it is, and how a lost one's work is taken up.

WAITING → WORKING → READY or FAILED; READY → EXPIRED by its day. What is asked for is noted beside
the file. Each document is kept once it is set, so who takes up a lost worker's file sets the rest.
"""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pikepdf
import structlog

from mains.billing.documents import pdf
from mains.documents import storage, waiting
from mains.documents.waiting import NotWaiting, Waiting
from mains.tenancy.queries import TenantInfo

log = structlog.get_logger()
KEPT = timedelta(days=14)
# As long is remembered what was asked for, so that it can be asked for again.
LISTED = timedelta(days=90)
# A worker says so often how far it is; one that has not for as long is lost.
_TELLS_EVERY = 20
_LOST_AFTER = timedelta(minutes=3)


class Step(StrEnum):
    WAITING = "WAITING"
    WORKING = "WORKING"
    READY = "READY"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class Superseded(Exception):
    """It was asked for anew meanwhile, or deleted: whoever did that goes on."""


class Worker:
    """
    Who works on one file, with what is noted of it.
    """

    def __init__(self, tenant: TenantInfo, file: Waiting) -> None:
        self.tenant, self.file, self.note = tenant, file, file.note

    def tell(self, **changes: Any) -> bool:
        """
        Note how far the work is, unless somebody else has noted something meanwhile.
        """
        becomes = {**self.note, **changes, "at": self.tenant.now().isoformat()}
        told = waiting.note(name=self.file.name, was=self.note, becomes=becomes)
        if told:
            self.note = becomes
        return told

    def must_tell(self, **changes: Any) -> None:
        """
        Note how far the work is.

        :raises Superseded: if somebody else has noted something meanwhile.
        """
        if not self.tell(**changes):
            raise Superseded(self.file.name)

    def documents[Row](
        self, rows: Sequence[tuple[int, Row]], failed: list[str], number: Callable[[Row], str]
    ) -> Iterator[tuple[Row, bytes]]:
        """
        Yield rows by bill id with their documents in order; what has none is added to `failed`.

        :raises Superseded: if the file was asked for anew meanwhile.
        """
        for done, (bill_id, row) in enumerate(rows, start=1):
            try:
                content = pdf.kept_pdf(bill_id=bill_id, tenant=self.tenant, now=self.tenant.now())
            except pdf.NoSuchBill:
                failed.append(number(row))
            else:
                yield row, content
            if done % _TELLS_EVERY == 0:
                self.must_tell(done=done, failed=failed)


def work_on(
    *,
    tenant: TenantInfo,
    name: str,
    kind: str,
    make: Callable[[Worker], None],
    now: datetime,
) -> None:
    """
    Make the file that was asked for; for one that is made, or that another works on, do nothing.
    """
    try:
        file = waiting.find(name=name, kind=kind, now=now)
    except NotWaiting:
        return
    if not _is_to_do(file, now):
        return
    worker = Worker(tenant, file)
    if not worker.tell(step=Step.WORKING, done=0, failed=[]):
        return
    try:
        make(worker)
    except Superseded:
        return
    except (storage.StorageDown, OSError):
        log.exception("bill_file.failed", name=name)
        worker.tell(step=Step.FAILED)


def take_up_lost(
    *, tenant: TenantInfo, kind: str, make: Callable[[Worker], None], now: datetime
) -> int:
    """
    Make the files that a lost message or a killed worker left, and return how many.
    """
    left = _to_do(kind=kind, now=now)
    for file in left:
        work_on(tenant=tenant, name=file.name, kind=kind, make=make, now=now)
    return len(left)


def _to_do(*, kind: str, now: datetime) -> list[Waiting]:
    waits = waiting.every(kind=kind, now=now, about={"step": Step.WAITING})
    works = waiting.every(kind=kind, now=now, about={"step": Step.WORKING})
    return [file for file in (*waits, *works) if _is_to_do(file, now)]


def end_old(*, kind: str, now: datetime) -> int:
    """
    Delete the files whose days are over and keep what was asked for; again there are none.
    """
    ended = [
        file
        for file in waiting.every(kind=kind, now=now, about={"step": Step.READY})
        if file.size and step_of(file, now) is Step.EXPIRED
    ]
    for file in ended:
        waiting.empty(name=file.name)
    return len(ended)


def step_of(file: Waiting, now: datetime) -> Step:
    """
    Return where a file stands.
    """
    step, until = Step(file.note["step"]), file.note["until"]
    if step is Step.READY and datetime.fromisoformat(until) <= now:
        return Step.EXPIRED
    return step


def _is_to_do(file: Waiting, now: datetime) -> bool:
    if file.note["step"] == Step.WORKING:
        return now - datetime.fromisoformat(file.note["at"]) > _LOST_AFTER
    return bool(file.note["step"] == Step.WAITING)


@contextmanager
def zipped(path: Path) -> Iterator[Callable[[str, bytes], object]]:
    """
    Put files into an archive.
    """
    # Documents are compressed already.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        yield file.writestr


@contextmanager
def merged(path: Path) -> Iterator[Callable[[str, bytes], int]]:
    """
    Put documents one after the other into one, and say how many pages each had.

    The same documents make the same bytes.
    """
    with pikepdf.new() as whole:

        def put(_name: str, content: bytes) -> int:
            with pikepdf.open(io.BytesIO(content)) as one:
                whole.pages.extend(one.pages)
                return len(one.pages)

        yield put
        whole.save(path, deterministic_id=True)
