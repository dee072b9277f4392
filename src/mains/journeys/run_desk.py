"""Take a bill run from the console through its stages; each step may be sent twice."""

from datetime import date, datetime

from mains.billing import actions as billing
from mains.billing import jobs
from mains.billing.models import BillRun, RunKind, RunStage
from mains.billing.runs import holding, issuing, pausing, rehearsing
from mains.billing.runs.holding import Selection
from mains.billing.runs.rehearsing import AlreadyIssuing
from mains.core.calendars import Period
from mains.customers.models import Company
from mains.journeys import bill_run
from mains.tenancy.queries import TenantInfo

# A request works on a run of this many chunks itself; a larger one is a worker's.
CHUNKS_AT_ONCE = 2

__all__ = ["AlreadyIssuing"]


class UnknownCompany(Exception):
    """The tenant has no company with this code."""


class UnknownRun(Exception):
    """The tenant has no bill run with this id."""


def start(
    *, tenant: TenantInfo, company_code: str, period: Period, started_by: str, now: datetime
) -> int:
    """
    Start a run, rehearse it or have a worker do it, and return its id; again the same run.

    :raises UnknownCompany: if there is no such company.
    :raises billing.NobodyToBill: if no contract falls into the period.
    :raises billing.OverlappingRun: if another run bills some of the same days.
    """
    company = Company.objects.filter(code=company_code).first()
    if company is None:
        raise UnknownCompany(company_code)
    run = bill_run.start(
        tenant=tenant, company=company, period=period, started_by=started_by, now=now
    )
    rehearse(tenant=tenant, run_id=run.pk)
    return run.pk


def start_apart(
    *,
    tenant: TenantInfo,
    kind: RunKind,
    account_id: int,
    until: date,
    started_by: str,
    actor: str,
    now: datetime,
) -> int:
    """
    Start a final or interim bill of an account up to, not including, a day; return its run's id.

    It is rehearsed at once, and approved and issued like any run. Again returns the same run.

    :raises apart.NothingLeft: if all of these days are billed.
    :raises apart.DayNotPast: if the day is not over.
    :raises Account.DoesNotExist: if there is no such account.
    """
    run = bill_run.start_apart(
        tenant=tenant,
        kind=kind,
        account_id=account_id,
        until=until,
        started_by=started_by,
        actor=actor,
        now=now,
    )
    rehearse(tenant=tenant, run_id=run.pk)
    return run.pk


def rehearse(*, tenant: TenantInfo, run_id: int) -> None:
    """
    Rate a draft run, or have a worker do it if it is large; any later stage stays as it is.

    :raises UnknownRun: if there is none.
    """
    run = _run(run_id)
    if run.stage != RunStage.DRAFT or run.paused_at is not None:
        return
    if is_large(run):
        jobs.WORK_ON_RUN.send(run_id=run.pk)
    else:
        bill_run.rehearse(tenant=tenant, run=run)


def withdraw(*, run_id: int) -> None:
    """
    Make a run a draft again, so that it can be rehearsed anew; a draft stays as it is.

    :raises UnknownRun: if there is none.
    :raises AlreadyIssuing: if its bills are issued.
    :raises billing.WrongStage: if it was cancelled.
    """
    rehearsing.withdraw(run_id=_run(run_id).pk)


def take_up(*, tenant: TenantInfo, run_id: int, taken_up_by: str, now: datetime) -> int:
    """
    Rehearse what remains of an issued run again, and return how many accounts that are.

    :raises UnknownRun: if there is none.
    :raises billing.WrongStage: if it was never issued, or was cancelled.
    """
    _run(run_id)
    count = bill_run.take_up(tenant=tenant, run_id=run_id, taken_up_by=taken_up_by, now=now)
    rehearse(tenant=tenant, run_id=run_id)
    return count


def finish(*, run_id: int) -> int:
    """
    Finish an issued run without what remains of it, and return how many accounts that are.

    :raises UnknownRun: if there is none.
    :raises billing.WrongStage: if it is not issued.
    """
    return issuing.finish(run_id=_run(run_id).pk)


def hold(*, run_id: int, selection: Selection, reason: str, actor: str, now: datetime) -> int:
    """
    Hold back accounts of a rehearsed run, and return how many were.

    :raises UnknownRun: if there is none.
    :raises holding.ReasonMissing: if no reason is given.
    :raises billing.WrongStage: if it is not rehearsed, or approved already.
    """
    return holding.hold(
        run_id=_run(run_id).pk, selection=selection, reason=reason, actor=actor, now=now
    )


def release(*, run_id: int, selection: Selection, actor: str, now: datetime) -> int:
    """
    Release held accounts of a rehearsed run, and return how many were.

    :raises UnknownRun: if there is none.
    :raises billing.WrongStage: if it is not rehearsed, or approved already.
    """
    return holding.release(run_id=_run(run_id).pk, selection=selection, actor=actor, now=now)


def pause(*, run_id: int, actor: str, now: datetime) -> None:
    """
    Let workers stop after the chunk that they are at.

    :raises UnknownRun: if there is none.
    :raises billing.WrongStage: if it is neither rehearsed nor issued at the moment.
    """
    pausing.pause(run_id=_run(run_id).pk, actor=actor, now=now)


def resume(*, run_id: int, actor: str, now: datetime) -> None:
    """
    Let a worker go on with a paused run.

    :raises UnknownRun: if there is none.
    """
    pausing.resume(run_id=_run(run_id).pk, actor=actor, now=now)


def cancel(*, run_id: int, actor: str, now: datetime) -> None:
    """
    Cancel a run of which nothing is issued.

    :raises UnknownRun: if there is none.
    :raises pausing.BillsIssued: if a bill of it is issued.
    """
    pausing.cancel(run_id=_run(run_id).pk, actor=actor, now=now)


def approve(*, tenant: TenantInfo, run_id: int, approved_by: str, now: datetime) -> None:
    """
    Approve a rehearsed run.

    :raises UnknownRun: if there is none.
    :raises billing.WrongStage: if it was not rehearsed.
    :raises billing.SamePerson: if the tenant wants a second person.
    """
    bill_run.approve(tenant=tenant, run=_run(run_id), approved_by=approved_by, now=now)


def issue(*, tenant: TenantInfo, run_id: int, now: datetime) -> None:
    """
    Issue an approved run, or have a worker do it if it is large; again issues nothing.

    :raises UnknownRun: if there is none.
    :raises billing.WrongStage: if it was not approved.
    :raises billing.Paused: if it is paused.
    :raises billing.ContentChanged: once all others are issued, naming the accounts whose bills
        would have differed from what was approved.
    """
    run = _run(run_id)
    if run.stage in {RunStage.ISSUED, RunStage.SENT}:
        return
    if run.stage != RunStage.APPROVED:
        raise billing.WrongStage(run.stage)
    if run.paused_at is not None:
        raise billing.Paused(run_id)
    if is_large(run):
        jobs.WORK_ON_RUN.send(run_id=run.pk)
    else:
        bill_run.issue(tenant=tenant, run=run, now=now)


def is_large(run: BillRun) -> bool:
    """
    Tell whether a run is a worker's.
    """
    return run.chunks.count() > CHUNKS_AT_ONCE


def _run(run_id: int) -> BillRun:
    run = BillRun.objects.select_related("company").filter(pk=run_id).first()
    if run is None:
        raise UnknownRun(run_id)
    return run
