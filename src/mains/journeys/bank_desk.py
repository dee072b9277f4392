"""
Files of bank statements on their way from upload to booked lines; no step does anything twice.

READING → DONE, or REFUSED. The file is kept as long as other bookings are, a refused one a week.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from mains.audit.actions import record
from mains.bankfiles import recognise
from mains.bankfiles.profiles import PROFILES
from mains.bankfiles.unreadable import MOST_BYTES, UnreadableFile
from mains.core.transactions import owns_transaction
from mains.customers.models import Company
from mains.documents import waiting
from mains.documents.waiting import Waiting
from mains.journeys import bank_gaps, jobs
from mains.payments.bank import importing, placing
from mains.payments.bank.placing import Manner
from mains.payments.models import BankLine, LineState
from mains.privacy.rules import retention
from mains.tenancy.queries import TenantInfo

FILE = "bank-file"
# A request reads so much itself; what is larger is a worker's.
BYTES_AT_ONCE = 100_000
_LIFETIME = timedelta(days=7)
# A file that nobody has finished by then was lost with its worker.
_LOST_AFTER = timedelta(minutes=20)


class Step(StrEnum):
    READING = "READING"
    DONE = "DONE"
    REFUSED = "REFUSED"


class TooBig(Exception):
    """A file is larger than any statement."""


@dataclass(frozen=True, slots=True)
class Upload:
    """
    A file, whose it is, and how to read what it does not say: the columns of a CSV, the currency.
    """

    content: bytes
    file_name: str
    company: str
    profile: str = ""
    currency: str = ""


def receive(*, tenant: TenantInfo, upload: Upload, by: str, now: datetime) -> str:
    """
    Keep a file, import it, and return its name; a large one is imported by a worker.

    :raises TooBig: for a file that is larger than any statement.
    """
    name = keep(upload=upload, by=by, now=now)
    if len(upload.content) > BYTES_AT_ONCE:
        jobs.READ_BANK_FILE.send(name=name)
    else:
        work_on(tenant=tenant, name=name, now=now)
    return name


def keep(*, upload: Upload, by: str, now: datetime) -> str:
    """
    Keep a file for whoever works on it next, and return its name.

    :raises TooBig: for a file that is larger than any statement.
    """
    if len(upload.content) > MOST_BYTES:
        raise TooBig(len(upload.content))
    note = {
        "step": Step.READING, "file_name": upload.file_name[:200], "by": by,
        "company": upload.company, "profile": upload.profile, "currency": upload.currency,
        "at": now.isoformat(),
    }  # fmt: skip
    name = waiting.keep(
        data=upload.content, kind=FILE, note=note, now=now, expires_at=now + _LIFETIME
    )
    _audit(name=name, size=len(upload.content), by=by, now=now)
    return name


@owns_transaction
def _audit(*, name: str, size: int, by: str, now: datetime) -> None:
    record(
        action="bank_file.uploaded",
        subject=f"bank_file:{name}",
        actor=by,
        detail={"bytes": size},
        now=now,
    )


def work_on(*, tenant: TenantInfo, name: str, now: datetime) -> None:
    """
    Import a file and place its lines; again, or for one that is gone, does nothing.
    """
    try:
        file = waiting.find(name=name, kind=FILE, now=now)
        if file.note["step"] != Step.READING:
            return
        content = waiting.content(name=name)
    except waiting.NotWaiting:
        return
    try:
        report = _imported(tenant, file, content, now)
    except UnreadableFile as error:
        trouble = {"reason": error.reason, "line": error.line, "found": "", "expected": ""}
    except importing.RefusedStatement as error:
        found, expected = error.found, error.expected
        trouble = {"reason": error.reason, "line": 0, "found": found, "expected": expected}
    else:
        done = {**file.note, "step": Step.DONE, "report": report}
        until = retention.deleted_on(tenant.date_of(now), years=tenant.file.privacy.retention_years)
        waiting.keep(
            data=content, kind=FILE, note=done, now=file.created_at, name=name,
            expires_at=datetime(until.year, until.month, until.day, tzinfo=UTC),
        )  # fmt: skip
        return
    refused = {**file.note, "step": Step.REFUSED, "trouble": trouble}
    waiting.note(name=name, was=file.note, becomes=refused)


def _imported(tenant: TenantInfo, file: Waiting, content: bytes, now: datetime) -> dict[str, Any]:
    company = Company.objects.get(code=file.note["company"])
    today = tenant.date_of(now)
    read = recognise.read(content, profile=PROFILES.get(file.note["profile"]))
    statements = importing.checked(read, company=company, currency=file.note["currency"])
    counted = importing.store(
        statements, company=company, file_name=file.name, now=now, today=today
    )
    manner = Manner(tenant.file.payments.reference_alone, now, today)
    lines = BankLine.objects.filter(file_name=file.name)
    placing.place_open(lines=placing.unplaced().filter(file_name=file.name), manner=manner)
    new = lines.count()
    return {
        "lines": counted.lines,
        "new": new,
        "known": max(counted.lines - new - counted.elsewhere - counted.empty, 0),
        "elsewhere": counted.elsewhere,
        "booked": lines.filter(state=LineState.BOOKED, handled_by=placing.BY).count(),
        "statements": bank_gaps.told(statements),
    }


def statements(*, file: Waiting, now: datetime) -> list[dict[str, Any]]:
    """
    Return what the statements of an imported file say, each with `before`: the closing balance in
    minor units that it does not follow, or None (`bank_gaps.before`).
    """
    about = {"step": Step.DONE, "company": file.note["company"]}
    files = waiting.every(kind=FILE, now=now, about=about)
    others = [one for each in files for one in each.note["report"]["statements"]]
    own = file.note["report"]["statements"]
    return [{**one, "before": bank_gaps.before(one, others=others)} for one in own]


def find(*, name: str, now: datetime) -> Waiting:
    """
    Return what is known of a file.

    :raises NotWaiting: if there is none.
    """
    return waiting.find(name=name, kind=FILE, now=now)


def latest(*, now: datetime, limit: int = 50) -> list[Waiting]:
    """
    Return the latest files, the latest first.
    """
    return waiting.every(kind=FILE, now=now)[::-1][:limit]


def take_up_lost(*, tenant: TenantInfo, now: datetime) -> None:
    """
    Finish the files that a lost message or a killed worker left, and place what could not be.
    """
    for file in waiting.every(kind=FILE, now=now, about={"step": Step.READING}):
        if datetime.fromisoformat(file.note["at"]) < now - _LOST_AFTER:
            work_on(tenant=tenant, name=file.name, now=now)
    manner = Manner(tenant.file.payments.reference_alone, now, tenant.date_of(now))
    left = placing.unplaced().filter(imported_at__lt=now - _LOST_AFTER)
    placing.place_open(lines=left, manner=manner)
