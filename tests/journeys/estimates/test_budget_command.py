"""`mains billrun settle`: the run on stdout, and an exit code that says why there is none."""

import json

import pytest
from click.testing import CliRunner
from tests.journeys.conftest import move_clock
from tests.journeys.estimates import budget_world as budgets
from tests.journeys.estimates import world
from tests.journeys.estimates.world import SLUG, at, bill

from mains.billing.models import BillRun

pytestmark = pytest.mark.usefixtures("unblocked")


def settle(*arguments: str):
    from mains.cli import main

    return CliRunner().invoke(main, ["billrun", "settle", "--tenant", SLUG, *arguments])


def test_everybody_who_is_due_and_again_the_same_run():
    with budgets.at_home():
        bill(2027, 2)
        move_clock(SLUG, at(2027, 3, 31))
        early = settle("--company", "balta")
        assert (early.exit_code, "Nobody is due" in early.stderr) == (5, True)

        move_clock(SLUG, at(2027, 4, 8))
        unknown = settle("--company", "elm")
        assert (unknown.exit_code, "has no company elm" in unknown.stderr) == (3, True)

        done = settle("--company", "balta", "--json")
        assert done.exit_code == 0, done.output
        shown = json.loads(done.stdout)
        assert (shown["stage"], shown["period_end"]) == ("REHEARSED", "2027-04-01")
        assert json.loads(settle("--company", "balta", "--json").stdout)["id"] == shown["id"]
        assert BillRun.objects.filter(kind="SETTLEMENT").count() == 1


def test_a_utility_that_does_not_offer_it():
    with world.opened(world.file_of(budget_billing=None)):
        refused = settle("--company", "balta")
        assert (refused.exit_code, "offers no fixed amounts" in refused.stderr) == (5, True)
