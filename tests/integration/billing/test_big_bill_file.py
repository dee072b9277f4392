"""The biggest file a customer may ask for: ten thousand bills, with a worker killed half-way."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests import databases

from mains.bench import billrun, population
from mains.guard.context import inside
from mains.journeys import bill_downloads
from mains.journeys.bill_downloads import Format, Step
from mains.tenancy import queries

ROOT = Path(__file__).parents[3]
USER = 1
# Sets half of the documents and is killed while it sets the next.
KILLED = """
import os, signal, sys
import django
django.setup()
from mains.billing.documents import pdf
from mains.guard.context import inside
from mains.journeys import bill_downloads
from mains.tenancy import queries
schema_name, name, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
original = pdf._made
def counted(*given, **named):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*given, **named)
pdf._made = counted
with inside(schema_name):
    tenant = queries.current_tenant()
    bill_downloads.work_on(tenant=tenant, name=name, now=tenant.now())
"""


@pytest.fixture(params=[40, pytest.param(bill_downloads.MOST_BILLS, marks=pytest.mark.long)])
def billed(request, django_db_setup, django_db_blocker, monkeypatch) -> Iterator[int]:
    monkeypatch.setattr(bill_downloads.jobs.MAKE_BILL_FILE.__class__, "send", lambda *_a, **_k: 0)
    with django_db_blocker.unblock(), databases.owner() as owner:
        databases.drop_tenant(owner, population.SLUG)
        billrun.billed(billrun.opened(owner, request.param))
        yield request.param
        databases.drop_tenant(owner, population.SLUG)


def asked(bills: int) -> str:
    tenant = queries.current_tenant()
    today = tenant.date_of(population.NOW)
    rows = bill_downloads.found(
        account_ids=list(range(1, bills + 1)), first=today - timedelta(days=366), last=today,
        today=today,
    )  # fmt: skip
    return bill_downloads.ask(
        rows=rows, title="All", file_format=Format.ZIP, user_id=USER, language="lv",
        now=tenant.now(),
    )  # fmt: skip


def half_made(name: str, bills: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, population.SLUG, name, str(bills // 2)],
        cwd=ROOT,
        env={**os.environ, "MAINS_DATA": str(settings.DATA_DIR)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-1000:]


@pytest.mark.seed("S1.17", "S1.18")
def test_a_worker_killed_half_way_through_the_biggest_file_costs_no_bill(billed, monkeypatch):
    from mains.billing.documents import pdf
    from mains.billing.models import Bill
    from mains.documents import waiting
    from mains.documents.models import StoredFile

    made = []
    original = pdf._made
    monkeypatch.setattr(pdf, "_made", lambda *given: made.append(1) or original(*given))
    with inside(population.SLUG):
        name = asked(billed)
        half_made(name, billed)
        kept = StoredFile.objects.filter(kind="bill").count()
        tenant = queries.current_tenant()
        assert bill_downloads.one(name=name, user_id=USER, now=tenant.now()).step is Step.WORKING
        bill_downloads.take_up_lost(tenant=tenant, now=tenant.now() + timedelta(minutes=10))
        found = bill_downloads.one(name=name, user_id=USER, now=tenant.now())
        numbers = list(Bill.objects.values_list("number", flat=True))
        archive = zipfile.ZipFile(io.BytesIO(waiting.content(name=name)))

    assert (found.step, found.count, found.failed) == (Step.READY, billed, ())
    assert (kept, len(made)) == (billed // 2, billed - billed // 2)
    assert sorted(archive.namelist()) == sorted([*(f"{one}.pdf" for one in numbers), "list.xlsx"])
