"""
A bill run: start, rehearse, approve, issue. Chunks are rows; anybody may work on the next one.

Doing a step twice changes nothing, a killed worker leaves its chunk to the next one, and a run that
nobody works on waits.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from mains.billing import inputs as reading
from mains.billing import jobs, queries, writing
from mains.billing.models import BillRun, BillRunChunk, ChunkState, RunStage
from mains.billing.rules.drafting import Draft, content_hash
from mains.core.calendars import Period
from mains.core.collecting import uncollected
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Company
from mains.ledger import actions as ledger
from mains.ledger.models import LedgerAccountKind
from mains.tariffs.rules.lines import LineRounding

CHUNK = 1_000


class WrongStage(Exception):
    """The run is not at the stage that this step needs."""


class ContentChanged(Exception):
    """What would be issued differs from what was rehearsed and approved; nothing was issued."""


class SamePerson(Exception):
    """The tenant wants a second person to approve."""


class NobodyToBill(Exception):
    """No contract of the company falls into the period."""


class OverlappingRun(Exception):
    """Another run of the company bills some of the same days."""


@dataclass(frozen=True, slots=True)
class Policy:
    """
    What a tenant decided about its bills.
    """

    series: str
    line_rounding: LineRounding
    due_days: int
    collection_days: int
    second_person_approves: bool
    site: str
    plans: reading.Plans


@owns_transaction
def start_run(
    *,
    company_id: int,
    period: Period,
    issue_date: date,
    currency: str,
    policy: Policy,
    started_by: str,
    now: datetime,
) -> BillRun:
    """
    Start a run over every account of a company with a contract in a period, as chunks.

    Starting the same period again returns the first run.

    :raises OverlappingRun: if another period shares a day with this one.
    :raises NobodyToBill: if there is no such account.
    """
    Company.objects.select_for_update().get(pk=company_id)
    others = BillRun.objects.filter(
        company_id=company_id, period_start__lt=period.end, period_end__gt=period.start
    )
    for other in others:
        if (other.period_start, other.period_end) == (period.start, period.end):
            return other
        raise OverlappingRun(f"{other.period_start} – {other.period_end}")
    ids = _accounts(company_id=company_id, period=period)
    if not ids:
        raise NobodyToBill(f"{period.start} – {period.end}")
    run = BillRun.objects.create(
        company_id=company_id,
        period_start=period.start,
        period_end=period.end,
        issue_date=issue_date,
        due_date=issue_date + timedelta(days=policy.due_days),
        currency=currency,
        started_by=started_by,
        created_at=now,
    )
    BillRunChunk.objects.bulk_create(
        BillRunChunk(run=run, position=position, account_ids=ids[first : first + CHUNK])
        for position, first in enumerate(range(0, len(ids), CHUNK))
    )
    return run


def _accounts(*, company_id: int, period: Period) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct a.id from customers_account a"
            " join customers_contract c on c.account_id = a.id"
            " where a.company_id = %s and c.start_date < %s"
            " and (c.end_date is null or c.end_date > %s) order by a.id",
            [company_id, period.end, period.start],
        )
        return [row[0] for row in cursor.fetchall()]


@uncollected()
@owns_transaction
def rehearse_next(*, run_id: int, policy: Policy) -> bool:
    """
    Rate the next waiting chunk on the path that issues it, and tell whether there was one.
    """
    chunk = _claim(run_id=run_id, state=ChunkState.WAITING)
    if chunk is None:
        _advance(run_id=run_id, done=ChunkState.REHEARSED, stage=RunStage.REHEARSED)
        return False
    _inputs, drafts = _draft(chunk, policy)
    chunk.content_hash = content_hash(drafts)
    chunk.bills = sum(draft.hold is None for draft in drafts)
    chunk.estimated = sum(draft.estimated > 0 for draft in drafts)
    chunk.total_minor = sum(draft.totals.gross.minor for draft in drafts if draft.totals)
    chunk.held = [
        [draft.account_id, str(draft.hold), draft.explanation] for draft in drafts if draft.hold
    ]
    chunk.state = ChunkState.REHEARSED
    chunk.save(update_fields=["content_hash", "bills", "estimated", "total_minor", "held", "state"])
    return True


@owns_transaction
def approve(*, run_id: int, policy: Policy, approved_by: str, now: datetime) -> BillRun:
    """
    Approve a rehearsed run; approving it again changes nothing.

    :raises WrongStage: if it was not rehearsed to the end.
    :raises SamePerson: if a second person has to approve and this is the first.
    """
    run = BillRun.objects.select_for_update().get(pk=run_id)
    if run.stage in {RunStage.APPROVED, RunStage.ISSUED, RunStage.SENT}:
        return run
    if run.stage != RunStage.REHEARSED:
        raise WrongStage(run.stage)
    if policy.second_person_approves and run.started_by == approved_by:
        raise SamePerson(approved_by)
    run.stage, run.approved_by, run.snapshot_at = RunStage.APPROVED, approved_by, now
    run.save(update_fields=["stage", "approved_by", "snapshot_at"])
    jobs.WORK_ON_RUN.send_after_commit(run_id=run.pk)
    return run


@uncollected()
@owns_transaction
def issue_next(*, run_id: int, policy: Policy, now: datetime) -> bool:
    """
    Issue the next rehearsed chunk in one transaction, and tell whether there was one.

    :raises ContentChanged: if its bills would differ from those that were approved.
    :raises WrongStage: if the run was not approved.
    """
    run = BillRun.objects.select_related("company").get(pk=run_id)
    if run.stage in {RunStage.ISSUED, RunStage.SENT}:
        return False
    if run.stage != RunStage.APPROVED:
        raise WrongStage(run.stage)
    chunk = _claim(run_id=run_id, state=ChunkState.REHEARSED)
    if chunk is None:
        _advance(run_id=run_id, done=ChunkState.ISSUED, stage=RunStage.ISSUED, now=now)
        return False
    inputs, drafts = _draft(chunk, policy)
    if content_hash(drafts) != chunk.content_hash:
        raise ContentChanged(f"Chunk {chunk.position} of run {run_id}.")
    ledger.refuse_closed_month(company_id=run.company_id, effective_date=run.issue_date)
    writing.write(
        writing=writing.Writing(
            run=run,
            company=run.company,
            series=policy.series,
            collection_days=policy.collection_days,
            site=policy.site,
            books=_books(run=run, drafts=drafts),
            now=now,
        ),
        inputs=inputs,
        drafts=drafts,
    )
    chunk.state = ChunkState.ISSUED
    chunk.save(update_fields=["state"])
    return True


@owns_transaction
def mark_sent(*, run_id: int, now: datetime) -> bool:
    """
    Move an issued run on once every message of its bills has left; again changes nothing.
    """
    run = BillRun.objects.select_for_update().get(pk=run_id)
    if run.stage != RunStage.ISSUED or queries.messages_waiting(run_id=run_id):
        return False
    run.stage, run.sent_at = RunStage.SENT, now
    run.save(update_fields=["stage", "sent_at"])
    return True


def _draft(chunk: BillRunChunk, policy: Policy) -> tuple[reading.ChunkInputs, list[Draft]]:
    inputs = reading.read(
        run=chunk.run,
        account_ids=chunk.account_ids,
        line_rounding=policy.line_rounding,
        plans=policy.plans,
    )
    drafts = reading.drafts(
        inputs=inputs, account_ids=chunk.account_ids, currency=chunk.run.currency
    )
    return inputs, drafts


@inside_transaction
def _claim(*, run_id: int, state: ChunkState) -> BillRunChunk | None:
    return (
        BillRunChunk.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("run")
        .filter(run_id=run_id, state=state)
        .order_by("position")
        .first()
    )


@inside_transaction
def _advance(
    *, run_id: int, done: ChunkState, stage: RunStage, now: datetime | None = None
) -> None:
    """
    Move a run on once its last chunk is done; while others still work on theirs, leave it.
    """
    run = BillRun.objects.select_for_update().get(pk=run_id)
    if run.chunks.exclude(state=done).exists():
        return
    before = RunStage.DRAFT if stage == RunStage.REHEARSED else RunStage.APPROVED
    if run.stage == before:
        run.stage = stage
        run.issued_at = now
        run.save(update_fields=["stage", "issued_at"])


@inside_transaction
def _books(*, run: BillRun, drafts: list[Draft]) -> dict[str, int]:
    kinds = {(line.service, line.rated.book) for draft in drafts for line in draft.lines}
    rates = {vat.name for draft in drafts if draft.totals for vat in draft.totals.by_rate}
    books = {}
    for service, book in sorted(kinds):
        account = ledger.company_account(
            company=run.company,
            kind=LedgerAccountKind.REVENUE,
            detail=f"{service}:{book}",
            currency=run.currency,
        )
        books[f"revenue:{service}:{book}"] = account.pk
    for rate in sorted(rates):
        account = ledger.company_account(
            company=run.company, kind=LedgerAccountKind.VAT, detail=rate, currency=run.currency
        )
        books[f"vat:{rate}"] = account.pk
    return books
