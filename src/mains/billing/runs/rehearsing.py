"""Rehearse a run: rate it on the path that issues it, and set it beside the bills before."""

from collections.abc import Sequence
from datetime import date, datetime

from mains.billing.actions import Policy, WrongStage
from mains.billing.documents.figures import figures_of
from mains.billing.models import BillRun, BillRunChunk, ChunkState, RunStage
from mains.billing.rules import comparing
from mains.billing.rules.comparing import bucket_of, causes_of
from mains.billing.rules.drafting import Draft
from mains.billing.rules.outcomes import FINAL, AccountState, Outcome
from mains.billing.runs import chunks, snapshots
from mains.billing.runs.contents import Content, contents_of
from mains.billing.runs.earlier_bills import EarlierBills, earlier_bills
from mains.core.collecting import uncollected
from mains.core.transactions import inside_transaction, owns_transaction


class AlreadyIssuing(Exception):
    """The bills of this run are issued; what remains of it can be taken up."""


@uncollected()
@owns_transaction
def rehearse_next(*, run_id: int, policy: Policy, now: datetime) -> bool:
    """
    Rate the next waiting chunk on the path that issues it, and tell whether there was one.

    A run that is paused or past its rehearsal has none. Accounts that staff hold stay held.
    """
    chunk = chunks.claim(run_id=run_id, state=ChunkState.WAITING)
    run = BillRun.objects.get(pk=run_id)
    if run.stage != RunStage.DRAFT or run.paused_at is not None:
        return False
    if chunk is None:
        _advance(run_id)
        return False
    _rehearse(chunk, policy, now)
    return True


@inside_transaction
def _rehearse(chunk: BillRunChunk, policy: Policy, now: datetime) -> None:
    known = {one.account_id: one for one in chunks.outcomes_of(chunk)}
    final = {account_id for account_id, one in known.items() if one.state in FINAL}
    ids = [account_id for account_id in chunk.account_ids if account_id not in final]
    inputs, drafts = chunks.draft(
        chunk=chunk,
        account_ids=ids,
        policy=policy,
        until=now if policy.plans.late_on_next_bill else None,
    )
    contents = contents_of(
        drafts=drafts, inputs=inputs, run=chunk.run, collection_days=policy.collection_days
    )
    earlier = earlier_bills(run=chunk.run, account_ids=ids)
    found = {
        draft.account_id: _outcome(
            draft,
            contents[draft.account_id],
            earlier.get(draft.account_id, EarlierBills()),
            known.get(draft.account_id),
        )
        for draft in drafts
    }
    everybody = [found.get(account_id) or known[account_id] for account_id in chunk.account_ids]
    chunks.keep(chunk, everybody)
    chunk.held = [
        [draft.account_id, str(draft.hold), draft.explanation] for draft in drafts if draft.hold
    ]
    chunk.cutoff_at, chunk.state = now, ChunkState.REHEARSED
    chunk.save(update_fields=[*chunks.STORED, "held", "cutoff_at", "state"])


def _outcome(
    draft: Draft, content: Content, earlier: EarlierBills, known: Outcome | None
) -> Outcome:
    state, reason = AccountState.READY, ""
    if draft.hold is not None:
        state, reason = AccountState.BLOCKED, draft.hold.value
    elif known is not None and known.state == AccountState.HELD:
        state, reason = AccountState.HELD, known.reason
    outcome = Outcome(
        account_id=draft.account_id,
        hash=content.hash,
        total_minor=draft.totals.gross.minor if draft.totals else None,
        previous_minor=earlier.previous_minor,
        last_year_minor=earlier.last_year_minor,
        bucket=comparing.error(reason),
        causes=(),
        state=state.value,
        reason=reason,
        is_estimated=draft.estimated > 0,
    )
    return outcome if draft.hold is not None else _compared(outcome, content, earlier)


