"""A hundred people pay one bill at the same moment: it is charged once."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from mains.guard import context

SCHEMA = "paying"
PAYERS, THREADS, CONTROL_PAYERS = 100, 25, 12
CARD = "4242424242424242"


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
        yield bill.pk, utility.tenant
        with context.inside("public"), connection.cursor() as cursor:
            cursor.execute("delete from sandbox_checkout where merchant like %s", [f"{SCHEMA}:%"])
        connection.close()
        databases.retire_tenant(owner, SCHEMA)


def pay_until_paid(bill_id, tenant, payer):
    """
    Open a page and pay on it until nothing is owed; tell how often it went through.
    """
    from django.db import connection
    from tests.factories.utilities import NOW

    from mains.journeys import pay_bills
    from mains.payments.actions import BusyElsewhere, NothingToPay
    from mains.sandbox import service

    dice, charged = random.Random(payer), 0
    try:
        for _ in range(8):
            try:
                with context.inside(SCHEMA):
                    page = pay_bills.start(
                        tenant=tenant,
                        wish=pay_bills.Wish(
                            bill_ids=(bill_id,), payer=payer, email="", language="lv"
                        ),
                        company=tenant.file.companies[0].code,
                        now=NOW,
                        today=NOW.date(),
                    )
                # Long enough for others to come in between, as people who type a card number are.
                time.sleep(dice.uniform(0, 0.02))
                with context.inside("public"):
                    token = page.rstrip("/").split("/")[-1]
                    service.pay(token=token, card=CARD, now=datetime.now(UTC))
                charged += 1
            except (BusyElsewhere, service.PageClosed):
                continue
            except NothingToPay:
                break
    finally:
        connection.close()
    return charged


def everybody_pays(bill_id, tenant, payers=PAYERS):
    """
    Let all payers try, sweep up what they left, and return charges, payments and the balance.
    """
    from tests.factories.utilities import NOW

    from mains.billing.models import Bill
    from mains.ledger import queries as ledger
    from mains.payments import settling
    from mains.payments.models import Payment, PaymentAttempt

    with ThreadPoolExecutor(THREADS) as pool:
        charged = sum(
            pool.map(
                lambda number: pay_until_paid(bill_id, tenant, f"guest:{number}"), range(payers)
            )
        )
    with context.inside(SCHEMA):
        for attempt in PaymentAttempt.objects.all():
            settling.ask_and_settle(token=attempt.token, now=NOW, today=NOW.date())
        account_id = Bill.objects.get(pk=bill_id).account_id
        strays = ledger.strays()
        assert (strays.transfers_without_account, strays.wrong_balances) == (0, 0)
        return charged, Payment.objects.count(), ledger.balance_minor(account_id=account_id)


def test_a_hundred_payers_charge_it_once(bill):
    assert everybody_pays(*bill) == (1, 1, 0)


def test_control_without_the_live_attempt_it_is_charged_more_than_once(bill, monkeypatch):
    """
    Neither the index nor the look for a live attempt stands in anybody's way.
    """
    from tests import databases

    from mains.payments import actions

    with databases.owner() as owner:
        owner.execute(f"drop index {SCHEMA}.one_live_attempt_per_bill")
    monkeypatch.setattr(actions, "_own", lambda _live, _basket: None)
    plain = actions.AttemptBill.objects.bulk_create
    monkeypatch.setattr(
        actions.AttemptBill.objects,
        "bulk_create",
        lambda parts: plain([type(part)(attempt=part.attempt, bill=part.bill,
                                        amount_minor=part.amount_minor, live=False)
                             for part in parts]),
    )  # fmt: skip
    charged, payments, balance = everybody_pays(*bill, payers=CONTROL_PAYERS)

    assert charged > 1
    assert payments == charged
    assert balance < 0
