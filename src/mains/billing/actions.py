"""
A bill run: start, approve, sent. Chunks are rows; anybody may work on the next one.

`rehearsing` and `issuing` work on chunks, `holding` keeps accounts back, `pausing` stops a run.
Doing a step twice changes nothing, a killed worker leaves its chunk to the next one, and a run that
nobody works on waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from mains.billing import jobs, queries
from mains.billing.inputs.plans import Plans
from mains.billing.models import BillRun, BillRunChunk, RunKind, RunStage
from mains.core.calendars import Period
from mains.core.transactions import owns_transaction
from mains.customers.models import Company
from mains.tariffs.rules.lines import LineRounding

CHUNK = 1_000


class WrongStage(Exception):
    """The run is not at the stage that this step needs."""


class ContentChanged(Exception):
    """
    Bills would differ from what was rehearsed and approved, so these `accounts` (numbers) got none.

    All others were issued.
    """

    def __init__(self, accounts: Sequence[str]) -> None:
        named = ", ".join(accounts[:20])
        more = f" and {len(accounts) - 20} more" if len(accounts) > 20 else ""
        super().__init__(f"{named}{more}")
        self.accounts = tuple(accounts)


class Paused(Exception):
    """The run is paused; it goes on once it is resumed."""


class SamePerson(Exception):
    """The tenant wants a second person to approve."""


class NobodyToBill(Exception):
    """No contract of the company falls into the period."""


class OverlappingRun(Exception):
    """
    Another run of the company bills some of the same days; its own are the `period`.
    """

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period.start} – {period.end}")
        self.period = period


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
    plans: Plans


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

    Starting the same period again returns the first run; one that was cancelled is over.

    :raises OverlappingRun: if another period shares a day with this one.
    :raises NobodyToBill: if there is no such account.
    """
    Company.objects.select_for_update().get(pk=company_id)
    others = BillRun.objects.filter(
        company_id=company_id,
        kind=RunKind.REGULAR,
        period_start__lt=period.end,
        period_end__gt=period.start,
    ).exclude(stage=RunStage.CANCELLED)
    for other in others:
        if (other.period_start, other.period_end) == (period.start, period.end):
            return other
        raise OverlappingRun(Period(other.period_start, other.period_end))
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
        snapshot_at=now,
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


@owns_transaction
def approve(*, run_id: int, policy: Policy, approved_by: str) -> BillRun:
    """
    Approve a rehearsed run; approving it again changes nothing.

    :raises WrongStage: if it was not rehearsed to the end.
    :raises SamePerson: if a second person has to approve and this is the first.
    """
    run = BillRun.objects.select_for_update(no_key=True).get(pk=run_id)
    if run.stage in {RunStage.APPROVED, RunStage.ISSUED, RunStage.SENT}:
        return run
    if run.stage != RunStage.REHEARSED:
        raise WrongStage(run.stage)
    if policy.second_person_approves and run.started_by == approved_by:
        raise SamePerson(approved_by)
    run.stage, run.approved_by = RunStage.APPROVED, approved_by
    run.save(update_fields=["stage", "approved_by"])
    jobs.WORK_ON_RUN.send_after_commit(run_id=run.pk)
    return run


@owns_transaction
def mark_sent(*, run_id: int, now: datetime) -> bool:
    """
    Move an issued run on once every message of its bills has left; again changes nothing.
    """
    run = BillRun.objects.select_for_update(no_key=True).get(pk=run_id)
    if run.stage != RunStage.ISSUED or queries.messages_waiting(run_id=run_id):
        return False
    run.stage, run.sent_at = RunStage.SENT, now
    run.save(update_fields=["stage", "sent_at"])
    return True
