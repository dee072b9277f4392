"""Kill whoever pays, between any two steps: within a quarter of an hour all is as it should be."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from mains.guard import context

SCHEMA, ROOT = "dying", Path(__file__).parents[3]
# Until here nobody could pay; from there on the money is the gateway's, and has to be booked.
UNPAID = ("before the gateway", "before its answer is stored")
PAID = (
    "before it is settled", "before it is posted", "before the receipt", "after it is settled",
)  # fmt: skip


@pytest.fixture
def bill(django_db_setup, django_db_blocker):
    """
    One committed bill of a tenant of its own.
    """
    from django.db import connection
    from tests import databases
    from tests.factories import utilities

    with django_db_blocker.unblock(), databases.owner() as owner:
        databases.fresh_tenant(owner, SCHEMA)
        utility = utilities.billed("balta", schema_name=SCHEMA, count=2)
        with context.inside(SCHEMA):
            bill = next(bill for bill in utility.bills if bill.collection_date is None)
            yield bill
        connection.close()
        databases.retire_tenant(owner, SCHEMA)


def die(bill, moment) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.payments.dying_program", moment, SCHEMA,
         str(bill.pk)],
        cwd=ROOT, env={**os.environ, "MAINS_DATA": str(settings.DATA_DIR)}, capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr[-2000:]


def heal(minutes) -> None:
    """
    Do what the sweep does each half minute, once after some minutes.
    """
    from tests.factories.utilities import NOW

    from mains.payments import inbox, settling

    later = NOW + timedelta(minutes=minutes)
    inbox.try_again(now=later, today=later.date())
    settling.sweep(now=later, today=later.date())


def standing(bill):
    from mains.ledger import queries
    from mains.notifications.models import Message
    from mains.payments.allocating import outstanding_minor
    from mains.payments.models import AttemptBill, GatewayEvent, Payment

    strays = queries.strays()
    assert (strays.transfers_without_account, strays.wrong_balances) == (0, 0)
    return {
        "owed": outstanding_minor(bill_ids=[bill.pk])[bill.pk],
        "balance": queries.balance_minor(account_id=bill.account_id),
        "payments": Payment.objects.count(),
        "receipts": Message.objects.filter(kind="payment-received").count(),
        "live": AttemptBill.objects.filter(live=True).count(),
        "waiting": GatewayEvent.objects.filter(processed_at=None).count(),
    }


@pytest.mark.seed("S0.08")
@pytest.mark.parametrize("moment", PAID)
def test_paid_is_booked_once(bill, moment):
    die(bill, moment)
    for minutes in (2, 15):
        heal(minutes)
    assert standing(bill) == {
        "owed": 0, "balance": 0, "payments": 1, "receipts": 1, "live": 0, "waiting": 0,
    }  # fmt: skip


@pytest.mark.parametrize("moment", UNPAID)
def test_unpaid_can_be_paid_again(bill, moment):
    die(bill, moment)
    for minutes in (2, 15):
        heal(minutes)
    total = bill.total_minor
    assert standing(bill) == {
        "owed": total, "balance": total, "payments": 0, "receipts": 0, "live": 0, "waiting": 0,
    }  # fmt: skip


def test_control_without_the_sweep_nothing_is_healed(bill):
    die(bill, "before it is settled")
    assert standing(bill)["owed"] == bill.total_minor
    assert standing(bill)["live"] == 1
