"""What the worker and the beat do across apps."""

from datetime import UTC, datetime

import structlog
from celery import shared_task

from mains.audit import queries as audit
from mains.billing import jobs as billing
from mains.core.jobs import tenant_task
from mains.einvoices import filing
from mains.einvoices import jobs as einvoices
from mains.guard.context import PUBLIC, inside
from mains.journeys import (
    anchoring,
    bank_desk,
    bill_downloads,
    bill_run,
    import_desk,
    jobs,
    print_files,
    tariff_lab,
    tariff_notices,
    upkeep,
)
from mains.tenancy import queries

log = structlog.get_logger()


@tenant_task(billing.WORK_ON_RUN)
def work_on_run(*, run_id: int, **_later: object) -> None:
    tenant = queries.current_tenant()
    bill_run.work_on(tenant=tenant, run_id=run_id, now=tenant.now())


@tenant_task(einvoices.FILE_BILLS)
def file_bills(**_later: object) -> None:
    tenant = queries.current_tenant()
    filing.file_waiting(tenant=tenant, now=tenant.now(), is_thorough=False)


@tenant_task(jobs.READ_METER_FILE)
def read_meter_file(*, name: str, **_later: object) -> None:
    tenant = queries.current_tenant()
    import_desk.work_on(tenant=tenant, name=name, now=tenant.now())


@tenant_task(jobs.READ_BANK_FILE)
def read_bank_file(*, name: str, **_later: object) -> None:
    tenant = queries.current_tenant()
    bank_desk.work_on(tenant=tenant, name=name, now=tenant.now())


@tenant_task(jobs.TELL_OF_PRICES)
def tell_of_prices(**_later: object) -> None:
    tenant = queries.current_tenant()
    tariff_notices.tell_waiting(tenant=tenant, now=tenant.now())


@tenant_task(jobs.MAKE_BILL_FILE)
def make_bill_file(*, name: str, **_later: object) -> None:
    tenant = queries.current_tenant()
    # A file is of one kind; for the other there is nothing to do.
    bill_downloads.work_on(tenant=tenant, name=name, now=tenant.now())
    print_files.work_on(tenant=tenant, name=name, now=tenant.now())


@tenant_task(jobs.RUN_TARIFF_LAB)
def run_tariff_lab(*, version_id: int, **_later: object) -> None:
    tariff_lab.work_on(tenant=queries.current_tenant(), draft_id=version_id)


@shared_task(name="mains.sweep", ignore_result=True)
def sweep() -> None:
    """
    Finish in every tenant what a lost message, a killed worker or a silent gateway left open.
    """
    for schema_name in [PUBLIC, *queries.tenants()]:
        try:
            with inside(schema_name):
                upkeep.sweep(schema_name=schema_name)
        except Exception:
            # One broken tenant must not keep the others from being swept.
            log.exception("sweep.failed", tenant=schema_name)


@shared_task(name="mains.nightly", ignore_result=True)
def nightly() -> None:
    """
    Check every tenant's ledger, start the bill runs whose day has come, anchor what was audited.
    """
    for schema_name in queries.tenants():
        # Neither may keep the other from being done.
        for part in (_anchor, _upkeep):
            try:
                part(schema_name)
            except Exception:
                log.exception("nightly.failed", tenant=schema_name)
    with inside(PUBLIC):
        head = audit.head()
        # The platform's own head is anchored where no database can reach it: in the logs.
        log.info("audit.head", number=head.number, hash=head.hash)


def _anchor(schema_name: str) -> None:
    anchoring.anchor(schema_name=schema_name, now=datetime.now(UTC))


def _upkeep(schema_name: str) -> None:
    with inside(schema_name):
        upkeep.nightly()
