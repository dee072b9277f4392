"""Where bill runs stand: what they would bill, by bucket and by account."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F, Func, IntegerField, Prefetch, QuerySet

from mains.billing.models import BillRun, BillRunChunk, ChunkState, RunStage
from mains.billing.rules.hashing import whole_hash
from mains.billing.rules.outcomes import (
    REMAINING,
    WORST,
    AccountState,
    BucketSum,
    Outcome,
    worst_of,
)


@dataclass(frozen=True, slots=True)
class RunRow:
    """
    A bill run with its counts; `held` are accounts without a bill, each with a reason.

    `accounts_done` counts those that the step at hand is done with: rehearsed, or issued.
    `content_hash` is that of everything that was rehearsed, empty until all of it is.
    """

    id: int
    company: str
    kind: str
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
    accounts: int = 0
    accounts_done: int = 0
    content_hash: str = ""
    paused_at: datetime | None = None
    issued_at: datetime | None = None
    snapshot_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Buckets:
    """
    What a run comes to by bucket, and its accounts with the largest differences.
    """

    sums: dict[str, BucketSum]
    worst: list[Outcome]
    all: BucketSum = field(default_factory=BucketSum)

    def count(self, *states: str) -> int:
        """
        Return how many accounts of the run stand in one of some states.
        """
        return self.all.count(*states)

    @property
    def remaining(self) -> int:
        """
        Return how many accounts got no bill and could be taken up.
        """
        return self.count(*REMAINING)


def runs(*, limit: int = 24) -> list[RunRow]:
    """
    Return the latest bill runs, newest period first.
    """
    return [_run_row(row) for row in _rows().order_by("-period_start", "-pk")[:limit]]


def run(*, run_id: int) -> RunRow | None:
    """
    Return one bill run, or None.
    """
    row = _rows().filter(pk=run_id).first()
    return _run_row(row) if row else None


def _rows() -> QuerySet[BillRun]:
    return BillRun.objects.select_related("company").prefetch_related(
        Prefetch("chunks", queryset=_chunks())
    )


def _chunks() -> QuerySet[BillRunChunk]:
    # Of a run with a hundred thousand accounts only what its rows show.
    return BillRunChunk.objects.defer("account_ids", "outcomes", "summary").annotate(
        accounts=Func(F("account_ids"), function="cardinality", output_field=IntegerField())
    )


def _run_row(row: BillRun) -> RunRow:
    chunks: list[Any] = list(row.chunks.all())
    waiting_for = ChunkState.WAITING if row.stage == RunStage.DRAFT else ChunkState.REHEARSED
    done = [chunk for chunk in chunks if chunk.state != waiting_for]
    return RunRow(
        id=row.pk,
        company=row.company.name,
        kind=row.kind,
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
        chunks_done=len(done),
        started_by=row.started_by,
        approved_by=row.approved_by,
        accounts=sum(chunk.accounts for chunk in chunks),
        accounts_done=sum(chunk.accounts for chunk in done),
        content_hash=_hash(chunks),
        paused_at=row.paused_at,
        issued_at=row.issued_at,
        snapshot_at=row.snapshot_at,
    )


def _hash(chunks: Sequence[BillRunChunk]) -> str:
    hashes = [(chunk.position, chunk.content_hash) for chunk in chunks]
    return whole_hash(hashes) if all(digest for _position, digest in hashes) else ""


def buckets(*, run_id: int) -> Buckets:
    """
    Return what the rehearsed accounts of a run come to by bucket, from the sums of its chunks.
    """
    sums: dict[str, BucketSum] = {}
    worst: list[Outcome] = []
    whole = BucketSum()
    for summary in (
        BillRunChunk.objects.filter(run_id=run_id)
        .order_by("position")
        .values_list("summary", flat=True)
    ):
        for bucket, row in summary.get("buckets", {}).items():
            one = BucketSum(*row)
            sums.setdefault(bucket, BucketSum()).add(one)
            whole.add(one)
        worst = worst_of([*worst, *(Outcome._make(row) for row in summary.get("worst", ()))])
    return Buckets(sums, worst[:WORST], whole)


def accounts_in(
    *, run_id: int, bucket: str = "", state: str = "", first: int = 0, limit: int = 50
) -> list[Outcome]:
    """
    Return accounts of a run in the order of its chunks, of a bucket or state if one is named.

    `first` are left out; no more chunks are read than that takes.
    """
    found: list[Outcome] = []
    for chunk in _with(run_id, bucket, state):
        count = _count(chunk.summary, bucket, state)
        if first >= count:
            first -= count
            continue
        chosen = [
            one
            for one in _outcomes(chunk.pk)
            if bucket in {"", one.bucket} and state in {"", one.state}
        ]
        found += chosen[first : first + limit - len(found)]
        first = 0
        if len(found) >= limit:
            break
    return found


def _with(run_id: int, bucket: str, state: str) -> Iterator[BillRunChunk]:
    rows = BillRunChunk.objects.filter(run_id=run_id).only("pk", "summary").order_by("position")
    return (chunk for chunk in rows if _count(chunk.summary, bucket, state))


def _count(summary: dict[str, Any], bucket: str, state: str) -> int:
    sums = [
        BucketSum(*row) for name, row in summary.get("buckets", {}).items() if bucket in {"", name}
    ]
    return sum(one.count(state) if state else one.accounts for one in sums)


def outcome(*, run_id: int, account_id: int) -> Outcome | None:
    """
    Return what became of an account of a run, or None if it is not in it or not rehearsed yet.
    """
    chunk = BillRunChunk.objects.filter(run_id=run_id, account_ids__contains=[account_id]).first()
    rows = (Outcome._make(row) for row in chunk.outcomes) if chunk else ()
    return next((one for one in rows if one.account_id == account_id), None)


def changed_accounts(*, run_id: int) -> list[int]:
    """
    Return the accounts that were refused at issue, because their bills would have differed.
    """
    refused = AccountState.CHANGED.value
    return [one.account_id for one in accounts_in(run_id=run_id, state=refused, limit=1_000_000)]


def unfinished_runs() -> list[int]:
    """
    Return the runs on which work is to be done: drafted, approved, or issued but not all sent.
    """
    return list(
        BillRun.objects.filter(
            stage__in=[RunStage.DRAFT, RunStage.APPROVED, RunStage.ISSUED], paused_at=None
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _outcomes(chunk_id: int) -> Sequence[Outcome]:
    rows = BillRunChunk.objects.values_list("outcomes", flat=True).get(pk=chunk_id)
    return [Outcome._make(row) for row in rows]
