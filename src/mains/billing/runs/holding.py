"""Hold accounts of a rehearsed run back, and release them: by bucket, or one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mains.audit import actions as audit
from mains.audit.rules.chain import without_addresses
from mains.billing.actions import WrongStage
from mains.billing.models import BillRun, BillRunChunk, RunStage
from mains.billing.rules import outcomes as rules
from mains.billing.rules.outcomes import Outcome
from mains.billing.runs import chunks
from mains.core.transactions import inside_transaction, owns_transaction

type Move = Callable[[Sequence[Outcome]], tuple[list[Outcome], int]]

# As long as a reason may be.
REASON = 120


class ReasonMissing(Exception):
    """Whoever holds bills back says why."""


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Accounts of a run: all of a bucket, or those with certain ids.
    """

    bucket: str = ""
    account_ids: frozenset[int] = frozenset()

    def has(self, outcome: Outcome) -> bool:
        """
        Tell whether an account is among them.
        """
        if self.bucket:
            return outcome.bucket == self.bucket
        return outcome.account_id in self.account_ids


@owns_transaction
def hold(*, run_id: int, selection: Selection, reason: str, actor: str, now: datetime) -> int:
    """
    Hold back the selected accounts that would be billed, and return how many these are.

    They get no bill until they are released; the others do not wait for them. Accounts that are
    held already keep their reason, so holding twice changes nothing.

    :raises ReasonMissing: if no reason is given.
    :raises WrongStage: if the run is not rehearsed, or approved already.
    :raises BillRun.DoesNotExist: if there is none.
    """
    words = without_addresses(reason)[:REASON]
    if not words:
        raise ReasonMissing(run_id)
    count = _move(
        run_id, selection, lambda known: rules.held(known, chosen=selection.has, reason=words)
    )
    _audit("bill_run.accounts_held", run_id, selection, words, count, actor=actor, now=now)
    return count


@owns_transaction
def release(
    *, run_id: int, selection: Selection, reason: str = "", actor: str, now: datetime
) -> int:
    """
    Release the selected accounts that are held, and return how many these are; again none.

    :raises WrongStage: if the run is not rehearsed, or approved already.
    :raises BillRun.DoesNotExist: if there is none.
    """
    words = without_addresses(reason)[:REASON]
    count = _move(run_id, selection, lambda known: rules.released(known, chosen=selection.has))
    _audit("bill_run.accounts_released", run_id, selection, words, count, actor=actor, now=now)
    return count


@inside_transaction
def _move(run_id: int, selection: Selection, move: Move) -> int:
    run = chunks.locked_run(run_id=run_id)
    if run.stage != RunStage.REHEARSED:
        raise WrongStage(run.stage)
    count = 0
    for chunk in _chunks_with(run, selection):
        outcomes, moved = move(chunks.outcomes_of(chunk))
        if moved:
            chunks.keep(chunk, outcomes)
            chunk.save(update_fields=list(chunks.STORED))
        count += moved
    return count


def _chunks_with(run: BillRun, selection: Selection) -> Sequence[BillRunChunk]:
    chosen = run.chunks.select_for_update().order_by("position")
    if selection.bucket:
        return list(chosen.filter(summary__buckets__has_key=selection.bucket))
    return list(chosen.filter(account_ids__overlap=sorted(selection.account_ids)))


@inside_transaction
def _audit(
    action: str,
    run_id: int,
    selection: Selection,
    reason: str,
    count: int,
    *,
    actor: str,
    now: datetime,
) -> None:
    if not count:
        return
    one = next(iter(selection.account_ids)) if len(selection.account_ids) == 1 else None
    audit.record(
        action=action,
        subject=f"bill_run:{run_id}",
        actor=actor,
        detail={
            "accounts": count,
            "bucket": selection.bucket or None,
            "account": one,
            "reason": reason,
        },
        now=now,
    )
