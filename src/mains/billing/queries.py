"""What was billed, from the sealed facts."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from mains.billing.models import Bill, BillLine, BillRun, BillState


class FactsTampered(Exception):
    """The facts of a bill no longer match the hash taken when it was issued."""


@dataclass(frozen=True, slots=True)
class PeriodUse:
    """
    What one bill counted of the quantity its lines price most.
    """

    start: date
    quantity: Decimal
    unit: str


def facts(*, bill_id: int) -> dict[str, Any] | None:
    """
    Return the sealed facts of an issued bill, or None where there are none: no such bill, or one
    whose time of retention is over.

    :raises FactsTampered: if they are not what was sealed at issue.
    """
    return _unsealed(Bill.objects.filter(pk=bill_id, state=BillState.ISSUED))


def facts_before(*, bill_id: int) -> dict[str, Any] | None:
    """
    Return the facts of the bill that its account got before this one, or None.

    :raises FactsTampered: if they are not what was sealed at issue.
    """
    bill = Bill.objects.filter(pk=bill_id).first()
    if bill is None:
        return None
    return _unsealed(
        Bill.objects.filter(
            account_id=bill.account_id, state=BillState.ISSUED, period_end__lte=bill.period_start
        ).order_by("-period_end")
    )


def _unsealed(bills: QuerySet[Bill]) -> dict[str, Any] | None:
    row = bills.values_list("number", "facts", "facts_hash", "facts_deleted_at").first()
    if row is None:
        return None
    number, text, digest, deleted_at = row
    if deleted_at is not None and not text:
        return None
    if sha256(text.encode()).hexdigest() != digest:
        raise FactsTampered(number)
    return json.loads(text)


def uses(*, bill_id: int, limit: int = 13) -> list[PeriodUse]:
    """
    Return what the bills of an account up to this one counted, oldest first, in one unit.

    What later bills corrected belongs to the period that they correct. Where a bill has several
    metered lines, the dearest one is followed.
    """
    bill = Bill.objects.defer("facts").filter(pk=bill_id).first()
    if bill is None:
        return []
    issued = Bill.objects.filter(account_id=bill.account_id, state=BillState.ISSUED)
    starts = dict(issued.values_list("pk", "period_start"))
    lines = list(
        BillLine.objects.filter(bill_id__in=starts, unit__in=["kWh", "m3", "GJ", "Gcal"]).order_by(
            "bill_id", "position"
        )
    )
    own = [line for line in lines if line.bill_id == bill_id and line.corrects_date is None]
    if not own:
        return []
    lead = max(own, key=lambda line: line.net)
    used: dict[date, Decimal] = {}
    for line in lines:
        start = line.corrects_date or starts[line.bill_id]
        if line.code == lead.code and start <= bill.period_start:
            used[start] = used.get(start, Decimal(0)) + line.quantity
    return [PeriodUse(start, used[start], lead.unit) for start in sorted(used)[-limit:]]


def is_latest(*, bill_id: int) -> bool:
    """
    Tell whether a bill is the latest one of its account.
    """
    bill = Bill.objects.defer("facts").get(pk=bill_id)
    return not Bill.objects.filter(
        account_id=bill.account_id, state=BillState.ISSUED, period_start__gt=bill.period_start
    ).exists()


@dataclass(frozen=True, slots=True)
class RunRow:
    """
    A bill run with its counts; `held` are accounts without a bill, each with a reason.
    """

    id: int
    company: str
    stage: str
    period_start: date
    period_end: date
    issue_date: date
    due_date: date
    bills: int
    total_minor: int
    currency: str
    estimated: int
    held: list[list[Any]]
    chunks: int
    chunks_done: int
    started_by: str
    approved_by: str


def runs(*, limit: int = 24) -> list[RunRow]:
    """
    Return the latest bill runs, newest period first.
    """
    rows = (
        BillRun.objects.select_related("company")
        .prefetch_related("chunks")
        .order_by("-period_start", "-pk")[:limit]
    )
    return [_run_row(row) for row in rows]


def run(*, run_id: int) -> RunRow | None:
    """
    Return one bill run, or None.
    """
    row = (
        BillRun.objects.select_related("company")
        .prefetch_related("chunks")
        .filter(pk=run_id)
        .first()
    )
    return _run_row(row) if row else None


def _run_row(row: BillRun) -> RunRow:
    chunks = list(row.chunks.all())
    waiting_for = "WAITING" if row.stage == "DRAFT" else "REHEARSED"
    return RunRow(
        id=row.pk,
        company=row.company.name,
        stage=row.stage,
        period_start=row.period_start,
        period_end=row.period_end,
        issue_date=row.issue_date,
        due_date=row.due_date,
        bills=sum(chunk.bills for chunk in chunks),
        total_minor=sum(chunk.total_minor for chunk in chunks),
        currency=row.currency,
        estimated=sum(chunk.estimated for chunk in chunks),
        held=[entry for chunk in chunks for entry in chunk.held],
        chunks=len(chunks),
        chunks_done=sum(chunk.state != waiting_for for chunk in chunks),
        started_by=row.started_by,
        approved_by=row.approved_by,
    )


def unfinished_runs() -> list[int]:
    """
    Return the runs on which work is to be done: drafted, approved, or issued but not all sent.
    """
    return list(
        BillRun.objects.filter(stage__in=["DRAFT", "APPROVED", "ISSUED"])
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def messages_waiting(*, run_id: int) -> bool:
    """
    Tell whether a message about a bill of a run is still in the outbox.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from billing_bill b join notifications_message m"
            " on m.key = 'bill-issued:' || b.id where b.run_id = %s and m.state = 'QUEUED')",
            [run_id],
        )
        return bool(cursor.fetchone()[0])