def _compared(outcome: Outcome, content: Content, earlier: EarlierBills) -> Outcome:
    causes: Sequence[tuple[str, int]] = ()
    difference = None if outcome.before_minor is None else outcome.difference_minor
    # Only where something differs: most of a month's cost would be to find out that nothing did.
    if difference and earlier.facts and content.facts:
        causes = causes_of(before=figures_of(earlier.facts), after=figures_of(content.facts))
    bucket = bucket_of(difference=difference, causes=causes)
    return outcome._replace(bucket=str(bucket), causes=causes)


@inside_transaction
def _advance(run_id: int) -> None:
    """
    Move a run on once its last chunk is rehearsed; while others still work on theirs, leave it.
    """
    run = chunks.locked_run(run_id=run_id)
    if run.stage != RunStage.DRAFT or run.chunks.filter(state=ChunkState.WAITING).exists():
        return
    run.stage = RunStage.REHEARSED
    run.save(update_fields=["stage"])


@owns_transaction
def withdraw(*, run_id: int) -> None:
    """
    Make a run a draft again, so that it can be rehearsed anew; a draft stays as it is.

    An approval is taken back by it. Bills that were issued stay, and accounts that staff hold too.

    :raises AlreadyIssuing: if its bills are issued.
    :raises WrongStage: if it was cancelled.
    :raises BillRun.DoesNotExist: if there is none.
    """
    run = chunks.locked_run(run_id=run_id)
    if run.stage in {RunStage.ISSUED, RunStage.SENT}:
        raise AlreadyIssuing(run_id)
    if run.stage == RunStage.CANCELLED:
        raise WrongStage(run.stage)
    for chunk in chunks.locked_chunks(run):
        if chunk.state == ChunkState.REHEARSED:
            _wait_again(chunk)
    run.stage, run.approved_by, run.paused_at = RunStage.DRAFT, "", None
    run.save(update_fields=["stage", "approved_by", "paused_at"])


@owns_transaction
def take_up(
    *,
    run_id: int,
    issue_date: date,
    due_date: date,
    taken_up_by: str,
    now: datetime,
) -> int:
    """
    Make the remaining accounts of an issued run drafts again, and return how many there are.

    They are rehearsed, compared and approved anew, and issued in the same run on another date.
    Taking up again what is taken up changes nothing, and neither does a run without remaining ones.

    :raises WrongStage: if the run was never issued, or was cancelled.
    :raises BillRun.DoesNotExist: if there is none.
    """
    run = chunks.locked_run(run_id=run_id)
    everything = chunks.locked_chunks(run)
    remaining = {chunk.pk: _remaining(chunk) for chunk in everything}
    count = sum(remaining.values())
    if run.stage not in {RunStage.ISSUED, RunStage.SENT}:
        if run.stage == RunStage.CANCELLED or run.issued_at is None:
            raise WrongStage(run.stage)
        return count
    if not count:
        return 0
    snapshots.lock(company_id=run.company_id)
    for chunk in everything:
        if remaining[chunk.pk]:
            _wait_again(chunk)
    run.stage, run.approved_by, run.snapshot_at = RunStage.DRAFT, "", now
    run.issue_date, run.due_date, run.started_by = issue_date, due_date, taken_up_by
    run.save(
        update_fields=[
            "stage", "approved_by", "snapshot_at", "issue_date", "due_date", "started_by",
        ]
    )  # fmt: skip
    return count


def _remaining(chunk: BillRunChunk) -> int:
    return sum(one.state not in FINAL for one in chunks.outcomes_of(chunk))


def _wait_again(chunk: BillRunChunk) -> None:
    """
    Let a chunk wait, with what it billed so far; until it is rehearsed it would bill nothing more.
    """
    issued = [one for one in chunks.outcomes_of(chunk) if one.state == AccountState.ISSUED]
    chunk.state, chunk.held, chunk.content_hash = ChunkState.WAITING, [], ""
    chunk.bills = len(issued)
    chunk.estimated = sum(one.is_estimated for one in issued)
    chunk.total_minor = sum(one.total_minor or 0 for one in issued)
    chunk.save(update_fields=["state", "held", "content_hash", "bills", "estimated", "total_minor"])
