"""
A choice and a run at the same moment: the choice is wholly before the run or wholly after it.

And what is said of it, "applies from the bill of …", is what that bill then does.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from tests.journeys import delivery_world as bills
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import HANNA, NOW, SLUG, TODAY, Person

from mains.guard.context import inside

pytestmark = pytest.mark.seed("S4.12")
LONGEST = 60
DECEMBER = date(2026, 12, 1)


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("balta", count=4):
        yield


@pytest.fixture
def account(utility, django_db_blocker):
    with django_db_blocker.unblock():
        yield bills.begin_anew()


@pytest.fixture
def hanna(account) -> Person:
    return world.person(HANNA, account)


class Hold:
    """
    A place where one thread stops, within its transaction, until the test lets it go on.
    """

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    def after(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def held(*args: Any, **named: Any) -> Any:
            found = function(*args, **named)
            self.reached.set()
            assert self.go_on.wait(LONGEST)
            return found

        return held


class Thread(threading.Thread):
    """
    Somebody else with a connection of their own.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.work, self.found = work, None

    def run(self) -> None:
        from django.db import connection

        try:
            self.found = self.work()
        finally:
            connection.close()

    def answer(self) -> Any:
        self.join(LONGEST)
        assert not self.is_alive()
        return self.found


@contextmanager
def beside(work: Callable[[], Any]) -> Iterator[Thread]:
    thread = Thread(work)
    thread.start()
    yield thread
    thread.join(LONGEST)


def wait_until_one_waits() -> None:
    from django.db import connection

    for _again in range(2_000):
        with inside(SLUG), connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


def chosen(hanna: Person, account: Any) -> Any:
    """
    Choose bills by e-mail; return the day and the bill from which on that counts.
    """
    from mains.customers.models import DeliveryMode
    from mains.enrolment.actions.delivery_setting import Choice
    from mains.journeys import bill_delivery
    from mains.tenancy import queries

    tenant = queries.tenant(SLUG)
    ids = tuple(one.pk for one in bills.contracts(account))
    user = hanna.user
    with inside(SLUG):
        mode = DeliveryMode.ELECTRONIC
        words = bill_delivery.words(tenant=tenant, mode=mode, language="en")
        return bill_delivery.choose(
            tenant=tenant, choice=Choice(account.pk, ids, mode, "", words), user_id=user.pk,
            address="", now=NOW,
        )  # fmt: skip


class TestTheChoiceIsFirst:
    def race(
        self, monkeypatch, hanna: Person, account: Any, *, waits: bool = True
    ) -> tuple[Any, Any]:
        from mains.enrolment.actions import delivering

        hold = Hold()
        choosing = hold.after(delivering.customers.choose_delivery)
        monkeypatch.setattr(delivering.customers, "choose_delivery", choosing)
        with beside(lambda: chosen(hanna, account)) as choice:
            assert hold.reached.wait(LONGEST)
            with beside(bills.start_run) as run:
                if waits:
                    wait_until_one_waits()
                else:
                    run.join(LONGEST)
                hold.go_on.set()
        return choice.answer(), run.answer()

    def test_the_run_waits_and_takes_it(self, monkeypatch, hanna, account):
        outcome, run = self.race(monkeypatch, hanna, account)
        assert bills.taken(run, account) == ("ELECTRONIC", HANNA)
        assert outcome.start_date == TODAY
        assert run.snapshot_at == NOW

    def test_control_without_the_lock_the_bill_is_not_as_was_said(
        self, monkeypatch, hanna, account
    ):
        from mains.billing.runs import snapshots

        monkeypatch.setattr(snapshots, "lock", lambda **_what: None)
        outcome, run = self.race(monkeypatch, hanna, account, waits=False)
        assert outcome.start_date == TODAY
        assert bills.taken(run, account)[0] == "PAPER"


class TestTheRunIsFirst:
    def race(self, monkeypatch, hanna: Person, account: Any) -> tuple[Any, Any]:
        from mains.billing import actions as billing

        hold = Hold()
        monkeypatch.setattr(billing, "_accounts", hold.after(billing._accounts))
        with beside(bills.start_run) as run:
            assert hold.reached.wait(LONGEST)
            with beside(lambda: chosen(hanna, account)) as choice:
                wait_until_one_waits()
                hold.go_on.set()
        return choice.answer(), run.answer()

    def test_the_choice_waits_and_is_for_the_next_bill(self, monkeypatch, hanna, account):
        outcome, run = self.race(monkeypatch, hanna, account)
        assert bills.taken(run, account)[0] == "PAPER"
        assert outcome.start_date == TODAY + timedelta(days=1)
        assert outcome.first_bill.period.start == DECEMBER

        later = bills.start_run(month=12, day=date(2026, 12, 20))
        assert bills.taken(later, account) == ("ELECTRONIC", HANNA)


class TestTheInstant:
    @pytest.mark.usefixtures("account")
    def test_it_is_when_the_run_got_its_date_and_stays(self):
        from mains.journeys import bill_run
        from mains.tenancy import queries

        tenant, later = queries.tenant(SLUG), NOW + timedelta(hours=3)
        run = bills.start_run()
        with inside(SLUG):
            run = bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=later)
            run.refresh_from_db()
        assert run.snapshot_at == NOW

    def test_a_choice_after_it_never_makes_a_bill_differ_from_what_was_approved(
        self, hanna, account
    ):
        from mains.billing.inputs.contracts import holders_of
        from mains.journeys import bill_run
        from mains.tenancy import queries

        tenant, run = queries.tenant(SLUG), bills.start_run()
        with inside(SLUG):
            bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=NOW)
        chosen(hanna, account)
        with inside(SLUG):
            (now,) = holders_of(account_ids=[account.pk], issue_date=run.issue_date).values()
        assert now == run.seen[account.pk]

    @pytest.mark.usefixtures("account")
    def test_the_desk_shows_it(self):
        from tests.journeys import console_world

        run = bills.start_run()
        page = console_world.signed_in("olga@alder.example", SLUG).get(f"runs/{run.pk}/")
        assert "Delivery taken as chosen by" in page.content.decode()
