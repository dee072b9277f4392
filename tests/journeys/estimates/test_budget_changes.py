"""A fixed amount put on, changed and stopped: twice, late, in the wrong order and never."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from tests.journeys.estimates import budget_world as budgets
from tests.journeys.estimates.budget_world import (
    FEBRUARY,
    MARCH,
    MAY,
    budget,
    change,
    due,
    fixed_book,
    put_on,
    settle,
    stop,
    taken_off,
    tenant,
)
from tests.journeys.estimates.test_apart import blocked
from tests.journeys.estimates.test_moves import used
from tests.journeys.estimates.world import at, bill, issued, last_day, started

from mains.billing.budgets import changes
from mains.billing.models import Bill, BillRun
from mains.billing.runs import rehearsing
from mains.customers.models import Contract
from mains.journeys import bill_run

pytestmark = pytest.mark.usefixtures("unblocked", "home")


@pytest.fixture
def home(unblocked) -> Iterator:
    with budgets.at_home() as opened:
        yield opened


class TestPuttingOn:
    def test_twice_is_once_and_audited_once(self, home):
        from mains.audit.models import Entry

        put_on(home)
        assert Entry.objects.filter(action="budget.put_on").count() == 1
        assert budget() == {
            "monthly_minor": 4_000, "since": "2027-02-01", "until": None, "by": "ana",
        }  # fmt: skip

    def test_another_amount_is_a_change(self, home):
        with pytest.raises(changes.AlreadyOn):
            put_on(home, 5_000)
        change(home, 5_000)
        change(home, 5_000)
        assert (budget()["monthly_minor"], budget()["by"]) == (5_000, "bob")

    def test_late_the_days_are_billed(self, home):
        stop(home, FEBRUARY)
        with pytest.raises(changes.BilledAlready) as told:
            put_on(home, since=date(2027, 1, 1))
        assert told.value.args == (FEBRUARY,)

    @pytest.mark.parametrize(
        ("given", "error"),
        [
            ({"minor": 0}, changes.NothingToPay),
            ({"since": date(2027, 3, 2)}, changes.NotFirstDay),
            ({"contract_id": 0}, changes.UnknownContract),
        ],
    )
    def test_wrong(self, home, given, error):
        stop(home, FEBRUARY)
        with pytest.raises(error):
            put_on(home, **given)
        assert budget() is None

    def test_a_contract_that_ends_before(self, home):
        stop(home, FEBRUARY)
        Contract.objects.filter(pk=home.contract.pk).update(end_date=MARCH)
        with pytest.raises(changes.ContractEnded):
            put_on(home, since=MARCH)

    def test_not_while_its_bills_are_issued(self, home):

        run = started(2027, 2)
        run = bill_run.approve(tenant=tenant(), run=run, approved_by="bob", now=at(2027, 3, 4))
        for step in (lambda: stop(home, FEBRUARY), lambda: change(home, 1), lambda: put_on(home)):
            with pytest.raises(changes.BeingIssued):
                step()
        bill_run.issue(tenant=tenant(), run=run, now=at(2027, 3, 4))
        change(home, 5_000)


class TestStopping:
    def test_days_that_are_billed_stay(self, home):
        bill(2027, 2)
        with pytest.raises(changes.BilledAlready) as told:
            stop(home, FEBRUARY)
        assert told.value.args == (MARCH,)
        stop(home, MARCH)
        stop(home, MARCH)
        assert budget()["until"] == "2027-03-01"

    def test_nothing_is_billed_by_use_before_it_is_settled(self, home):
        """
        The bill of March would begin at the last reading, which is from before the fixed amount.
        """
        bill(2027, 2)
        stop(home, MARCH)
        home.read(last_day(2027, 3), 4_260)
        assert blocked(started(2027, 3)) == ["NOT_SETTLED"]
        assert due(on=MARCH) == 1
        settled = settle(on=date(2027, 4, 2))
        assert settled["period"] == ["2027-02-01", "2027-03-01"]
        run = BillRun.objects.get(kind="REGULAR", period_start=MARCH)

        rehearsing.withdraw(run_id=run.pk)
        run.refresh_from_db()
        march = Bill.objects.get(run=issued(bill_run.rehearse(tenant=tenant(), run=run)))
        assert used(settled) + used(json.loads(march.facts)) == 500
        assert fixed_book() == 0

    def test_it_goes_on_from_the_day_on_which_it_stopped(self, home):
        bill(2027, 2)
        stop(home, MARCH)
        put_on(home, 5_000, since=MARCH)
        assert (budget()["since"], budget()["until"]) == ("2027-02-01", None)
        bill(2027, 3)
        assert [net for net, _bills in taken_off(settle())] == ["90.00"]

    def test_after_a_gap_it_has_to_be_settled_first(self, home):
        bill(2027, 2)
        stop(home, MARCH)
        with pytest.raises(changes.NotSettled):
            put_on(home, since=MAY)
        settle(on=date(2027, 3, 2))
        put_on(home, since=MAY)
        assert budget()["since"] == "2027-05-01"

    def test_never_put_on(self, home):
        stop(home, FEBRUARY)
        with pytest.raises(changes.NotOn):
            stop(home, MARCH)
        with pytest.raises(changes.NotOn):
            change(home, 1)
