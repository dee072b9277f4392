"""Many bills as one file: from scratch, and once their documents are kept."""

import io
import tempfile
import zipfile
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection

from mains.bench import billrun, population
from mains.bench.leftovers import cleaned_up
from mains.bench.result import Result
from mains.bench.stopwatch import Spent, measured, peak_mb
from mains.billing.documents import pdf
from mains.billing.models import Bill
from mains.documents import waiting
from mains.guard import context
from mains.journeys import bill_downloads
from mains.journeys.bill_downloads import Format, Step
from mains.payments import queries as payments
from mains.tenancy import queries
from mains.tenancy.queries import TenantInfo

# The time that five hundred bills may take, and again when each document is kept already.
SIZE, MOST_SECONDS, MOST_SECONDS_KEPT = 500, 180, 10


def measure(*, bills: int = SIZE, **_others: object) -> Result:
    """
    Measure the file of so many bills beside setting 500 of their documents and keeping nothing.

    :raises OwnerLoginMissing: in a process that may not create schemas.
    """
    current_app.conf.update(broker_url="memory://")
    with cleaned_up(schema_names=[population.SLUG]) as owner, tempfile.TemporaryDirectory() as at:
        settings.DATA_DIR, before = at, settings.DATA_DIR
        try:
            tenant = billrun.opened(owner, bills)
            billrun.billed(tenant)
            with context.inside(population.SLUG):
                return _result(tenant)
        finally:
            settings.DATA_DIR = before
            connection.close()
            queries.forget()


def _result(tenant: TenantInfo) -> Result:
    ids = list(Bill.objects.order_by("pk").values_list("pk", flat=True))
    with measured() as bare:
        for bill_id in ids[:SIZE]:
            pdf.pdf(bill_id=bill_id, tenant=tenant)
    scratch, file = _made(tenant, ids)
    kept, again = _made(tenant, ids)
    share = len(ids) / SIZE
    most, most_kept = MOST_SECONDS * share, MOST_SECONDS_KEPT * share
    holds = scratch.wall <= most and kept.wall <= most_kept
    return Result(
        name="bill-file",
        unit="bills",
        ours=len(ids) / scratch.cpu,
        yardstick=len(ids[:SIZE]) / bare.cpu,
        peak_mb=peak_mb(),
        detail={
            "bills": len(ids),
            "seconds": round(scratch.wall, 1),
            "most_seconds": most,
            "seconds_when_kept": round(kept.wall, 2),
            "most_seconds_when_kept": most_kept,
            "megabytes": round(len(file) / 1e6, 1),
            "passed": holds and _documents(file) == _documents(again),
            "yardstick_is": "the same documents set one after another, and kept nowhere",
        },
    )


def _made(tenant: TenantInfo, ids: list[int]) -> tuple[Spent, bytes]:
    rows = payments.bills_with_ids(bill_ids=ids, today=tenant.date_of(population.NOW))
    wish: dict[str, Any] = {"rows": rows, "title": "All", "file_format": Format.ZIP}
    with measured() as spent:
        name = bill_downloads.ask(**wish, user_id=1, language="en", now=population.NOW)
        bill_downloads.work_on(tenant=tenant, name=name, now=population.NOW)
    made = bill_downloads.one(name=name, user_id=1, now=tenant.now())
    if made.step is not Step.READY or made.count != len(ids):
        raise AssertionError(made)
    return spent, waiting.content(name=name)


def _documents(file: bytes) -> dict[str, int]:
    """
    Return what is in a file, by name: the list of bills has the time of day in it.
    """
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {one.filename: one.CRC for one in archive.infolist() if one.filename != "list.xlsx"}
