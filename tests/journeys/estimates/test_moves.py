"""Who moves out and who moves in are billed the use of their own days, and together all of it."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.journeys.estimates import world
from tests.journeys.estimates.test_estimated_bills import moved
from tests.journeys.estimates.world import bill, issued, last_day, started

pytestmark = pytest.mark.usefixtures("unblocked")

FEBRUARY_11 = date(2027, 2, 11)
LEFT, CAME = "10000001", "10000002"


@pytest.fixture
def home(unblocked) -> Iterator:
    with world.opened(world.file_of()) as opened:
        opened.read(last_day(2027, 1), 3_760)
        bill(2027, 1)
        moved(opened, FEBRUARY_11)
        yield opened


def billed(year: int, month: int, *, months: int = 1) -> dict[str, dict]:
    from mains.billing.models import Bill

    run = issued(started(year, month, months=months))
    rows = Bill.objects.filter(run=run).select_related("account")
    return {row.account.number: json.loads(row.facts) for row in rows}


def used(facts: dict) -> Decimal:
    """
    Return what a bill counts, with what it corrects.
    """
    return sum(
        (Decimal(line["quantity"]) for line in facts["lines"] if line["code"] == "energy"),
        Decimal(0),
    )


def register(facts: dict) -> dict:
    return facts["contracts"][0]["registers"][0]


class TestReadAtTheMove:
    @pytest.mark.parametrize("day", [date(2027, 2, 10), FEBRUARY_11])
    def test_each_is_billed_from_and_to_that_reading(self, home, day):
        home.read(day, 3_900)
        home.read(last_day(2027, 2), 4_000)
        found = billed(2027, 2)
        assert (used(found[LEFT]), used(found[CAME])) == (140, 100)
        assert register(found[LEFT])["to"] == [str(day), "3900"]
        assert register(found[CAME])["from"] == [str(day), "3900"]
        assert not register(found[LEFT])["estimated"]
        assert home.estimated() == []

    def test_whatever_month_it_closes(self, home):
        # Within the window of January's readings, so stored as one of January.
        home.contract.end_date = date(2027, 2, 1)
        home.contract.save()
        home.read(FEBRUARY_11, 3_900, month=date(2027, 1, 1))
        home.read(last_day(2027, 2), 4_000)
        found = billed(2027, 2)
        assert used(found[CAME]) == 100

    def test_what_came_first_counts_for_both(self, home):
        home.read(date(2027, 2, 10), 3_900)
        home.read(FEBRUARY_11, 3_905, received_at=world.at(2027, 2, 20))
        home.read(last_day(2027, 2), 4_000)
        found = billed(2027, 2)
        assert (used(found[LEFT]), used(found[CAME])) == (140, 100)


class TestNobodyRead:
    def test_the_use_around_it_is_shared_out_by_the_days(self, home):
        home.read(last_day(2027, 2), 4_012)
        found = billed(2027, 2)
        # 252 kWh in 28 days, of which 10 are those of who left.
        assert (used(found[LEFT]), used(found[CAME])) == (90, 162)
        assert register(found[LEFT])["estimated"]
        assert register(found[LEFT])["method"] == "SPLIT"
        assert register(found[CAME])["from"] == ["2027-02-10", "3850"]
        assert register(found[CAME])["from_source"] == "ESTIMATE"
        assert home.estimated() == [("02-10", 3850, "ESTIMATED", "SPLIT")]

    def test_by_degree_days_where_the_service_is_estimated_so(self):
        weather = {
            "source": "test", "station": "Rīga",
            "degree_days": {"2027-02": "300", "2027-03": "100"},
        }  # fmt: skip
        file = world.file_of(estimate={"methods": ["degree_days"]}, weather=weather)
        with world.opened(file) as home:
            home.read(last_day(2027, 1), 3_760)
            bill(2027, 1)
            moved(home, date(2027, 3, 1))
            home.read(last_day(2027, 3), 4_160)
            # 400 kWh in two months of 300 and 100 degree days.
            found = billed(2027, 2, months=2)
            assert (used(found[LEFT]), used(found[CAME])) == (300, 100)

    def test_a_reading_that_comes_once_one_was_billed_changes_nothing(self, home):
        from mains.billing.models import Bill

        home.read(last_day(2027, 2), 4_012)
        run = started(2027, 2)
        hold(run, CAME)
        issued(run)
        home.read(FEBRUARY_11, 3_990, received_at=world.at(2027, 3, 20))
        release_all(run)
        (late,) = Bill.objects.filter(account__number=CAME)
        assert used(json.loads(late.facts)) == 162

    def test_whoever_is_billed_first(self, home, monkeypatch):
        from mains.billing import actions
        from mains.billing.models import Bill

        monkeypatch.setattr(actions, "CHUNK", 1)
        home.read(last_day(2027, 2), 4_012)
        run = started(2027, 2)
        hold(run, LEFT)
        issued(run)
        assert home.estimated() == [("02-10", 3850, "ESTIMATED", "SPLIT")]
        release_all(run)
        (late,) = Bill.objects.filter(run=run, account__number=LEFT)
        assert used(json.loads(late.facts)) == 90
        assert len(home.estimated()) == 1

    def test_a_register_that_passes_zero_in_between(self, home):
        home.read(last_day(2027, 2), 60, verdict="ROLLOVER")
        found = billed(2027, 2)
        assert used(found[LEFT]) + used(found[CAME]) == 100_000 - 3_760 + 60

    def test_readings_that_contradict_each_other_hold_both(self, home):
        home.read(last_day(2027, 2), 3_000)
        run = started(2027, 2)
        assert [held[1] for part in run.chunks.all() for held in part.held] == [
            "BELOW_PREVIOUS"
        ] * 2

    def test_nobody_may_be_billed_by_two_divisions(self, home):
        from mains.core.calendars import Period
        from mains.core.transactions import owns_transaction
        from mains.metering import estimated_readings
        from mains.metering.closed import Closing
        from mains.metering.rules.catching_up import Shown

        store = owns_transaction(estimated_readings.store)

        days = Period(date(2027, 2, 10), FEBRUARY_11)
        closings = [
            [Closing(home.register.pk, days, Shown(Decimal(value)), "SPLIT")]
            for value in (3_850, 3_850, 3_900)
        ]
        for run_id, one in enumerate(closings[:2]):
            store(closings=one, replaced_ids=[], run_id=run_id, now=world.at(2027, 3, 1))
        with pytest.raises(estimated_readings.DividedOtherwise):
            store(closings=closings[2], replaced_ids=[], run_id=3, now=world.at(2027, 3, 1))
        assert home.estimated() == [("02-10", 3850, "ESTIMATED", "SPLIT")]


def test_nobody_pays_for_days_before_the_first_contract(unblocked):
    with world.opened(world.file_of()) as home:
        home.contract.start_date = date(2027, 1, 11)
        home.contract.save()
        home.read(last_day(2027, 1), 3_770)
        # 310 kWh in 31 days, of which 21 are the contract's.
        assert used(bill(2027, 1)) == 210


def test_an_estimate_of_the_first_days_is_set_right_by_what_was_read_after_them(home):
    home.read(FEBRUARY_11, 3_900)
    run = started(2027, 2)
    # The newcomer has no past to be estimated from.
    assert [held[1] for part in run.chunks.all() for held in part.held] == ["NO_READING"]
    issued(run)
    home.read(last_day(2027, 3), 4_100)
    assert used(billed(2027, 3)[CAME]) == 200


def test_a_chunk_without_a_move_asks_no_more_of_the_database(unblocked):
    with world.opened(world.file_of()) as home:
        home.read(last_day(2027, 1), 3_760)
        home.read(last_day(2027, 2), 4_000)
        home.read(last_day(2027, 3), 4_200)
        bill(2027, 1)
        counts = []
        for month in (2, 3):
            if month == 3:
                moved(home, date(2027, 3, 11))
            with CaptureQueriesContext(connection) as queries:
                started(2027, month)
            texts = [one["sql"] for one in queries]
            counts.append(
                sum("metering_reading rd" in text and "r.is_virtual" in text for text in texts)
            )
        assert counts == [0, 1]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_all_bills_count_what_the_meter_counted(unblocked, monkeypatch, seed):
    from mains.billing import actions
    from mains.billing.models import Bill

    random = Random(seed)
    monkeypatch.setattr(actions, "CHUNK", random.choice([1, 1_000]))
    with world.opened(world.file_of(estimate=None)) as home:
        value = 3_460
        for month in range(1, 9):
            day = date(2027, month, random.randint(2, 28))
            if random.random() < 0.7:
                move_on(home, day, number=20_000_000 + month)
                if random.random() < 0.5:
                    value += random.randint(0, 200)
                    home.read(day - timedelta(days=random.randint(0, 1)), value)
            if random.random() < 0.4:
                middle = date(2027, month, random.randint(2, 28))
                if middle > day:
                    value += random.randint(0, 50)
                    home.read(middle, value)
            value += random.randint(0, 300)
            home.read(last_day(2027, month), value)
            issued(started(2027, month))
        facts = [json.loads(one.facts) for one in Bill.objects.all()]
        assert sum(map(used, facts)) == value - 3_460
        assert len(facts) >= 8


def move_on(home, day: date, *, number: int) -> None:
    """
    Let somebody else move in on a day, wherever others did before.
    """
    from mains.customers.models import Account, Contract

    old = Contract.objects.latest("start_date")
    Contract.objects.filter(pk=old.pk).update(end_date=day)
    account = Account.objects.get(pk=home.account.pk)
    account.pk, account.number, account._state.adding = None, str(number), True
    account.save()
    Contract.objects.create(
        account=account,
        supply_point=old.supply_point,
        service=old.service,
        contract_class=old.contract_class,
        tariff_code=old.tariff_code,
        start_date=day,
    )


def hold(run, number: str) -> None:
    from mains.billing.runs import holding
    from mains.customers.models import Account

    account = Account.objects.get(number=number)
    holding.hold(
        run_id=run.pk,
        selection=holding.Selection(account_ids=frozenset({account.pk})),
        reason="later",
        actor="staff:1",
        now=world.at(2027, 3, 4),
    )


def release_all(run) -> None:
    """
    Take up what remains of a run, release it, and issue it.
    """
    from mains.billing.rules.outcomes import AccountState
    from mains.billing.runs import holding, overview
    from mains.journeys import bill_run
    from mains.tenancy import queries

    tenant, now = queries.tenant(world.SLUG), world.at(2027, 3, 25)
    bill_run.take_up(tenant=tenant, run_id=run.pk, taken_up_by="ana", now=now)
    run.refresh_from_db()
    run = bill_run.rehearse(tenant=tenant, run=run, now=now)
    found = overview.accounts_in(run_id=run.pk, state=AccountState.HELD)
    holding.release(
        run_id=run.pk,
        selection=holding.Selection(account_ids=frozenset(one.account_id for one in found)),
        actor="staff:1",
        now=now,
    )
    run = bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=now)
    bill_run.issue(tenant=tenant, run=run, now=now)
