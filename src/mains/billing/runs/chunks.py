"""The chunks of a run: who works on which, what they are drafted from, and what is kept of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from mains.billing.actions import Policy
from mains.billing.inputs import chunk_inputs as reading
from mains.billing.models import BillRun, BillRunChunk, ChunkState
from mains.billing.rules.drafting import Draft
from mains.billing.rules.hashing import whole_hash
from mains.billing.rules.outcomes import AccountState, Outcome, sums_of, worst_of
from mains.core.calendars import Period
from mains.core.transactions import inside_transaction

STORED = ("outcomes", "summary", "content_hash", "bills", "estimated", "total_minor")


@inside_transaction
def claim(*, run_id: int, state: ChunkState) -> BillRunChunk | None:
    """
    Lock the next chunk in a state that nobody else works on, or return None.
    """
    return (
        BillRunChunk.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("run__company")
        .filter(run_id=run_id, state=state)
        .order_by("position")
        .first()
    )


@inside_transaction
def locked_run(*, run_id: int) -> BillRun:
    """
    Lock a run against other steps of it, but not against workers who write bills of it.

    Whoever locks chunks as well locks the run first.

    :raises BillRun.DoesNotExist: if there is none.
    """
    return BillRun.objects.select_for_update(no_key=True).get(pk=run_id)


@inside_transaction
def locked_chunks(run: BillRun) -> list[BillRunChunk]:
    """
    Lock all chunks of a run, after whoever works on them is done.
    """
    return list(run.chunks.select_for_update().order_by("position"))


def draft(
    *, chunk: BillRunChunk, account_ids: Sequence[int], policy: Policy, until: datetime | None
) -> tuple[reading.ChunkInputs, list[Draft]]:
    """
    Draft the bills of accounts of a chunk from what was read until an instant, if there is one.
    """
    _look_up_by_index()
    inputs = reading.read(
        run=chunk.run,
        account_ids=account_ids,
        line_rounding=policy.line_rounding,
        plans=policy.plans,
        parts=parts_of(chunk),
        received_until=until,
    )
    drafts = reading.drafts(inputs=inputs, account_ids=account_ids, currency=chunk.run.currency)
    return inputs, drafts


@inside_transaction
def _look_up_by_index() -> None:
    """
    Let this transaction find a chunk's few rows by index, however large the tables are.

    PostgreSQL takes a random page for four times as dear as the next one, as on a turning disk; so
    it would read whole tables for each chunk, and a bill would cost more the more customers a
    utility has.
    """
    with connection.cursor() as cursor:
        cursor.execute("set local random_page_cost = 1.1")


def parts_of(chunk: BillRunChunk) -> dict[int, Period]:
    """
    Return the days that a chunk bills by contract; none, where it is for the run's whole period.
    """
    return {
        contract_id: Period(date.fromisoformat(start), date.fromisoformat(end))
        for contract_id, start, end in chunk.parts
    }


def outcomes_of(chunk: BillRunChunk) -> list[Outcome]:
    """
    Return what became of the accounts of a chunk so far.
    """
    return [Outcome._make(row) for row in chunk.outcomes]


def keep(chunk: BillRunChunk, outcomes: Sequence[Outcome]) -> None:
    """
    Put outcomes into a chunk with their sums; the caller saves the fields that `STORED` names.
    """
    billed = [one for one in outcomes if one.state in {AccountState.READY, AccountState.ISSUED}]
    chunk.outcomes = [list(one) for one in outcomes]
    chunk.summary = _summary(outcomes)
    chunk.content_hash = whole_hash((one.account_id, one.hash) for one in outcomes)
    chunk.bills = len(billed)
    chunk.estimated = sum(one.is_estimated for one in billed)
    chunk.total_minor = sum(one.total_minor or 0 for one in billed)


def _summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "buckets": {
            bucket: [
                one.states, one.total_minor, one.before_minor, one.after_minor, one.causes,
            ]
            for bucket, one in sums_of(outcomes).items()
        },
        "worst": [list(one) for one in worst_of(outcomes)],
    }  # fmt: skip
