"""Take a bill run from the console through its stages; each step may be sent twice."""

from datetime import datetime

from mains.billing import actions as billing
from mains.billing import jobs
from mains.billing.models import BillRun, ChunkState, RunStage
from mains.core.calendars import Period
from mains.core.transactions import owns_transaction
from mains.customers.models import Company
from mains.journeys import bill_run
from mains.tenancy.queries import TenantInfo

# A request works on a run of this many chunks itself; a larger one is a worker's.
CHUNKS_AT_ONCE = 2


class UnknownCompany(Exception):
    """The tenant has no company with this code."""


class AlreadyIssuing(Exception):
    """Bills of this run are issued, so it cannot become a draft again."""


class UnknownRun(Exception):
    """The tenant has no bill run with this id."""


def start(
    *, tenant: TenantInfo, company_code: str, period: Period, started_by: str, now: datetime
) -> int:
    """
    Start a run and return its id; the same period again returns the same run.

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
    return run.pk


def rehearse(*, tenant: TenantInfo, run_id: int) -> None:
    """
    Rate a draft run, or have a worker do it if it is large; any later stage stays as it is.

    :raises UnknownRun: if there is none.
    """
    run = _run(run_id)
    if run.stage != RunStage.DRAFT:
        return
    if is_large(run):
        jobs.WORK_ON_RUN.send(run_id=run.pk)
    else:
        bill_run.rehearse(tenant=tenant, run=run)


@owns_transaction
def withdraw(*, run_id: int) -> None:
    """
    Make a run a draft again, so that it can be rehearsed anew; a draft stays as it is.

    :raises UnknownRun: if there is none.
    :raises AlreadyIssuing: if one of its bills is issued.
    """
    run = BillRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise UnknownRun(run_id)
    chunks = list(run.chunks.select_for_update().order_by("position"))
    if run.stage in {RunStage.ISSUED, RunStage.SENT} or any(
        chunk.state == ChunkState.ISSUED for chunk in chunks
    ):
        raise AlreadyIssuing(run_id)
    run.chunks.update(state=ChunkState.WAITING, content_hash="", bills=0, total_minor=0, held=[])
    run.stage, run.approved_by, run.snapshot_at = RunStage.DRAFT, "", None
    run.save(update_fields=["stage", "approved_by", "snapshot_at"])


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
    :raises billing.ContentChanged: if a bill would differ from what was approved.
    """
    run = _run(run_id)
    if run.stage in {RunStage.ISSUED, RunStage.SENT}:
        return
    if run.stage != RunStage.APPROVED:
        raise billing.WrongStage(run.stage)
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
