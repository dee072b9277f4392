"""Kill a worker at any point of a bill run: the next one finishes it, nothing lost or twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mains.guard import context

PROGRAM = "tests.integration.billing.issuing_program"
ROOT = Path(__file__).parents[3]
SCHEMA = "killing"
ACCOUNTS, CHUNK = 48, 2
POINTS = ["numbers", "bills", "lines", "messages", "transfers", "written", "committed"]


@pytest.fixture
def run(django_db_setup, django_db_blocker, monkeypatch):
    """
    An approved run of 24 chunks, committed in a tenant of its own.
    """
    from django.db import connection
    from tests import databases
    from tests.factories import utilities

    from mains.billing import actions
    from mains.journeys import sample_customers

    monkeypatch.setattr(actions, "CHUNK", CHUNK)
    with django_db_blocker.unblock(), databases.owner() as owner:
        databases.fresh_tenant(owner, SCHEMA)
        tenant = utilities.configured("balta", schema_name=SCHEMA)
        with context.inside(SCHEMA):
            sample_customers.fill(
                file=tenant.file, today=utilities.NOW.date(), now=utilities.NOW, count=ACCOUNTS
            )
            run = utilities.started(tenant=tenant)
        yield run
        connection.close()
        databases.retire_tenant(owner, SCHEMA)


def command(run, *points, guard="on"):
    return [sys.executable, "-m", PROGRAM, SCHEMA, str(run.pk), guard, *points]


def issue_elsewhere(run, *points, guard="on"):
    """
    Let one worker after the other issue the run, killed at a point each, and return how they ended.
    """
    done = subprocess.run(
        command(run, *points, guard=guard), cwd=ROOT, env=os.environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def counted():
    """
    Count what a finished run must have written, in the database.
    """
    from django.db import connection

    with context.inside(SCHEMA), connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from billing_bill), (select count(distinct account_id)"
            " from billing_bill), (select count(*) from notifications_message where kind ="
            " 'bill-issued'), (select max(right(number, 6)::int) from billing_bill),"
            " (select min(right(number, 6)::int) from billing_bill),"
            " (select next_number - 1 from billing_numberseries),"
            " (select count(*) from ledger_transfer t where not exists"
            "   (select from billing_bill b where t.source = 'bill:' || b.id)),"
            " (select sum(total_minor) from billing_bill)"
            " - (select sum(minor) from ledger_balance),"
            " (select count(*) from billing_billline l where not exists"
            "   (select from billing_bill b where b.id = l.bill_id))"
        )
        return cursor.fetchone()


WHOLE = (ACCOUNTS, ACCOUNTS, ACCOUNTS, ACCOUNTS, 1, ACCOUNTS, 0, 0, 0)


@pytest.mark.seed("S4.03")
def test_a_run_killed_at_every_point_is_finished_as_if_nothing_had_been(run):
    from mains.ledger import queries

    assert issue_elsewhere(run, *POINTS) == [-signal.SIGKILL] * len(POINTS)
    with context.inside(SCHEMA):
        strays = queries.strays()
        assert (strays.transfers_without_account, strays.wrong_balances) == (0, 0)
    assert 0 < counted()[0] < ACCOUNTS

    assert issue_elsewhere(run, "nowhere", "nowhere") == [0, 0]
    assert counted() == WHOLE
    with context.inside(SCHEMA):
        assert type(run).objects.get(pk=run.pk).stage == "ISSUED"


def test_two_workers_share_a_run_while_one_is_killed(run):
    workers = [
        subprocess.Popen(
            command(run, point), cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True
        )
        for point in ("lines", "nowhere")
    ]
    for worker in workers:
        worker.communicate(timeout=120)
    assert issue_elsewhere(run, "nowhere") == [0]
    assert counted() == WHOLE


def test_control_numbers_taken_apart_leave_a_gap(run):
    assert issue_elsewhere(run, "bills", "nowhere", guard="off") == [-signal.SIGKILL, 0]

    found = counted()
    assert found != WHOLE
    assert found[3] > ACCOUNTS
