"""Issue a run: exactly what was rehearsed and approved, account by account, or nothing for it."""

from collections.abc import Sequence
from datetime import datetime

from mains.billing.actions import Policy, WrongStage
from mains.billing.models import BillRun, BillRunChunk, ChunkState, RunStage
from mains.billing.rules import outcomes as rules
from mains.billing.rules.drafting import Draft
from mains.billing.rules.outcomes import FINAL, AccountState
from mains.billing.runs import chunks, writing
from mains.billing.runs.contents import contents_of
from mains.core.collecting import uncollected
from mains.core.transactions import inside_transaction, owns_transaction
from mains.ledger import actions as ledger
from mains.ledger.models import LedgerAccountKind

_DONE = {RunStage.ISSUED, RunStage.SENT}


@uncollected()
@owns_transaction
def issue_next(*, run_id: int, policy: Policy, now: datetime) -> bool:
    """
    Issue the next rehearsed chunk in one transaction, and tell whether there was one.

    Each account is drafted again. Where that gives another hash than was approved, the account gets
    no bill and is marked as changed; the others do not wait for it. A paused run has no next chunk.

    :raises WrongStage: if the run was not approved.
    """
    chunk = chunks.claim(run_id=run_id, state=ChunkState.REHEARSED)
    # Only now: whoever cancels or withdraws a run locks its chunks as well.
    run = BillRun.objects.get(pk=run_id)
    if run.stage in _DONE or (run.stage == RunStage.APPROVED and run.paused_at is not None):
        return False
    if run.stage != RunStage.APPROVED:
        raise WrongStage(run.stage)
    if chunk is None:
        _advance(run_id, now)
        return False
    _issue(chunk, policy, now)
    return True


@inside_transaction
def _issue(chunk: BillRunChunk, policy: Policy, now: datetime) -> None:
    run, known = chunk.run, chunks.outcomes_of(chunk)
    # Held and blocked accounts are drafted along, because they were at the rehearsal as well.
    inputs, drafts = chunks.draft(
        chunk=chunk,
        account_ids=[one.account_id for one in known if one.state not in FINAL],
        policy=policy,
        until=chunk.cutoff_at if policy.plans.late_on_next_bill else None,
    )
    contents = contents_of(
        drafts=drafts, inputs=inputs, run=run, collection_days=policy.collection_days
    )
    hashes = {account_id: content.hash for account_id, content in contents.items()}
    outcomes = rules.compared(known, hashes)
    going = {
        now_.account_id
        for before, now_ in zip(known, outcomes, strict=True)
        if before.state != now_.state == AccountState.ISSUED
    }
    issued = [draft for draft in drafts if draft.account_id in going]
    ledger.refuse_closed_month(company_id=run.company_id, effective_date=run.issue_date)
    writing.write(
        writing=writing.Writing(
            run=run,
            company=run.company,
            series=policy.series,
            collection_days=policy.collection_days,
            site=policy.site,
            books=_books(run=run, drafts=issued),
            now=now,
        ),
        inputs=inputs,
        drafts=issued,
        contents=contents,
    )
    rehearsed = chunk.content_hash
    chunks.keep(chunk, outcomes)
    assert chunk.content_hash == rehearsed
    chunk.state = ChunkState.ISSUED
    chunk.save(update_fields=[*chunks.STORED, "state"])


@inside_transaction
def _advance(run_id: int, now: datetime) -> None:
    """
    Move a run on once its last chunk is issued; while others still work on theirs, leave it.
    """
    run = chunks.locked_run(run_id=run_id)
    if run.stage != RunStage.APPROVED or run.chunks.exclude(state=ChunkState.ISSUED).exists():
        return
    run.stage, run.issued_at = RunStage.ISSUED, now
    run.save(update_fields=["stage", "issued_at"])


@owns_transaction
def finish(*, run_id: int) -> int:
    """
    Finish an issued run without its remaining accounts, and return how many got no bill by it.

    Finishing again changes nothing.

    :raises WrongStage: if the run is not issued.
    :raises BillRun.DoesNotExist: if there is none.
    """
    run = chunks.locked_run(run_id=run_id)
    if run.stage not in _DONE:
        raise WrongStage(run.stage)
    count = 0
    for chunk in chunks.locked_chunks(run):
        outcomes, left = rules.left(chunks.outcomes_of(chunk))
        if left:
            chunks.keep(chunk, outcomes)
            chunk.save(update_fields=list(chunks.STORED))
        count += left
    return count


@inside_transaction
def _books(*, run: BillRun, drafts: Sequence[Draft]) -> dict[str, int]:
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
