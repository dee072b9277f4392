"""Begin a run beside the regular ones: the days of contracts are its own, chunk by chunk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mains.billing.actions import Policy
from mains.billing.models import Bill, BillRun, BillRunChunk, RunKind
from mains.billing.runs import snapshots
from mains.core.calendars import Period
from mains.core.transactions import inside_transaction

# A contract with the first of its days and the first that is not, as a chunk keeps them.
type Part = list[object]


def part_of(contract_id: int, days: Period) -> Part:
    """
    Return the days of a contract as a chunk keeps them.
    """
    return [contract_id, days.start.isoformat(), days.end.isoformat()]


@dataclass(frozen=True, slots=True)
class Start:
    """
    Who starts a run, on which day and at which instant, and what the utility decided about bills.
    """

    today: date
    policy: Policy
    started_by: str
    now: datetime


@inside_transaction
def begin_apart(
    *,
    kind: RunKind,
    company_id: int,
    period: Period,
    currency: str,
    chunks: Sequence[tuple[Sequence[int], Sequence[Part]]],
    start: Start,
    corrects: Bill | None = None,
) -> BillRun:
    """
    Make a run dated today with its chunks, each of account ids and the parts that it bills.
    """
    snapshots.lock(company_id=company_id)
    run = BillRun.objects.create(
        company_id=company_id,
        kind=kind,
        corrects=corrects,
        period_start=period.start,
        period_end=period.end,
        issue_date=start.today,
        due_date=start.today + timedelta(days=start.policy.due_days),
        currency=currency,
        started_by=start.started_by,
        created_at=start.now,
        snapshot_at=start.now,
    )
    BillRunChunk.objects.bulk_create(
        BillRunChunk(run=run, position=position, account_ids=list(ids), parts=list(parts))
        for position, (ids, parts) in enumerate(chunks)
    )
    return run
