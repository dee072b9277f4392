"""Fixed amounts and their settlement: no day and no amount counts twice."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.journeys.estimates import budget_world as budgets
from tests.journeys.estimates import world
from tests.journeys.estimates.budget_world import (
    APRIL,
    FEBRUARY,
    begun,
    bill_of,
    budget,
    change,
    credited,
    due,
    fixed_book,
    settle,
    stop,
    taken_off,
    tenant,
)
from tests.journeys.estimates.test_apart import apart_bill, blocked
from tests.journeys.estimates.test_moves import used
from tests.journeys.estimates.world import at, bill, issued, last_day, lines, started

from mains.billing import actions, charges, crediting
from mains.billing.budgets import settling
from mains.billing.documents import proofs
from mains.billing.models import Bill
from mains.billing.rules.verifying import verify
from mains.customers.models import Contract

pytestmark = pytest.mark.usefixtures("unblocked", "home")


@pytest.fixture
def home(unblocked) -> Iterator:
    with budgets.at_home() as opened:
        yield opened


class TestAFixedBill:
    def test_one_line_that_needs_no_reading(self, home):
        facts = bill(2027, 2)
        assert lines(facts) == [("budget-amount", "1", "40.00")]
        assert facts["lines"][0]["label"] == "Fixed amount"
        assert (facts["total"], facts["contracts"][0]["registers"]) == ("48.40", [])
        # Nobody read the meter in February, and nothing was estimated.
        assert home.estimated() == []
        assert fixed_book() == 4_000

    def test_control_without_a_fixed_amount_the_month_is_estimated(self, home):
        stop(home, FEBRUARY)
        assert budget() is None
        bill(2027, 2)
        assert home.estimated() != []

    def test_the_next_bill_is_foreseen_with_it(self, home):
        from mains.journeys import next_bill

        (found,) = next_bill.foresee(
            tenant=tenant(), account_ids=[home.account.pk], today=date(2027, 2, 10)
        )
        assert (found.total.minor, found.uses) == (4_840, ())

    def test_what_changed_after_the_rehearsal_is_refused_by_name(self, home):

        run = started(2027, 2)
        change(home, 4_500)
        with pytest.raises(actions.ContentChanged):
            issued(run)
        assert not Bill.objects.filter(run=run).exists()

    def test_other_charges_of_the_account_stay(self, home):

        wish = charges.Wish({"": "Visit"}, FEBRUARY, 1_000, "21", "charges", "asked")
        charges.add(account_id=home.account.pk, wish=wish, sent_key="k", added_by="ana",
                    actor="staff:1", now=at(2027, 2, 1))  # fmt: skip
        facts = bill(2027, 2)
        assert [line["net"] for line in facts["lines"]] == ["40.00", "10.00"]

    def test_a_utility_that_stopped_offering_them_bills_nobody_wrongly(self):
        from mains.guard import context
        from mains.journeys import configure
        from mains.tenancy import queries

        context.choose(None)
        configure.publish(
            file=world.file_of(budget_billing=None), author="t", approved=True, now=at(2027, 2, 1)
        )
        queries.forget()
        context.choose(world.SLUG)
        assert blocked(started(2027, 2)) == ["NO_TARIFF"]


class TestASettlement:
    def test_bills_what_was_used_and_takes_the_fixed_amounts_off(self, home):
        bill(2027, 2)
        bill(2027, 3)
        home.read(last_day(2027, 3), 4_260)
        facts = settle()
        # 500 kWh at 0.20 with 12 %, two months of connection at 5.00 and 80.00 off, both with 21 %.
        assert (facts["kind"], facts["period"]) == ("SETTLEMENT", ["2027-02-01", "2027-04-01"])
        assert lines(facts) == [
            ("connection", "2", "10.00"), ("energy", "500", "100.00"),
            ("budget-billed", "1", "-80.00"),
        ]  # fmt: skip
        assert [(one["percent"], one["net"], one["tax"]) for one in facts["vat"]] == [
            ("21", "-70.00", "-14.70"), ("12", "100.00", "12.00"),
        ]  # fmt: skip
        assert facts["total"] == "27.30"
        assert fixed_book() == 0
        for one in Bill.objects.all():
            assert verify(proofs.proof(bill_id=one.pk)).findings == ()

    def test_nobody_is_due_before_the_month_is_over(self):
        bill(2027, 2)
        assert due(on=date(2027, 3, 31)) == 0
        with pytest.raises(settling.NothingToSettle):
            begun(at(2027, 3, 31))
        assert due(on=APRIL) == 1

    def test_started_twice_is_one_run_and_settled_twice_is_one_bill(self):
        bill(2027, 2)
        bill(2027, 3)
        run = begun(at(2027, 4, 8))
        assert begun(at(2027, 4, 8)).pk == run.pk
        assert due() == 0
        issued(run)
        with pytest.raises(settling.NothingToSettle):
            begun(at(2027, 4, 9))

    def test_late_the_amounts_of_the_next_year_are_left_on(self):
        for month in (2, 3, 4):
            bill(2027, month)
        facts = settle(on=date(2027, 5, 20))
        assert [net for net, _bills in taken_off(facts)] == ["80.00"]
        assert fixed_book() == 4_000

    def test_before_the_last_regular_run_that_one_charges_nothing(self, home):
        bill(2027, 2)
        home.read(last_day(2027, 3), 4_260)
        facts = settle()
        assert [net for net, _bills in taken_off(facts)] == ["40.00"]
        assert blocked(started(2027, 3)) == ["BILLED_ALREADY"]
        assert fixed_book() == 0

    def test_one_drafted_before_a_fixed_bill_is_refused(self):

        bill(2027, 2)
        run = begun(at(2027, 4, 8))
        bill(2027, 3)
        with pytest.raises(actions.ContentChanged):
            issued(run)
        assert fixed_book() == 8_000

    def test_what_it_estimated_is_set_right_by_the_next_one_once(self, home):
        for month in (2, 3):
            bill(2027, month)
        first = settle()
        guessed = used(first)
        assert home.estimated() != []
        for month in range(4, 13):
            bill(2027, month)
        for month in (1, 2, 3):
            bill(2028, month)
        home.read(last_day(2028, 3), 8_000)
        second = settle(on=date(2028, 4, 8))
        assert guessed + used(second) == 8_000 - 3_760
        corrections = second["contracts"][0]["corrections"]
        assert [one["period"] for one in corrections] == [["2027-02-01", "2027-04-01"]]
        assert fixed_book() == 0

    def test_an_interim_bill_settles_as_well(self, home):
        bill(2027, 2)
        home.read(date(2027, 3, 10), 4_000)
        facts = apart_bill(home, "INTERIM", date(2027, 3, 11))
        assert facts["period"] == ["2027-02-01", "2027-03-11"]
        assert used(facts) == 240
        assert [net for net, _bills in taken_off(facts)] == ["40.00"]
        # The rest of March is charged a part of the amount, and is settled with the others.
        march = bill(2027, 3)
        assert march["period"] == ["2027-03-11", "2027-04-01"]
        (line,) = march["lines"]
        assert line["net"] == "27.10"
        home.read(last_day(2027, 3), 4_100)
        assert used(settle()) == 100
        assert fixed_book() == 0

    def test_a_contract_that_ended_is_due_at_once(self, home):
        bill(2027, 2)
        Contract.objects.filter(pk=home.contract.pk).update(end_date=date(2027, 2, 21))
        home.read(date(2027, 2, 21), 3_900)
        assert due(on=date(2027, 2, 22)) == 1
        run = begun(at(2027, 3, 8))
        facts = json.loads(Bill.objects.get(run=issued(run)).facts)
        assert (facts["period"], used(facts)) == (["2027-02-01", "2027-02-21"], 140)
        assert fixed_book() == 0

    def test_an_end_that_is_told_late_takes_off_what_was_billed_since(self, home):
        for month in (2, 3):
            bill(2027, month)
        Contract.objects.filter(pk=home.contract.pk).update(end_date=date(2027, 2, 21))
        home.read(date(2027, 2, 21), 3_900)
        run = begun(at(2027, 4, 8))
        facts = json.loads(Bill.objects.get(run=issued(run)).facts)
        assert (facts["period"], used(facts)) == (["2027-02-01", "2027-02-21"], 140)
        assert [net for net, _bills in taken_off(facts)] == ["80.00"]
        assert fixed_book() == 0
        # Nothing of it is left on account.
        assert budgets.shown(home, today=date(2027, 4, 9)) == []
        with pytest.raises(crediting.SettledBill):
            credited(bill_of(3))


class TestAnotherContractOfTheAccount:
    @pytest.fixture
    def flat(self, home):
        """
        The account's second home, read once a month, that pays what it uses.
        """
        from tests.factories import meters

        point = meters.supply_point("LV-2")
        contract = Contract.objects.create(
            account=home.account, supply_point=point, service="electricity",
            contract_class="home", tariff_code="home", start_date=date(2027, 1, 1),
        )  # fmt: skip
        register = meters.meter("M2", codes=("1.8.0",), digits=5)["1.8.0"]
        meters.hang(register, point, start=date(2027, 1, 1))
        home.read(last_day(2027, 1), 100, register=register)
        return contract, register

    def test_is_billed_what_it_used_and_its_estimate_is_set_right_once(self, home, flat):
        contract, register = flat
        home.read(last_day(2027, 2), 200, register=register)
        facts = bill(2027, 2)
        assert [(line["contract"], line["code"]) for line in facts["lines"]] == [
            (home.contract.pk, "budget-amount"),
            (contract.pk, "connection"), (contract.pk, "energy"),
        ]  # fmt: skip
        # Nobody reads in March: the second home is estimated, the first one is not.
        march = bill(2027, 3)
        assert used(march) > 0
        assert len(home.estimated()) == 1
        home.read(last_day(2027, 3), 4_260)
        settled = settle()
        assert [one["id"] for one in settled["contracts"]] == [home.contract.pk]
        assert (used(settled), settled["contracts"][0]["corrections"]) == (500, [])
        home.read(last_day(2027, 4), 500, register=register)
        april = bill(2027, 4)
        second = next(one for one in april["contracts"] if one["id"] == contract.pk)
        assert [one["period"] for one in second["corrections"]] == [["2027-03-01", "2027-04-01"]]
        assert used(march) + used(april) == 300


class TestWhatItCosts:
    def test_a_run_without_fixed_amounts_asks_no_more(self, home):
        stop(home, FEBRUARY)
        home.read(last_day(2027, 2), 4_000)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            bill(2027, 2)
        statements = [one["sql"] for one in asked.captured_queries]
        assert not [one for one in statements if '"budget":{' in one]
        assert sum("c.budget" in one for one in statements) == 2
