"""Final and interim bills: one account's days beside the regular runs, each billed once."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from tests.journeys.estimates import world
from tests.journeys.estimates.test_estimated_bills import moved
from tests.journeys.estimates.test_moves import CAME, LEFT, billed, move_on, register, used
from tests.journeys.estimates.world import at, bill, issued, last_day, lines, started

from mains.billing.models import Bill, BillRun, RunKind
from mains.billing.runs import apart

pytestmark = pytest.mark.usefixtures("unblocked")


@pytest.fixture
def home(unblocked) -> Iterator:
    """
    A home that is read through January 2027 and billed for it.
    """
    with world.opened(world.file_of()) as opened:
        opened.read(last_day(2027, 1), 3_760)
        bill(2027, 1)
        yield opened


def begun(
    home, kind: str, until: date, *, today: date | None = None, number: str = LEFT
) -> BillRun:
    from mains.customers.models import Account
    from mains.journeys import bill_run
    from mains.tenancy import queries

    tenant, day = queries.tenant(world.SLUG), today or until
    now = at(day.year, day.month, day.day)
    run = bill_run.start_apart(
        tenant=tenant,
        kind=RunKind(kind),
        account_id=Account.objects.get(number=number).pk,
        until=until,
        started_by="ana",
        actor="staff:1",
        now=now,
    )
    return bill_run.rehearse(tenant=tenant, run=run, now=now)


def apart_bill(home, kind: str, until: date, **given) -> dict:
    run = issued(begun(home, kind, until, **given))
    return json.loads(Bill.objects.get(run=run).facts)


def blocked(run: BillRun) -> list[str]:
    return [held[1] for part in run.chunks.all() for held in part.held]


class TestFinal:
    def test_as_soon_as_the_contract_has_ended(self, home):
        moved(home, date(2027, 2, 11))
        home.read(date(2027, 2, 11), 3_900)
        facts = apart_bill(home, "FINAL", date(2027, 2, 11))
        assert facts["kind"] == "FINAL"
        assert facts["period"] == ["2027-02-01", "2027-02-11"]
        assert used(facts) == 140
        # 10 of the 28 days of the month.
        assert lines(facts)[0] == ("connection", "0.357143", "1.79")

    def test_the_regular_run_does_not_bill_these_days_again(self, home):
        moved(home, date(2027, 2, 11))
        home.read(date(2027, 2, 11), 3_900)
        apart_bill(home, "FINAL", date(2027, 2, 11))
        home.read(last_day(2027, 2), 4_000)
        run = started(2027, 2)
        assert blocked(run) == ["BILLED_ALREADY"]
        issued(run)
        (only,) = Bill.objects.filter(run=run).select_related("account")
        assert only.account.number == CAME
        assert used(json.loads(only.facts)) == 100

    def test_estimated_where_nobody_read_and_the_next_one_begins_there(self, home):
        moved(home, date(2027, 2, 11))
        facts = apart_bill(home, "FINAL", date(2027, 2, 11))
        # As in the same ten days of February 2026: 280 kWh in 28 days.
        assert used(facts) == 100
        assert register(facts)["method"] == "LAST_YEAR"
        home.read(last_day(2027, 2), 4_000)
        assert used(billed(2027, 2)[CAME]) == 140

    def test_not_before_it_has_ended_and_not_twice(self, home):
        with pytest.raises(apart.NothingLeft):
            begun(home, "FINAL", date(2027, 2, 5))
        moved(home, date(2027, 2, 11))
        with pytest.raises(apart.NothingLeft):
            begun(home, "FINAL", date(2027, 2, 5))
        first = begun(home, "FINAL", date(2027, 2, 11))
        assert begun(home, "FINAL", date(2027, 2, 11)) == first
        issued(first)
        with pytest.raises(apart.NothingLeft):
            begun(home, "FINAL", date(2027, 2, 11))

    def test_a_cancelled_run_leaves_its_days_to_another(self, home):
        from mains.billing.runs import pausing

        moved(home, date(2027, 2, 11))
        first = begun(home, "FINAL", date(2027, 2, 11))
        pausing.cancel(run_id=first.pk, actor="staff:1", now=at(2027, 2, 11))
        assert begun(home, "FINAL", date(2027, 2, 11)) != first

    def test_late_for_days_that_a_regular_run_billed(self, home):
        moved(home, date(2027, 2, 11))
        home.read(last_day(2027, 2), 4_000)
        billed(2027, 2)
        with pytest.raises(apart.NothingLeft):
            begun(home, "FINAL", date(2027, 2, 11), today=date(2027, 3, 20))

    def test_a_day_that_is_not_over_is_not_billed(self, home):
        with pytest.raises(apart.DayNotPast):
            begun(home, "INTERIM", date(2027, 3, 1), today=date(2027, 2, 11))


class TestBesideARegularRun:
    def test_whoever_is_issued_first_bills_the_days(self, home):
        from mains.billing.actions import ContentChanged

        moved(home, date(2027, 2, 11))
        home.read(date(2027, 2, 11), 3_900)
        home.read(last_day(2027, 2), 4_000)
        regular, final = started(2027, 2), begun(home, "FINAL", date(2027, 2, 11))
        issued(final)
        with pytest.raises(ContentChanged, match=LEFT):
            issued(regular)
        assert sum(used(json.loads(one.facts)) for one in Bill.objects.all()) == 300 + 240

    def test_the_other_way_round(self, home):
        from mains.billing.actions import ContentChanged

        moved(home, date(2027, 2, 11))
        home.read(last_day(2027, 2), 4_000)
        regular, final = started(2027, 2), begun(home, "FINAL", date(2027, 2, 11))
        issued(regular)
        with pytest.raises(ContentChanged, match=LEFT):
            issued(final)
        assert sum(used(json.loads(one.facts)) for one in Bill.objects.all()) == 300 + 240

    def test_what_was_billed_while_a_bill_was_drafted_is_refused(self, home, monkeypatch):
        from mains.billing.inputs import chunk_inputs
        from mains.billing.inputs.covered import BilledMeanwhile

        home.read(last_day(2027, 2), 4_000)
        regular = started(2027, 2)
        issued(begun(home, "INTERIM", date(2027, 2, 11)))
        # As if the other bill had come between drafting and numbering.
        real = chunk_inputs.days_of
        monkeypatch.setattr(
            chunk_inputs,
            "days_of",
            lambda **given: {
                one.contract_id: one.part_of(given["period"]) for one in given["contracts"]
            },
        )
        with pytest.raises(BilledMeanwhile):
            issued(regular)
        monkeypatch.setattr(chunk_inputs, "days_of", real)
        assert Bill.objects.count() == 2


class TestInterim:
    def test_from_the_last_bill_to_a_day_and_the_next_from_there(self, home):
        home.read(date(2027, 2, 10), 3_900)
        facts = apart_bill(home, "INTERIM", date(2027, 2, 11))
        assert (facts["kind"], facts["period"]) == ("INTERIM", ["2027-02-01", "2027-02-11"])
        assert used(facts) == 140
        home.read(last_day(2027, 2), 4_000)
        facts = bill(2027, 2)
        assert facts["period"] == ["2027-02-11", "2027-03-01"]
        assert used(facts) == 100
        assert lines(facts)[0][1] == "0.642857"

    def test_twice_in_one_month(self, home):
        for until, counted in ((date(2027, 2, 6), 3_800), (date(2027, 2, 20), 3_900)):
            home.read(until, counted)
            apart_bill(home, "INTERIM", until)
        home.read(last_day(2027, 2), 4_000)
        facts = bill(2027, 2)
        assert facts["period"] == ["2027-02-20", "2027-03-01"]
        assert used(facts) == 100

    def test_an_estimate_is_set_right_by_the_reading_of_the_month(self, home):
        facts = apart_bill(home, "INTERIM", date(2027, 2, 11))
        assert used(facts) == 100
        home.read(last_day(2027, 2), 3_760 + 560)
        facts = bill(2027, 2)
        # Twice as much as expected in both parts.
        assert lines(facts)[1][1] == "360"
        assert lines(facts, corrects="2027-02-01")[0][1] == "100"

    def test_an_estimate_is_set_right_months_later(self, home):
        apart_bill(home, "INTERIM", date(2027, 2, 11))
        assert used(bill(2027, 2)) == 180
        home.read(last_day(2027, 3), 3_760 + 1_040)
        bill(2027, 3)
        facts = [json.loads(one.facts) for one in Bill.objects.all()]
        assert sum(map(used, facts)) == 300 + 1_040

    def test_the_days_of_a_run_that_is_taken_up_later(self, home):
        run = started(2027, 2)
        from tests.journeys.estimates.test_moves import hold, release_all

        hold(run, LEFT)
        issued(run)
        home.read(last_day(2027, 2), 4_000)
        home.read(date(2027, 3, 11), 4_100)
        facts = apart_bill(home, "INTERIM", date(2027, 3, 11))
        assert facts["period"] == ["2027-02-01", "2027-03-11"]
        assert used(facts) == 340
        release_all(run)
        assert Bill.objects.filter(run=run).count() == 0


@pytest.mark.parametrize("seed", range(6))
def test_no_day_is_billed_twice_and_none_is_left_out(unblocked, seed):
    random = Random(seed)
    estimate = world.LAST_YEAR if seed % 2 else None
    with world.opened(world.file_of(estimate=estimate)) as home:
        bill(2026, 12)
        value, holder = 3_460, LEFT
        for month in range(1, 8):
            day, last = date(2027, month, random.randint(3, 26)), last_day(2027, month)
            what = random.choice(["nothing", "interim", "move", "final", "both"])
            value += random.randint(0, 200)
            if what != "nothing" and (estimate is None or random.random() < 0.5):
                home.read(day - timedelta(days=random.randint(0, 1)), value)
            if what in {"interim", "both"}:
                apart_bill(home, "INTERIM", day, number=holder)
            if what in {"move", "final"}:
                before, holder = holder, str(20_000_000 + month)
                move_on(home, day, number=int(holder))
                if what == "final":
                    apart_bill(home, "FINAL", day, number=before)
            value += random.randint(0, 300)
            if what == "both" and day < date(2027, month, 24):
                again = day + timedelta(days=2)
                home.read(again, value)
                apart_bill(home, "INTERIM", again, number=holder)
                value += random.randint(0, 100)
            home.read(last, value)
            issued(started(2027, month))
        facts = [json.loads(one.facts) for one in Bill.objects.order_by("pk")[1:]]
        assert sum(map(used, facts)) == value - 3_460
        days = sorted(
            part["period"] for one in facts for c in one["contracts"] for part in c["rated"]
        )
        assert days[0][0] == "2027-01-01"
        assert days[-1][1] == "2027-08-01"
        assert all(one[1] == other[0] for one, other in pairwise(days))


def test_yearly_blocks_go_on_over_an_interim_bill(unblocked):
    tariffs = world.file_of().model_dump(mode="json", exclude_none=True)["tariffs"]
    for version in tariffs[0]["versions"]:
        version["components"][1] = {
            "kind": "blocks", "code": "energy", "label": {"lv": "E", "en": "Energy"},
            "quantity": "energy", "unit": "kWh", "vat": "21", "bounds_per": "year",
            "blocks": [{"up_to": "400", "price": "0.10"}, {"price": "0.50"}],
        }  # fmt: skip
    with world.opened(world.file_of(tariffs=tariffs)) as home:
        bill(2026, 12)
        home.read(date(2027, 1, 11), 3_760)
        apart_bill(home, "INTERIM", date(2027, 1, 11))
        home.read(last_day(2027, 1), 3_960)
        assert lines(bill(2027, 1))[1:] == [("energy", "100", "10.00"), ("energy", "100", "50.00")]
