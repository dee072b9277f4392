"""Staff see what a run would bill and why, hold accounts back, pause it, cancel it, take it up."""

from collections.abc import Iterator

import pytest
from tests.journeys import console_world as world
from tests.journeys import run_world
from tests.journeys.run_world import (
    SLUG,
    SPRING,
    SUMMER,
    billed,
    ids,
    more_used,
    number,
    page,
    started,
)


@pytest.fixture(scope="module")
def provider(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), run_world.opened():
        yield


@pytest.fixture
def olga(provider, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        yield world.signed_in("olga@alder.example")


class TestARun:
    """One story in order: a quarter that is compared with the one before."""

    def test_the_first_run_compares_with_nothing(self, olga):
        run = started(olga, SPRING)
        olga.post(f"{run}rehearse/")
        assert "First bill" in page(olga, run)
        for step in ("approve/", "issue/"):
            olga.post(f"{run}{step}")
        assert billed(run) == 4

    def test_causes_and_the_largest_differences_are_shown(self, olga):
        more_used(ids()[1], 30)
        run = started(olga, SUMMER)
        olga.post(f"{run}rehearse/")
        shown = page(olga, run)
        assert "Quantity used" in shown
        assert "Largest differences" in shown
        assert f'href="/{SLUG}/{run}accounts/{ids()[1]}/"' in shown
        assert "Approve 4 bills" in shown

    def test_a_cause_lists_its_accounts(self, olga):
        shown = page(olga, f"{self.run(olga)}accounts/?bucket=volume")
        assert number(ids()[1]) in shown
        assert "What makes the difference" in shown
        assert "Hold back" in shown

    def test_an_account_is_shown_beside_its_last_bill(self, olga):
        shown = page(olga, f"{self.run(olga)}accounts/{ids()[1]}/")
        assert "Net before" in shown
        assert "Bill before" in shown
        assert "Something changed" not in shown

    def test_accounts_and_runs_that_are_not_there(self, olga):
        run = self.run(olga)
        assert olga.get(f"{run}accounts/999999/").status_code == 404
        assert olga.get("runs/999999/accounts/").status_code == 404
        for step in ("pause/", "resume/", "cancel/", "take-up/", "finish/"):
            assert olga.post(f"runs/999999/{step}").status_code == 404
        hold = {"deed": "hold", "reason": "A reason"}
        assert olga.post(f"runs/999999/accounts/{ids()[0]}/", hold).status_code == 404

    def test_who_holds_back_says_why(self, olga):
        place = f"{self.run(olga)}accounts/?bucket=volume"
        response = olga.post(place, {"deed": "hold", "reason": ""})
        assert response.status_code == 422
        assert "Say why" in response.content.decode()
        assert "Held back: " not in page(olga, f"{self.run(olga)}accounts/{ids()[1]}/")

    def test_a_cause_is_held_back_and_again_changes_nothing(self, olga):
        place = f"{self.run(olga)}accounts/?bucket=volume"
        for _ in range(2):
            response = olga.post(place, {"deed": "hold", "reason": "Leak, we look at it"})
            assert response.status_code == 302
        assert "Held back: Leak, we look at it" in page(
            olga, f"{self.run(olga)}accounts/{ids()[1]}/"
        )
        assert "held back" in page(olga, self.run(olga))

    def test_an_account_is_released_and_held_back_again(self, olga):
        place = f"{self.run(olga)}accounts/{ids()[1]}/"
        olga.post(place, {"deed": "release"})
        assert "Held back: " not in page(olga, place)
        olga.post(place, {"deed": "hold", "reason": "Once more"})
        assert "Held back: Once more" in page(olga, place)

    def test_a_page_far_beyond_the_end_is_empty(self, olga):
        run = self.run(olga)
        assert "No account is here" in page(olga, f"{run}accounts/?first=5000")
        assert number(ids()[0]) in page(olga, f"{run}accounts/?first=-1")

    def test_what_differs_since_is_said(self, olga):
        more_used(ids()[2], 7)
        assert "Something changed since the rehearsal" in page(
            olga, f"{self.run(olga)}accounts/{ids()[2]}/"
        )

    def test_after_approval_nothing_is_held_back(self, olga):
        run = self.run(olga)
        olga.post(f"{run}approve/")
        olga.post(f"{run}accounts/{ids()[0]}/", {"deed": "hold", "reason": "Too late"})
        assert "Rehearse it again to change what it bills" in page(olga, run)
        assert "Held back: " not in page(olga, f"{run}accounts/{ids()[0]}/")

    def test_paused_nothing_is_issued_until_it_is_resumed(self, olga):
        run = self.run(olga)
        for _ in range(2):
            olga.post(f"{run}pause/")
        olga.post(f"{run}issue/")
        assert "This run is paused" in page(olga, run)
        assert billed(run) == 0
        for _ in range(2):
            olga.post(f"{run}resume/")
        assert "This run is paused" not in page(olga, run)

    def test_who_changed_is_refused_by_name_and_the_rest_is_issued(self, olga):
        run = self.run(olga)
        olga.post(f"{run}issue/")
        shown = page(olga, run)
        assert "Changed after the rehearsal" in shown
        assert f"got no bill: {number(ids()[2])}." in shown
        assert billed(run) == 2
        assert "Take up 2 accounts" in shown

    def test_what_is_issued_is_not_cancelled_or_paused(self, olga):
        run = self.run(olga)
        olga.post(f"{run}cancel/")
        assert "so it cannot be cancelled" in page(olga, run)
        olga.post(f"{run}pause/")
        assert "are issued already" in page(olga, run)

    def test_what_remains_is_taken_up_released_and_issued(self, olga):
        run = self.run(olga)
        olga.post(f"{run}take-up/")
        assert "Approve 1 bill" in page(olga, run)
        olga.post(f"{run}accounts/{ids()[1]}/", {"deed": "release"})
        for step in ("approve/", "issue/"):
            olga.post(f"{run}{step}")
        assert billed(run) == 4
        assert "Take up" not in page(olga, run)
        assert "Show the bill" in page(olga, f"{run}accounts/{ids()[1]}/")

    def test_a_finished_run_is_finished(self, olga):
        run = self.run(olga)
        olga.post(f"{run}finish/")
        assert "0 accounts get no bill by this run" in page(olga, run)

    def run(self, desk: world.Desk) -> str:
        return started(desk, SUMMER)


class TestCancelling:
    WINTER = {"company": "aguaviva", "start": "2026-01-01", "last": "2026-03-31"}

    def test_a_cancelled_run_frees_its_days_and_stays_in_the_list(self, olga):
        run = started(olga, self.WINTER)
        olga.post(f"{run}rehearse/")
        for _ in range(2):
            olga.post(f"{run}cancel/")
        shown = page(olga, run)
        assert "This run is cancelled" in shown
        assert "Cancel the run" not in shown
        assert "Cancelled" in page(olga, "runs/")
        assert "Cancelled" in page(olga, "")
        again = started(olga, self.WINTER)
        assert again != run
        olga.post(f"{again}cancel/")

    def test_a_cancelled_run_goes_nowhere(self, olga):
        run = started(olga, self.WINTER)
        olga.post(f"{run}cancel/")
        for step in ("rehearse/", "again/", "approve/", "issue/", "take-up/", "finish/"):
            olga.post(f"{run}{step}")
        assert billed(run) == 0
        assert "Start another for the same days" in page(olga, run)
