"""The readings desk: accepted, rejected, corrected, asked again, and taken back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.readings.conftest import FIRST
from tests.journeys.readings.forms import register_ids, send
from tests.journeys.sharing_world import HANNA, SLUG

from mains.guard.context import inside
from mains.journeys import reading_desk
from mains.metering import reviewing
from mains.metering.models import Reading, ReadingQuality

ASKED = "reading-asked-again"


@pytest.fixture
def olga(hanna) -> console_world.Desk:
    return console_world.signed_in("olga@alder.example")


@pytest.fixture
def waiting(hanna, on) -> Reading:
    """
    A reading of Hanna's that is far too high.
    """
    on(11, 28)
    (water, *_others) = register_ids("hot_water", hanna)
    assert send(hanna, {f"reading-{water}": "999"}).status_code == 302
    return latest(water)


def latest(water: int) -> Reading:
    with inside(SLUG):
        return Reading.objects.filter(register_id=water).latest("pk")


def decide(olga, reading: Reading, decision: str, **typed: str) -> str:
    """
    Press a button of the desk, and return what the next page says.
    """
    done = olga.post(f"readings/{reading.pk}/", {"decision": decision, **typed})
    assert done.status_code == 302
    return olga.get("readings/").content.decode()


def quality(reading: Reading) -> str:
    with inside(SLUG):
        reading.refresh_from_db()
    return reading.quality


def deeds(reading: Reading) -> list[str]:
    from mains.audit import queries

    with inside(SLUG):
        return [row.action for row in queries.entries(subject=f"reading:{reading.pk}")]


class TestWhatHelpsToDecide:
    @pytest.mark.usefixtures("waiting")
    def test_is_shown_beside_the_reading(self, olga):
        page = olga.get("readings/").content.decode()

        assert "Much more than usual" in page
        assert "999 m³" in page
        assert "Expected: 146.1 m³ to 155" in page
        assert "Before: 145.5 m³, Oct 31, 2026" in page
        assert "142" in page.split("Earlier readings")[1]
        assert FIRST in page

    @pytest.mark.usefixtures("waiting")
    def test_every_button_says_its_key(self, olga):
        page = olga.get("readings/").content.decode()

        for key in "acrx":
            assert f'data-shortcut="{key}"' in page


class TestDecided:
    @pytest.mark.parametrize(
        ("decision", "kept"), [("accept", "ACCEPTED"), ("reject", "REJECTED"), ("ask", "REJECTED")]
    )
    def test_once_however_often_it_is_pressed(self, olga, waiting, decision, kept):
        decide(olga, waiting, decision)
        decide(olga, waiting, decision)

        assert quality(waiting) == kept
        assert len(deeds(waiting)) == 1
        assert len(world.mailed(ASKED)) == (1 if decision == "ask" else 0)

    def test_first_stands_and_the_other_is_told(self, olga, waiting):
        decide(olga, waiting, "accept")

        assert "Somebody else decided" in decide(olga, waiting, "reject")
        assert "Somebody else decided" in decide(olga, waiting, "correct", value="150")
        assert quality(waiting) == "ACCEPTED"

    def test_never_leaves_it_out_of_the_bill(self, waiting):
        from mains.metering import queries

        with inside(SLUG):
            counted = queries.counting(register_id=waiting.register_id)
        assert counted.read_date == date(2026, 10, 31)

    @pytest.mark.parametrize("decision", ["", "delete"])
    def test_what_is_no_decision_is_not_there(self, olga, waiting, decision):
        done = olga.post(f"readings/{waiting.pk}/", {"decision": decision})

        assert done.status_code == 404
        assert quality(waiting) == "NEEDS_REVIEW"


class TestCorrected:
    def test_counts_at_once_and_keeps_what_was_sent(self, olga, waiting):
        decide(olga, waiting, "correct", value="149.9")
        decide(olga, waiting, "correct", value="149.9")

        new = latest(waiting.register_id)
        assert (new.value, new.source, new.quality) == (Decimal("149.9"), "STAFF", "ACCEPTED")
        assert (new.read_date, new.period_start) == (waiting.read_date, waiting.period_start)
        assert quality(waiting) == "REJECTED"
        assert deeds(waiting) == ["reading.corrected"]
        with inside(SLUG):
            later = Reading.objects.filter(register_id=waiting.register_id, pk__gt=waiting.pk)
            assert later.count() == 1

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("12a", "Nothing was corrected"),
            ("", "Nothing was corrected"),
            ("1234567", "fewer digits"),
        ],
    )
    def test_what_is_no_reading_changes_nothing(self, olga, waiting, typed, said):
        assert said in decide(olga, waiting, "correct", value=typed)
        assert quality(waiting) == "NEEDS_REVIEW"
        assert deeds(waiting) == []

    @pytest.mark.parametrize("gives_way", [True, False])
    def test_what_a_guest_sent_for_the_month_gives_way(self, olga, waiting, monkeypatch, gives_way):
        guest = by_guest(waiting)
        if not gives_way:
            # The control: then the guest's counts beside the correction.
            monkeypatch.setattr(reviewing.guests, "give_way", lambda **_which: False)
        decide(olga, waiting, "correct", value="149")

        assert quality(guest) == ("NEEDS_REVIEW" if gives_way else "ACCEPTED")


class TestAskedAgain:
    def test_who_sent_it_is_told_what_did_not_fit(self, olga, waiting):
        decide(olga, waiting, "ask")

        (told,) = world.mailed(ASKED, HANNA)
        assert (told["value"], told["meter"]) == ("999 m³", "HOH800000")
        assert world.texts(ASKED)[0].startswith("Look at meter HOH800000 once more")

    def test_the_holders_are_told_of_a_guests(self, olga, waiting):
        with inside(SLUG):
            Reading.objects.filter(pk=waiting.pk).update(user_id=None, source="GUEST")
        decide(olga, waiting, "ask")

        (account,) = world.accounts(number=FIRST)
        assert len(world.mailed(ASKED, account.customer.email)) == 1

    def test_nobody_is_asked_about_a_meter_without_a_contract(self, olga, waiting):
        with inside(SLUG):
            Reading.objects.filter(pk=waiting.pk).update(user_id=None, read_date=date(2019, 1, 1))

        assert "nobody can be asked" in decide(olga, waiting, "ask")
        assert quality(waiting) == "NEEDS_REVIEW"
        assert world.mailed(ASKED) == []


class TestTakenBack:
    @pytest.mark.parametrize("decision", ["accept", "reject", "ask"])
    def test_it_waits_again(self, olga, waiting, decision):
        assert "Undo the last decision" in decide(olga, waiting, decision)
        decide(olga, waiting, "undo")
        page = decide(olga, waiting, "undo")

        assert quality(waiting) == "NEEDS_REVIEW"
        assert "Undo the last decision" not in page
        assert deeds(waiting)[0] == "reading.reopened"
        assert len(deeds(waiting)) == 2

    def test_a_correction_is_not_taken_back_here(self, olga, waiting):
        decide(olga, waiting, "correct", value="149")

        assert "nothing to undo" in decide(olga, waiting, "undo")
        assert quality(waiting) == "REJECTED"

    def test_what_was_sent_and_counted_at_once_is_not_reopened(self, olga, waiting):
        other = latest_accepted(waiting.register_id)

        assert "nothing to undo" in decide(olga, other, "undo")
        assert quality(other) == "ACCEPTED"

    @pytest.mark.parametrize("looks_at_bills", [True, False])
    def test_once_a_bill_counts_by_it_it_stands(self, olga, waiting, monkeypatch, looks_at_bills):
        decide(olga, waiting, "accept")
        billed(waiting)
        if not looks_at_bills:
            # The control: then a billed reading could be taken back.
            monkeypatch.setattr(reading_desk, "_is_billed", lambda _reading: False)
        page = decide(olga, waiting, "undo")

        assert ("A bill was issued since" in page) is looks_at_bills
        assert (quality(waiting) == "ACCEPTED") is looks_at_bills


def by_guest(beside: Reading) -> Reading:
    """
    Return an ordinary reading that a guest sent for the same month.
    """
    with inside(SLUG):
        return Reading.objects.create(
            register_id=beside.register_id, read_date=beside.read_date, value=148,
            source="GUEST", quality="ACCEPTED", verdict="OK", period_start=beside.period_start,
            received_at=beside.received_at, sent_key="guest-form",
        )  # fmt: skip


def latest_accepted(register_id: int) -> Reading:
    with inside(SLUG):
        return Reading.objects.filter(
            register_id=register_id, quality=ReadingQuality.ACCEPTED
        ).latest("read_date")


@pytest.fixture(autouse=True)
def _no_later_bills(hanna):
    from mains.billing.models import Bill

    with inside(SLUG):
        before = dict(Bill.objects.values_list("pk", "issued_at"))
        periods = dict(Bill.objects.values_list("pk", "period_end"))
    yield
    with inside(SLUG):
        for pk, issued_at in before.items():
            Bill.objects.filter(pk=pk).update(issued_at=issued_at, period_end=periods[pk])


def billed(reading: Reading) -> None:
    """
    Let the account's bill be one that was issued later, for the month of the reading.
    """
    from mains.billing.models import Bill

    (account,) = world.accounts(number=FIRST)
    with inside(SLUG):
        Bill.objects.filter(account_id=account.pk).update(
            period_end=date(2026, 12, 1), issued_at=datetime(2026, 12, 4, tzinfo=UTC)
        )
