"""Whatever is read when, a fixed amount between two bills loses no use and counts none twice."""

import json
from datetime import UTC, date, datetime
from random import Random

import pytest
from tests.journeys.conftest import move_clock
from tests.journeys.estimates import budget_world as budgets
from tests.journeys.estimates import world
from tests.journeys.estimates.budget_world import APRIL, OFFERED, put_on, stop
from tests.journeys.estimates.test_moves import used
from tests.journeys.estimates.world import SLUG, at, issued, last_day

from mains.billing.models import Bill

pytestmark = pytest.mark.usefixtures("unblocked")

DECEMBER = 3_460
MODES = ["rehearse_again", "next_bill"]


def file_of(mode: str):
    billing = {"late_readings": mode, "due_days": 14}
    return world.file_of(budget_billing=OFFERED, billing=billing)


def started(month: int):
    """
    Rehearse a month on the fourth of the next one, by the utility's own clock.
    """
    move_clock(SLUG, at(2027, month + 1, 4))
    return world.started(2027, month)


def bill(month: int) -> dict:
    return json.loads(Bill.objects.get(run=issued(started(month))).facts)


def settle() -> dict:
    move_clock(SLUG, at(2027, 4, 8))
    return budgets.settle()


def late(day: date) -> dict[str, datetime]:
    """
    Return that a reading came on the fourth of the month after, past the run's rehearsal.
    """
    following = date(day.year, day.month % 12 + 1, 6)
    return {"received_at": datetime(following.year, following.month, 6, 12, tzinfo=UTC)}


@pytest.mark.parametrize("mode", MODES)
def test_what_comes_too_late_for_the_bill_before_is_settled(mode):
    with world.opened(file_of(mode)) as home:
        january = bill(1)
        home.read(last_day(2027, 1), 3_790, **late(last_day(2027, 1)))
        put_on(home)
        bill(2)
        bill(3)
        home.read(last_day(2027, 3), 4_260)
        assert used(january) + used(settle()) == 4_260 - DECEMBER


@pytest.mark.parametrize("mode", MODES)
def test_what_comes_while_fixed_bills_are_made_is_settled(mode):
    with world.opened(file_of(mode)) as home:
        home.read(last_day(2027, 1), 3_760)
        january = bill(1)
        put_on(home)
        run = started(2)
        home.read(last_day(2027, 2), 4_000, **late(last_day(2027, 2)))
        issued(run)
        bill(3)
        home.read(last_day(2027, 3), 4_260)
        assert used(january) + used(settle()) == 4_260 - DECEMBER


def test_a_second_reading_that_the_bill_before_had_not_seen_is_settled():
    """
    The fixed bills since then had seen it, but they counted nothing by it.
    """
    with world.opened(file_of("next_bill")) as home:
        home.read(date(2027, 1, 20), 3_700)
        january = bill(1)
        put_on(home)
        home.read(last_day(2027, 1), 3_790, **late(last_day(2027, 1)))
        bill(2)
        bill(3)
        home.read(last_day(2027, 3), 4_260)
        assert (used(january), used(settle())) == (240, 560)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(6))
def test_months_read_or_not_add_up_to_the_meter(mode, seed):
    """
    One month as used, two fixed, and two as used again: whoever read whenever, all of it is billed.
    """
    random = Random(seed)
    with world.opened(file_of(mode)) as home:
        value, facts = DECEMBER, []
        for month in (1, 2, 3, 4, 5):
            value += random.randint(50, 400)
            day = last_day(2027, month)
            if month == 5 or random.random() < 0.5:
                home.read(day, value, **(late(day) if month < 5 and random.random() < 0.3 else {}))
            if month == 4:
                stop(home, APRIL)
                facts.append(settle())
            facts.append(bill(month))
            if month == 1:
                put_on(home)
        assert sum(used(one) for one in facts) == value - DECEMBER
        assert Bill.objects.filter(kind="SETTLEMENT").count() == 1
        assert budgets.fixed_book() == 0
        assert all(json.loads(one.facts) for one in Bill.objects.all())
