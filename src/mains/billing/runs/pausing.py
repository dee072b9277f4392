"""Pause a run, go on with it, or cancel it before anything is issued."""

from datetime import datetime

from mains.audit import actions as audit
from mains.billing import jobs
from mains.billing.actions import WrongStage
from mains.billing.models import RunStage
from mains.billing.runs import chunks
from mains.core.transactions import owns_transaction

# While it is rehearsed, and while it is issued.
WORKED_ON = frozenset({RunStage.DRAFT, RunStage.APPROVED})


class BillsIssued(Exception):
    """Bills of this run are issued, so it cannot be cancelled."""


@owns_transaction
def pause(*, run_id: int, actor: str, now: datetime) -> None:
    """
    Let workers stop after the chunk that they are at; a paused run stays paused.

    :raises WrongStage: if the run is neither rehearsed nor issued at the moment.
    :raises BillRun.DoesNotExist: if there is none.
    """
    run = chunks.locked_run(run_id=run_id)
    if run.stage not in WORKED_ON:
        raise WrongStage(run.stage)
    if run.paused_at is not None:
        return
    run.paused_at = now
    run.save(update_fields=["paused_at"])
    _audit("bill_run.paused", run_id, actor=actor, now=now)


@owns_transaction
def resume(*, run_id: int, actor: str, now: datetime) -> None:
    """
    Let a worker go on with a paused run; any other run stays as it is.

    :raises BillRun.DoesNotExist: if there is none.
    """
    run = chunks.locked_run(run_id=run_id)
    if run.paused_at is None or run.stage not in WORKED_ON:
        return
    run.paused_at = None
    run.save(update_fields=["paused_at"])
    _audit("bill_run.resumed", run_id, actor=actor, now=now)
    jobs.WORK_ON_RUN.send_after_commit(run_id=run_id)


@owns_transaction
def cancel(*, run_id: int, actor: str, now: datetime) -> None:
    """
    Cancel a run of which nothing is issued: its days are free again, and what it was stays to see.

    Cancelling again changes nothing.

    :raises BillsIssued: if a bill of it is issued.
    :raises BillRun.DoesNotExist: if there is none.
    """
    run = chunks.locked_run(run_id=run_id)
    if run.stage == RunStage.CANCELLED:
        return
    # A worker may be at a chunk: wait for it, and whoever comes next finds the run cancelled.
    chunks.locked_chunks(run)
    if run.bills.exists():
        raise BillsIssued(run_id)
    run.stage, run.cancelled_at, run.paused_at = RunStage.CANCELLED, now, None
    run.save(update_fields=["stage", "cancelled_at", "paused_at"])
    _audit("bill_run.cancelled", run_id, actor=actor, now=now)


def _audit(action: str, run_id: int, *, actor: str, now: datetime) -> None:
    audit.record(action=action, subject=f"bill_run:{run_id}", actor=actor, now=now)
