"""A company sends two hundred readings as a list; the bad rows stay, the good ones are stored."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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
    upload,
)
from tests.journeys.sharing_world import Person

UNKNOWN = "None of your meters has this number."


@pytest.mark.seed("S3.03")
class TestTwoHundredReadings:
    def test_three_bad_rows_do_not_hold_up_the_others(self, max_):
        before = world.counted()
        page = paste(max_, text_of(three_bad()))

        assert page.status_code == 200
        assert "Send 197 readings" in text(page)
        assert "3 rows have to be looked at" in text(page)
        assert world.counted() == before, "nothing is stored before the button"

        receipt = send(max_, page)
        assert receipt.headers["Location"] == SENT
        told = text(max_.get(SENT))
        assert "197 readings are stored." in told
        assert "3 rows were not sent." in told
        assert len(stored()) == 197
        assert f"Reference R{stored()[0].pk} " in told
        for reason in (UNKNOWN, "There are letters or signs in it", "The meter shows 5 digits"):
            assert reason in told
        assert {one.quality for one in stored()} == {"ACCEPTED"}
        assert [int(one.value) for one in stored()][:3] == [1230, 1231, 1232]

    def test_each_row_says_what_was_what_is_and_what_is_usual(self, max_):
        told = text(paste(max_, "MANY-007\t1240\n"))

        # Two a day for 28 days: a fifth of that at least, three times at most.
        assert "MANY-007 Łąkowa 7, 79000 Lviv 1,184 m³, Oct 31, 2026 1,240 56 1,195–1,352" in told

    def test_the_bad_rows_are_mended_on_the_receipt_and_sent_as_well(self, max_):
        send(max_, paste(max_, text_of(three_bad())))
        left = max_.post(CHECK, rows=carried(max_.get(SENT))["rows"], look="1")
        assert [row[1] for row in rows_in(left)] == ["NOBODYS-1", "MANY-050", "MANY-120"]
        assert [row[0] for row in rows_in(left)] == [4, 51, 121], "as in the list"

        typed = {"meter-0": "MANY-003", "value-1": "1234", "value-2": "1240"}
        assert send(max_, left, **typed).status_code == 302
        assert len(stored()) == 200
        assert "not sent" not in text(max_.get(SENT))

    def test_what_is_mended_can_be_looked_at_before_it_is_sent(self, max_):
        page = again(max_, paste(max_, "NOBODYS-1\t1240"), **{"meter-0": "MANY-003"})

        assert "Send 1 reading" in text(page)
        assert stored() == []

    def test_what_is_not_right_can_be_had_as_a_file_and_sent_back(self, max_):
        page = paste(max_, text_of(three_bad()))
        file = max_.post(CHECK, **carried(page), file="1")

        assert file.headers["Content-Disposition"].endswith('.xlsx"')
        back = upload(max_, "left.xlsx", file.content)
        assert [row[1:] for row in rows_in(back)] == [
            ["NOBODYS-1", "", "1240"], ["MANY-050", "", "12x4"], ["MANY-120", "", "1234567"],
        ]  # fmt: skip


class TestUnusual:
    def test_is_explained_and_sent_once_it_is_ticked(self, max_):
        page = paste(max_, "MANY-000\t1190\nMANY-001\t1240\nMANY-002\t99000")
        told = text(page)
        assert "That is much less than your usual use." in told
        assert "Difference: 97,816" in told
        assert "Usually between 1,195 and 1,352" in told

        send(max_, page, **{"right-0": "on"})

        assert [(one.value, one.quality) for one in stored()] == [
            (1190, "NEEDS_REVIEW"), (1240, "ACCEPTED"),
        ]  # fmt: skip
        told = text(max_.get(SENT))
        assert "being checked" in told
        assert "1 row was not sent." in told

    def test_all_of_them_at_once(self, max_):
        page = paste(max_, text_of([(f"MANY-{at:03d}", "3") for at in range(150)]))
        assert "50 more rows are not shown here" in text(page)

        assert send(max_, page, all_right="on").status_code == 302
        assert {one.quality for one in stored()} == {"NEEDS_REVIEW"}
        assert len(stored()) == 150

    def test_a_tick_stays_where_the_list_is_looked_at_again(self, max_):
        page = paste(max_, "MANY-000\t1190\nNOBODYS-1\t1")
        page = again(max_, page, **{"right-0": "on"})

        assert re.search(r'name="right-0"[^>]* checked', page.content.decode())
        assert stored() == []

    def test_unticked_it_stays_and_nothing_is_stored(self, max_):
        page = send(max_, paste(max_, "MANY-000\t1190"))

        assert page.status_code == 422
        assert stored() == []


class TestRegisters:
    def test_a_meter_with_several_is_read_by_their_names(self, tina):
        page = paste(tina, "TWIN-000\t1.8.2\t1240\nTWIN-001\t\t1241")
        assert "This meter has several registers: 1.8.1, 1.8.2." in text(page)

        send(tina, page, **{"register-1": "1.8.1"})
        assert [(one.register.code, int(one.value)) for one in stored("TWIN")] == [
            ("1.8.2", 1240), ("1.8.1", 1241),
        ]  # fmt: skip

    def test_the_list_names_them(self, tina):
        assert "1.8.2 · Łąkowa 0" in text(tina.get(PAGE))


@pytest.mark.usefixtures("steady")
class TestTheCost:
    def test_two_hundred_ask_as_little_as_two(self, max_):
        self.walk(max_, likely(1))
        few, most = self.walk(max_, likely(2)), self.walk(max_, likely(200))

        assert [len(one) for one in most] == [len(one) for one in few]
        for asked, allowed in zip(most, (6, 14, 8), strict=True):
            assert len(asked) <= allowed, asked

    def walk(self, person: Person, rows: list[tuple[str, str]]) -> list[list[str]]:
        """
        Return what is asked of the database to check, to send and to show the receipt.
        """
        asked = []
        with CaptureQueriesContext(connection) as queries:
            page = paste(person, text_of(rows))
        asked.append([query["sql"][:120] for query in queries])
        with CaptureQueriesContext(connection) as queries:
            assert send(person, page).status_code == 302
        asked.append([query["sql"][:120] for query in queries])
        with CaptureQueriesContext(connection) as queries:
            assert person.get(SENT).status_code == 200
        asked.append([query["sql"][:120] for query in queries])
        return asked

    def test_a_page_of_meters_asks_little_and_leads_on(self, max_):
        max_.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            page = max_.get(PAGE)

        assert len(queries) <= 8
        assert page.content.decode().count("79000 Lviv") == 100
        assert max_.get(PAGE, page="2").content.decode().count("79000 Lviv") == 100


def test_who_reads_many_meters_is_led_there_and_who_reads_few_is_not(max_, hanna):
    assert f'href="{PAGE}"' in max_.get("/readings/").content.decode()
    assert f'href="{PAGE}"' not in hanna.get("/readings/").content.decode()
