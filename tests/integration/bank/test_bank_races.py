"""Several people on one line, and one file twice at the same moment: each line is money once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from tests.integration.bank.world import NOW, TODAY, World, csv

from mains.guard import context

SCHEMA, THREADS = "banking", 6
CSV = "signed_with_currency"


@pytest.fixture
def world(django_db_setup, django_db_blocker):
    """
    One committed utility in a tenant of its own.
    """
    from django.db import connection
    from tests import databases

    with django_db_blocker.unblock(), databases.owner() as owner:
        databases.fresh_tenant(owner, SCHEMA)
        with context.inside(SCHEMA):
            made = World(schema_name=SCHEMA)
        yield made
        connection.close()
        databases.retire_tenant(owner, SCHEMA)


def all_at_once(deed):
    """
    Let every thread do it at the same moment, and return what came of each.
    """
    from django.db import connection

    barrier = Barrier(THREADS)

    def run(number):
        try:
            with context.inside(SCHEMA):
                barrier.wait()
                try:
                    deed(number)
                except Exception as error:
                    return type(error).__name__
                return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return sorted(pool.map(run, range(THREADS)))


def content(world):
    bills = [(bill.total_minor, bill.reference) for bill in world.bills[:2]]
    return csv(*bills, *((minor, "unknown") for minor in range(100, 130)))


def money(world):
    from mains.ledger import queries as ledger
    from mains.payments.models import BankLine, Payment

    strays = ledger.strays()
    assert (strays.transfers_without_account, strays.wrong_balances) == (0, 0)
    return BankLine.objects.count(), Payment.objects.count(), world.ledger("bank")


def test_one_file_twice_at_once_is_money_once(world):
    assert all_at_once(lambda _n: world.take(content(world), profile=CSV)) == ["done"] * THREADS
    with context.inside(SCHEMA):
        total = sum(bill.total_minor for bill in world.bills[:2]) + sum(range(100, 130))
        assert money(world) == (32, 32, total)


def test_control_without_one_key_for_one_line_it_is_money_again(world, monkeypatch):
    from uuid import uuid4

    from mains.bankfiles import keys

    monkeypatch.setattr(keys, "sha256", lambda _basis: _Random(uuid4().hex))
    all_at_once(lambda _n: world.take(content(world), profile=CSV))
    with context.inside(SCHEMA):
        assert money(world)[0] == 32 * THREADS


class _Random:
    def __init__(self, text):
        self.text = text

    def hexdigest(self):
        return self.text


def waiting_line(world):
    from mains.payments.models import BankLine

    with context.inside(SCHEMA):
        world.take(csv((777, "unknown")), profile=CSV)
        line = BankLine.objects.select_related("payment").get()
        return line, world.deed(line).seen


def book(world, line, seen, number):
    from mains.payments.bank import deeds

    deed = deeds.Deed(line.pk, seen, f"staff:{number}", NOW, TODAY)
    account = world.bills[number % 2].account_id
    deeds.book(deed, parts=[], credits=[(account, 777)])


def test_one_line_is_placed_by_one_person_and_the_others_are_told(world):
    line, seen = waiting_line(world)
    came = all_at_once(lambda number: book(world, line, seen, number))
    assert came == ["Handled"] * (THREADS - 1) + ["done"]
    with context.inside(SCHEMA):
        assert (world.ledger("suspense"), world.ledger("bank")) == (0, 777)


def test_control_without_what_was_seen_the_others_fall_on_the_payment_itself(world, monkeypatch):
    """
    Nobody is told in words then, and the second guard, what waits in suspense, still holds.
    """
    from mains.payments.bank import deeds

    monkeypatch.setattr(deeds, "stamp", lambda _line: "same")
    monkeypatch.setattr(deeds, "_open", deeds._locked)
    line, _seen = waiting_line(world)
    came = all_at_once(lambda number: book(world, line, "same", number))
    assert came == ["NotWaiting"] * (THREADS - 1) + ["done"]


def test_control_without_any_look_at_it_the_money_is_moved_again(world, monkeypatch):
    from tests import databases

    from mains.payments import suspense
    from mains.payments.bank import deeds

    with databases.owner() as owner:
        owner.execute(
            f"alter table {SCHEMA}.payments_payment drop constraint payment_suspense_within"
        )
    monkeypatch.setattr(deeds, "stamp", lambda _line: "same")
    monkeypatch.setattr(deeds, "_open", deeds._locked)
    plain = suspense._of

    def waiting_again(payment_id, _waits):
        payment = plain(payment_id)
        payment.suspense_minor = 777
        return payment

    monkeypatch.setattr(suspense, "_locked", waiting_again)
    line, _seen = waiting_line(world)
    assert all_at_once(lambda number: book(world, line, "same", number)) == ["done"] * THREADS
    with context.inside(SCHEMA):
        assert world.ledger("suspense") == 777 * (THREADS - 1)
