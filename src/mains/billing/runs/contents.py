"""What drafts come to as bills: the facts that are sealed at issue, and their hash."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from mains.billing.documents.facts import Identity, common_facts, facts_of
from mains.billing.inputs.chunk_inputs import ChunkInputs
from mains.billing.inputs.contracts import Holder
from mains.billing.models import BillRun
from mains.billing.rules.drafting import Draft
from mains.billing.rules.hashing import account_hash, blocked_hash


class Content(NamedTuple):
    """
    The facts of an account's bill, still without number and reference, and the account's hash.

    A blocked account has no facts; its hash is that of the reason.
    """

    facts: dict[str, Any] | None
    hash: str


def contents_of(
    *, drafts: Sequence[Draft], inputs: ChunkInputs, run: BillRun, collection_days: int
) -> dict[int, Content]:
    """
    Return the content of each draft, by account; `run` with its company.
    """
    common = common_facts(inputs=inputs, run=run, company=run.company)
    return {
        draft.account_id: _content(draft, inputs, run, common, collection_days) for draft in drafts
    }


def _content(
    draft: Draft, inputs: ChunkInputs, run: BillRun, common: dict[str, Any], collection_days: int
) -> Content:
    if draft.hold is not None:
        return Content(None, blocked_hash(hold=draft.hold.value, explanation=draft.explanation))
    holder = inputs.holders[draft.account_id]
    facts = facts_of(
        draft=draft,
        identity=Identity("", "", collection_date(run=run, holder=holder, days=collection_days)),
        inputs=inputs,
        common=common,
    )
    return Content(facts, account_hash(facts, delivery_email=holder.delivery_email))


def collection_date(*, run: BillRun, holder: Holder, days: int) -> date | None:
    """
    Return the day on which a bill of a run is collected under a mandate, or None without one.
    """
    return run.issue_date + timedelta(days=days) if holder.has_mandate else None
