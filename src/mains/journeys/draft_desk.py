"""One account of a bill run as staff look at it: what it would be billed, beside its last bill."""

import json
from dataclasses import dataclass

from mains.billing.documents.figures import figures_of
from mains.billing.models import Bill, BillRun, BillRunChunk, RunStage
from mains.billing.rules.comparing import Beside, beside
from mains.billing.rules.outcomes import AccountState, Outcome
from mains.billing.runs import chunks, overview
from mains.billing.runs.contents import contents_of
from mains.billing.runs.earlier_bills import earlier_bills
from mains.journeys.bill_run import policy_of
from mains.tenancy.queries import TenantInfo


@dataclass(frozen=True, slots=True)
class DraftView:
    """
    An account of a run: what became of it, and its lines beside those of the bill before.

    `bill_id` is that of the bill it got. `explanation` belongs to the reason of a blocked account.
    `has_changed` tells that it would be refused by now: something differs since the rehearsal.
    """

    run: BillRun
    outcome: Outcome
    lines: tuple[Beside, ...]
    bill_id: int | None
    explanation: str
    has_changed: bool


def view(*, tenant: TenantInfo, run_id: int, account_id: int) -> DraftView | None:
    """
    Return an account of a run, drafted anew unless it is billed; None if it is not rehearsed in it.
    """
    outcome = overview.outcome(run_id=run_id, account_id=account_id)
    chunk = (
        BillRunChunk.objects.select_related("run__company")
        .filter(run_id=run_id, account_ids__contains=[account_id])
        .first()
    )
    if outcome is None or chunk is None:
        return None
    bill = Bill.objects.filter(run_id=run_id, account_id=account_id).first()
    if bill is not None:
        facts, has_changed = json.loads(bill.facts) if bill.facts else None, False
    else:
        facts, has_changed = _drafted(tenant, chunk, outcome)
    earlier = earlier_bills(run=chunk.run, account_ids=[account_id]).get(account_id)
    before = earlier.facts if earlier else None
    return DraftView(
        run=chunk.run,
        outcome=outcome,
        lines=beside(
            before=figures_of(before) if before else None,
            after=figures_of(facts) if facts else None,
        ),
        bill_id=bill.pk if bill else None,
        explanation=next((row[2] for row in chunk.held if row[0] == account_id), ""),
        has_changed=has_changed,
    )


def _drafted(
    tenant: TenantInfo, chunk: BillRunChunk, outcome: Outcome
) -> tuple[dict[str, object] | None, bool]:
    policy = policy_of(tenant=tenant, company_code=chunk.run.company.code)
    inputs, drafts = chunks.draft(
        chunk=chunk,
        account_ids=[outcome.account_id],
        policy=policy,
        until=chunk.cutoff_at if policy.plans.late_on_next_bill else None,
    )
    content = contents_of(
        drafts=drafts, inputs=inputs, run=chunk.run, collection_days=policy.collection_days
    )[outcome.account_id]
    is_waiting = chunk.run.stage in {RunStage.REHEARSED, RunStage.APPROVED}
    compared = outcome.state in {AccountState.READY, AccountState.HELD}
    return content.facts, is_waiting and compared and content.hash != outcome.hash
