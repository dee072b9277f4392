"""A list sent twice, late, in the wrong order or never; and meters of somebody else in it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection
from tests.journeys import sharing_world as world
from tests.journeys.readings.many_meters import (
    CHECK,
    PAGE,
    SENT,
    again,
    carried,
    likely,
    paste,
    rows_in,
    send,
    stored,
    text,
    text_of,
    three_bad,
)
from tests.journeys.sharing_world import SLUG, Person

from mains.guard.context import inside
from mains.metering import many
from mains.metering.models import Reading, Register

UNKNOWN = "None of your meters has this number."


class TestTwice:
    def test_the_button_pressed_twice_and_the_way_back_store_once(self, max_):
        page = paste(max_, text_of(likely(20)))
        assert send(max_, page).status_code == 302
        first = [one.pk for one in stored()]

        assert send(max_, page).status_code == 302
        # Back on the page before, with other values in what it sends.
        changed = carried(page)["rows"].replace("1230", "1300")
        assert max_.post(CHECK, **{**carried(page), "rows": changed}, send="1").status_code == 302

        assert [one.pk for one in stored()] == first
        assert "20 readings are stored." in text(max_.get(SENT))

    def test_control_another_form_stores_again(self, max_):
        send(max_, paste(max_, "MANY-000\t1240"))
        send(max_, paste(max_, "MANY-000\t1240"), **{"right-0": "on"})

        assert len(stored()) == 2

    def test_what_was_left_is_sent_although_the_others_were(self, max_):
        page = paste(max_, "MANY-000\t1240\nMANY-001\t12x4")
        send(max_, page)
        # On the same page, which a browser still shows.
        send(max_, page, **{"value-1": "1241"})

        assert [int(one.value) for one in stored()] == [1240, 1241]

    def test_a_meter_twice_in_the_list_is_not_guessed_at(self, max_):
        page = paste(max_, "MANY-000\t1240\nMANY-001\t1241\nmany-000\t1250")
        assert text(page).count("This meter stands in the list more than once.") == 2
        assert "Send 1 reading" in text(page)

        assert send(max_, page, **{"value-0": ""}).status_code == 302
        assert [int(one.value) for one in stored()] == [1250, 1241]


class TestAtOnce:
    """
    The same page sent from two tabs in one moment.
    """

    def together(self, person: Person, monkeypatch) -> list[int | str]:
        page = paste(person, text_of(likely(20)))
        tabs = [world.signed_in(person.email) for _tab in range(2)]
        both, unseen = threading.Barrier(2), many.guests.unseen

        def wait(**which):
            # Behind a lock the second never comes here while the first waits.
            with suppress(threading.BrokenBarrierError):
                both.wait(1)
            return unseen(**which)

        def press(tab: Person) -> int | str:
            try:
                return send(tab, page).status_code
            except IntegrityError as error:
                return type(error).__name__
            finally:
                connection.close()

        monkeypatch.setattr(many.guests, "unseen", wait)
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(press, tabs))

    def test_stores_once_and_both_get_the_receipt(self, max_, monkeypatch):
        assert self.together(max_, monkeypatch) == [302, 302]
        assert len(stored()) == 20

    def test_control_without_the_lock_it_breaks(self, max_, monkeypatch):
        monkeypatch.setattr(Register.objects, "select_for_update", Register.objects.all)

        assert "IntegrityError" in self.together(max_, monkeypatch)


@pytest.mark.seed("S3.07")
class TestLate:
    @pytest.mark.parametrize("closes", [True, False])
    def test_a_window_that_closed_meanwhile_takes_nothing(self, max_, on, monkeypatch, closes):
        on(12, 1)
        page = paste(max_, text_of(likely(3)))
        on(12, 3)
        if not closes:
            # The control: whoever does not ask the window stores.
            monkeypatch.setattr(many, "WindowState", SimpleNamespace(LOCKED="never"))
        answer = send(max_, page)

        assert answer.status_code == (422 if closes else 302)
        assert len(stored()) == (0 if closes else 3)
        if closes:
            assert "You can send yours again from December 8, 2026." in text(answer)
            assert len(rows_in(answer)) == 3, "nothing is lost"

    def test_a_meter_that_is_no_longer_theirs_stays_behind(self, max_):
        from mains.enrolment.models import AccountLink

        page = paste(max_, text_of(likely(3)))
        with inside(SLUG):
            AccountLink.objects.filter(account__number="MANY000001").update(ended_at=world.NOW)
        send(max_, page)

        assert [one.register.meter.serial for one in stored()] == ["MANY-000", "MANY-002"]
        assert UNKNOWN in text(max_.get(SENT))


class TestInTheWrongOrder:
    def test_without_the_page_before_nothing_is_stored(self, max_):
        rows = '[[1,"MANY-000","","1240"]]'
        before = world.counted()

        answer = max_.post(CHECK, rows=rows, send="1")
        assert answer.status_code == 422
        assert "Send 1 reading" in text(answer)
        assert max_.get(CHECK).headers["Location"] == PAGE
        assert max_.get(SENT).headers["Location"] == PAGE
        assert world.counted() == before

    @pytest.mark.parametrize(
        "rows", ["", "{}", "[1]", '[["1","a","b","c"]]', '[[1,"a","b"]]', "[" * 9_000]
    )
    def test_what_is_no_list_leads_to_the_beginning(self, max_, rows):
        before = world.counted()

        assert max_.post(CHECK, rows=rows, key="k" * 24, send="1").headers["Location"] == PAGE
        assert "Paste it again" in text(max_.get(PAGE))
        assert world.counted() == before

    def test_looked_at_and_never_sent_leaves_nothing(self, max_):
        before = world.counted()
        page = paste(max_, text_of(three_bad()))
        again(max_, page)
        max_.post(CHECK, **carried(page), file="1")

        assert world.counted() == before


class TestSomebodyElses:
    def test_a_meter_is_unknown_whether_there_is_one_or_not(self, max_):
        there = text(paste(max_, "OTHER-000\t1240\nMANY-000\t1240"))
        nowhere = text(paste(max_, "WORLD-000\t1240\nMANY-000\t1240"))

        assert UNKNOWN in there
        assert there.replace("OTHER", "WORLD") == nowhere

    def test_it_takes_no_reading_either(self, max_):
        page = paste(max_, "MANY-000\t1240")
        rows = carried(page)["rows"].replace("MANY-000", "OTHER-000")

        assert max_.post(CHECK, **{**carried(page), "rows": rows}, send="1").status_code == 422
        assert stored("OTHER") == []

    @pytest.mark.usefixtures("max_")
    def test_control_whoever_holds_it_sends_it(self):
        owner = world.person("owner@home.example", *world.accounts(number__startswith="OTHER"))
        send(owner, paste(owner, "OTHER-000\t1240"))

        assert len(stored("OTHER")) == 1

    def test_a_list_names_meters_of_all_accounts_whichever_are_shown(self, max_):
        (account,) = world.accounts(number="MANY000005")
        max_.get("/", account=str(account.pk))

        assert "Send 2 readings" in text(paste(max_, text_of(likely(2))))

    @pytest.mark.parametrize("shared", [True, False])
    def test_only_who_may_read_sends_and_the_holder_sees_who_did(self, max_, shared):
        from mains.audit.models import AccessEntry

        account = world.accounts(number="MANY000009")[0]
        dora = world.share(max_, account, **(world.READ if shared else {}))
        page = paste(dora, "MANY-009\t1240")
        if not shared:
            assert UNKNOWN in text(page)
            assert "did not share its readings" in text(dora.get(PAGE))
            return
        send(dora, page)

        with inside(SLUG):
            entry = AccessEntry.objects.filter(actor=f"user:{dora.user.pk}").latest("pk")
        assert (entry.account_id, entry.purpose) == (account.pk, "READING")


@pytest.mark.parametrize("gives_way", [True, False])
def test_a_guests_reading_gives_way_in_a_list_as_well(max_, monkeypatch, gives_way):
    with inside(SLUG):
        guest = Reading.objects.create(
            register=Register.objects.get(meter__serial="MANY-000"), read_date="2026-11-27",
            value=1_300, source="GUEST", quality="ACCEPTED", verdict="OK",
            period_start="2026-11-01", received_at=world.NOW, sent_key="guest-list",
        )  # fmt: skip
    if not gives_way:
        # The control: then the list is judged by what the guest sent.
        monkeypatch.setattr(many.guests, "unseen", lambda **_which: Reading.objects.none())
    send(max_, paste(max_, text_of(likely(2))))

    with inside(SLUG):
        guest.refresh_from_db()
    assert guest.quality == ("NEEDS_REVIEW" if gives_way else "ACCEPTED")
    assert len([one for one in stored() if one.source == "SELF"]) == (2 if gives_way else 1)
