"""One account of a run is held back and released in its row, wherever the row stands."""

from collections.abc import Iterator

import pytest
from tests.journeys import console_world as world
from tests.journeys import run_world
from tests.journeys.run_world import SLUG, SPRING, SUMMER, billed, ids, more_used, page, started

REASON = "A leak? The meter reader goes there on Monday"


@pytest.fixture(scope="module")
def run(django_db_setup, django_db_blocker) -> Iterator[str]:
    """
    Rehearse a quarter in which the second account used far more than before.
    """
    with django_db_blocker.unblock(), run_world.opened():
        world.add_staff("sam@alder.example", (SLUG, "SERVICE"))
        desk = world.signed_in("olga@alder.example")
        first = started(desk, SPRING)
        for step in ("approve/", "issue/"):
            desk.post(f"{first}{step}")
        more_used(ids()[1], 30)
        yield started(desk, SUMMER)


@pytest.fixture
def olga(run, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        desk = world.signed_in("olga@alder.example")
        yield desk
        desk.post(f"{run}again/")
        for account_id in held(run):
            desk.post(run, sent(account_id, deed="release"))


def sent(account_id: object, *, deed: str = "hold", reason: str = REASON) -> dict[str, str]:
    return {"account": str(account_id), "deed": deed, "reason": reason}


def states(run: str) -> dict[int, tuple[str, str]]:
    """
    Return where each account of the run stands, and why.
    """
    from mains.billing.runs import overview
    from mains.guard.context import inside

    with inside(SLUG):
        rows = overview.accounts_in(run_id=int(run.split("/")[1]))
        return {one.account_id: (one.state, one.reason) for one in rows}


def held(run: str) -> list[int]:
    return [account_id for account_id, (state, _reason) in states(run).items() if state == "held"]


class TestInARow:
    def test_among_the_largest_differences_it_is_held_and_released(self, olga, run):
        outlier = ids()[1]
        assert f'href="?hold={outlier}#row_reason"' in page(olga, run)
        assert 'id="row_reason"' in page(olga, f"{run}?hold={outlier}")
        answer = olga.post(run, sent(outlier))
        assert answer["Location"] == f"/{SLUG}/{run}#account-{outlier}"
        assert held(run) == [outlier]
        assert states(run)[outlier][1] == REASON
        olga.post(run, sent(outlier, deed="release"))
        assert held(run) == []

    def test_in_a_cause_one_returns_to_the_same_place_of_the_list(self, olga, run):
        outlier, place = ids()[1], f"{run}accounts/?bucket=volume"
        link = f'href="?bucket=volume&hold={outlier}#row_reason"'
        assert link in page(olga, place)
        answer = olga.post(place, sent(outlier))
        assert answer["Location"] == f"/{SLUG}/{place}#account-{outlier}"
        assert f'name="account" value="{outlier}"' in page(olga, place)
        answer = olga.post(f"{place}&first=0", sent(outlier, deed="release"))
        assert answer["Location"] == f"/{SLUG}/{place}&first=0#account-{outlier}"
        assert held(run) == []

    def test_only_this_account_of_a_cause_is_held(self, olga, run):
        olga.post(f"{run}accounts/", sent(ids()[0]))
        assert held(run) == [ids()[0]]

    @pytest.mark.parametrize("place", ["", "accounts/?bucket=volume"])
    def test_without_a_reason_its_form_stays_open_and_nothing_is_held(self, olga, run, place):
        answer = olga.post(f"{run}{place}", sent(ids()[1], reason=" "))
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert shown.count("Say why") == 2, "in the summary, and beside the field"
        assert 'href="#row_reason"' in shown
        assert held(run) == []

    def test_the_rest_is_billed_without_it(self, olga):
        spare = {"company": "aguaviva", "start": "2026-10-01", "last": "2026-10-31"}
        third = started(olga, spare)
        olga.post(third, sent(ids()[1]))
        for step in ("approve/", "issue/"):
            olga.post(f"{third}{step}")
        assert billed(third) == 3


def test_a_period_that_is_not_over_is_said_before_anything_is_approved(olga, run):
    """
    The quarter of the other tests is over: nothing is said there.
    """
    assert "This period is not over yet" not in page(olga, run)
    winter = {"company": "aguaviva", "start": "2026-11-01", "last": "2099-12-31"}
    later = started(olga, winter)
    assert "This period is not over yet" in page(olga, later)
    olga.post(f"{later}cancel/")
    assert "This period is not over yet" not in page(olga, later)


class TestTwice:
    def test_held_twice_it_keeps_its_reason(self, olga, run):
        for reason in (REASON, "Something else"):
            olga.post(run, sent(ids()[1], reason=reason))
        assert "Nothing changed" in page(olga, run)
        assert states(run)[ids()[1]] == ("held", REASON)

    def test_released_twice_nothing_changes(self, olga, run):
        olga.post(run, sent(ids()[1]))
        for _ in range(2):
            olga.post(run, sent(ids()[1], deed="release"))
        assert "Nothing changed" in page(olga, run)
        assert held(run) == []


class TestLate:
    def test_after_the_approval_nothing_is_held_or_released(self, olga, run):
        olga.post(run, sent(ids()[0]))
        olga.post(f"{run}approve/")
        shown = page(olga, run)
        assert "?hold=" not in shown
        assert 'value="release"' not in shown
        assert "?hold=" not in page(olga, f"{run}accounts/?bucket=volume")
        olga.post(run, sent(ids()[1]))
        assert "Rehearse it again to change what it bills" in page(olga, run)
        olga.post(run, sent(ids()[0], deed="release"))
        assert held(run) == [ids()[0]]

    def test_a_form_that_was_left_open_says_so(self, olga, run):
        olga.post(f"{run}approve/")
        assert "row_reason" not in page(olga, f"{run}?hold={ids()[1]}")


class TestWrongOrder:
    def test_released_before_it_was_held_nothing_changes(self, olga, run):
        before = states(run)
        olga.post(run, sent(ids()[1], deed="release"))
        assert "Nothing changed" in page(olga, run)
        assert states(run) == before

    def test_before_the_rehearsal_nothing_is_held(self, olga, run):
        from mains.guard.context import inside
        from mains.journeys import run_desk

        with inside(SLUG):
            run_desk.withdraw(run_id=int(run.split("/")[1]))
        olga.post(run, sent(ids()[1]))
        assert "This run is not rehearsed yet" in page(olga, run)
        olga.post(f"{run}rehearse/")
        assert held(run) == []


class TestWhoMayNot:
    @pytest.mark.parametrize("garbled", ["", "all", "-1", "9" * 30, "²"])
    def test_a_garbled_account_never_holds_the_whole_cause(self, olga, run, garbled):
        answer = olga.post(f"{run}accounts/?bucket=volume", sent(garbled))
        assert answer.status_code == 404
        assert held(run) == []

    def test_control_without_an_account_the_whole_cause_is_held(self, olga, run):
        place = f"{run}accounts/?bucket=volume"
        olga.post(place, {"deed": "hold", "reason": REASON})
        assert ids()[1] in held(run)

    def test_an_account_of_nobody_changes_nothing(self, olga, run):
        olga.post(run, sent(999_999))
        assert "Nothing changed" in page(olga, run)
        assert held(run) == []

    @pytest.mark.usefixtures("olga")
    def test_who_does_not_bill_is_refused(self, run):
        sam = world.signed_in("sam@alder.example")
        for place in (run, f"{run}accounts/?bucket=volume"):
            assert sam.post(place, sent(ids()[1])).status_code == 403
        assert held(run) == []

    def test_a_run_that_is_not_there(self, olga):
        assert olga.post("runs/999999/", sent(ids()[1])).status_code == 404
