"""A fixed bill or a settlement is credited: before, after, and at the same moment."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from tests.journeys.estimates import budget_world as budgets
from tests.journeys.estimates import world
from tests.journeys.estimates.budget_world import (
    again,
    begun,
    bill_of,
    credited,
    due,
    fixed_book,
    settle,
    taken_off,
    tenant,
)
from tests.journeys.estimates.world import at, bill, issued, last_day, lines

from mains.billing import actions, crediting
from mains.billing.models import Bill, BillRun
from mains.billing.runs import apart, writing
from mains.guard.context import inside
from mains.journeys import bill_run

pytestmark = pytest.mark.usefixtures("unblocked", "home")


@pytest.fixture
def home(unblocked) -> Iterator:
    with budgets.at_home() as opened:
        yield opened


class TestCrediting:
    def test_a_fixed_bill_before_its_settlement_lowers_what_is_taken_off(self):
        for month in (2, 3):
            bill(2027, month)
        credited(bill_of(2))
        assert [net for net, _bills in taken_off(settle())] == ["40.00"]
        assert fixed_book() == 0

    def test_billed_again_it_is_the_fixed_amount_and_taken_off(self):
        for month in (2, 3):
            bill(2027, month)
        one = bill_of(2)
        credited(one)
        corrected = again(one)
        assert [code for code, *_rest in lines(json.loads(corrected.facts))] == ["budget-amount"]
        assert [net for net, _bills in taken_off(settle())] == ["80.00"]
        assert fixed_book() == 0

    def test_a_fixed_bill_after_its_settlement_is_refused(self):
        for month in (2, 3):
            bill(2027, month)
        settle()
        with pytest.raises(crediting.SettledBill):
            credited(bill_of(2))
        assert Bill.objects.filter(kind="CREDIT").count() == 0

    def test_a_later_one_may_be_credited(self):
        for month in (2, 3, 4):
            bill(2027, month)
        settle(on=date(2027, 5, 20))
        credited(bill_of(4))
        assert fixed_book() == 0

    def test_the_settlement_lets_its_days_and_amounts_be_settled_again(self, home):
        for month in (2, 3):
            bill(2027, month)
        home.read(last_day(2027, 3), 4_260)
        first = settle()
        bill(2027, 4)
        credited(Bill.objects.get(number=first["number"]))
        assert due() == 1
        second = settle(on=date(2027, 5, 20))
        assert (second["lines"], second["total"]) == (first["lines"], first["total"])
        assert fixed_book() == 4_000

    def test_the_settlement_billed_again_in_its_own_place(self):
        for month in (2, 3):
            bill(2027, month)
        first = Bill.objects.get(number=settle()["number"])
        credited(first)
        corrected = again(first)
        assert corrected.total_minor == first.total_minor
        assert due() == 0
        with pytest.raises(apart.NothingLeft):
            again(first)
        assert fixed_book() == 0


class TestAtTheSameMoment:
    """
    A settlement is issued while somebody credits a bill whose amount it takes off.
    """

    def together(self, monkeypatch, first: str) -> dict[str, object]:
        """
        Let `first` number its bill while the other waits for it; return what each of them came to.
        """
        from mains.billing import numbers

        run = bill_run.approve(
            tenant=tenant(), run=begun(at(2027, 4, 8)), approved_by="bob", now=at(2027, 4, 8)
        )
        february = bill_of(2)
        numbered, take = threading.Event(), numbers.take

        def waits(**given):
            if threading.current_thread().name == first:
                numbered.set()
                until_somebody_waits()
            return take(**given)

        monkeypatch.setattr(numbers, "take", waits)
        steps = {
            "settlement": lambda: bill_run.issue(tenant=tenant(), run=run, now=at(2027, 4, 8)),
            "credit": lambda: credited(february),
        }
        (second,) = set(steps) - {first}
        found: dict[str, object] = {}

        def walk(name: str) -> None:
            with inside(world.SLUG):
                try:
                    found[name] = steps[name]()
                except Exception as error:
                    found[name] = type(error)
                finally:
                    connection.close()

        one = threading.Thread(target=walk, args=(first,), name=first)
        other = threading.Thread(target=walk, args=(second,), name=second)
        one.start()
        assert numbered.wait(20)
        other.start()
        one.join(30)
        other.join(30)
        return found

    @pytest.fixture(autouse=True)
    def two_months(self, home) -> None:
        for month in (2, 3):
            bill(2027, month)
        home.read(last_day(2027, 3), 4_260)

    def test_the_settlement_first_the_bill_stays(self, monkeypatch):
        found = self.together(monkeypatch, "settlement")
        assert found["credit"] is crediting.SettledBill
        assert Bill.objects.filter(kind="SETTLEMENT").count() == 1
        assert fixed_book() == 0

    def test_the_credit_first_the_settlement_is_rehearsed_again(self, monkeypatch):
        found = self.together(monkeypatch, "credit")
        assert isinstance(found["credit"], Bill)
        # Refused by name: its amounts are others by now.
        assert found["settlement"] is actions.ContentChanged
        monkeypatch.undo()
        run = BillRun.objects.select_related("company").get(kind="SETTLEMENT")
        bill_run.take_up(tenant=tenant(), run_id=run.pk, taken_up_by="ana", now=at(2027, 4, 9))
        run.refresh_from_db()
        issued(bill_run.rehearse(tenant=tenant(), run=run))
        assert fixed_book() == 0

    def test_control_without_the_second_look_both_happen(self, monkeypatch):
        monkeypatch.setattr(crediting, "_refuse_settled", lambda *_given: None)
        self.together(monkeypatch, "settlement")
        assert fixed_book() == -4_000

    def test_control_without_the_other_second_look_too_much_is_taken_off(self, monkeypatch):
        monkeypatch.setattr(writing, "refuse_billed", lambda **_given: None)
        self.together(monkeypatch, "credit")
        assert fixed_book() == -4_000


def until_somebody_waits() -> None:
    """
    Return once another connection waits for a lock.
    """
    for _n in range(400):
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
