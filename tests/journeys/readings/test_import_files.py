"""Files of meter data through the console: upload, columns, preview, import, rejected, undo."""

import csv
import io
from datetime import date, timedelta

import pytest
from openpyxl import Workbook, load_workbook
from tests.factories import meter_files
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.readings import interval_world as files
from tests.journeys.readings.interval_world import HEADER, OWN, PLACE, hours, own_rows
from tests.journeys.sharing_world import SLUG

from mains.documents import waiting
from mains.guard.context import PUBLIC, inside
from mains.identity.models import User
from mains.journeys import import_desk, upkeep
from mains.tenancy import queries

MAY_2 = date(2026, 5, 2)


@pytest.fixture
def olga(hanna, on):
    on(11, 28)
    yield console_world.signed_in("olga@alder.example")
    files.forget()


@pytest.fixture
def account():
    return world.accounts(company__code="energo")[0]


@pytest.fixture
def meter(account) -> str:
    return files.serial(account)


@pytest.fixture
def register(account) -> int:
    return files.register(account).pk


def columns(**changed: str) -> dict[str, str]:
    """
    Return the columns of OWN as somebody chooses them.
    """
    return {
        "header": "on", "point": "0", "register": "", "code": "1.8.0", "day": "1", "time": "",
        "pattern": "DD.MM.YYYY hh:mm", "ending": "0", "minutes": "60", "value": "2", "unit": "kWh",
        "decimal": ".", "quality": "3", **changed,
    }  # fmt: skip


def imported(olga, text: str, **more: str) -> str:
    """
    Take a file all the way, and return the page of its import.
    """
    place = files.place_of(files.upload(olga, text, **more))
    return files.page(olga, olga.post(f"{place}import/"))


class TestAKnownFormat:
    def test_is_found_from_the_file_and_previewed_before_anything_is_stored(self, olga, meter):
        answer = files.upload(olga, HEADER + hours(meter, "1", "0.25", "x") + hours("GHOST", "2"))
        page = files.page(olga, answer)

        assert "Read as: CSV: point;start;value;quality, one hour a row" in page
        assert "Sum of register 1.8.0</dt><dd>3.25 kWh" in page
        assert "GHOST 1.8.0" in page
        assert "May 1, 2026 – May 1, 2026" in page
        assert "&#x27;x&#x27; is no quantity: write digits with &#x27;.&#x27; before" in page
        assert (files.stored(), files.imports()) == ({}, [])

    def test_the_rows_that_can_be_taken_are_imported(self, olga, meter, register):
        page = imported(olga, HEADER + hours(meter, "1", "0.25", "x"))

        assert "Import" in page
        assert files.stored()[register, files.DAY][:3] == [1000, 250, None]
        assert files.imports()[0].refused_rows == 1

    def test_may_be_named_by_a_person(self, olga, meter):
        answer = files.upload(olga, HEADER + hours(meter, "1"), profile="csv-15")
        assert "a quarter of an hour a row" in files.page(olga, answer)

    def test_another_one_may_be_tried(self, olga, meter):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1"), profile="mscons"))
        assert "no EDIFACT interchange" in olga.get(place).content.decode()
        page = files.page(olga, olga.post(f"{place}read/", {"profile": "csv"}))
        assert "Sum of register 1.8.0" in page

    def test_of_telegrams_says_how_many_readings(self, olga):
        page = files.page(olga, files.upload(olga, meter_files.TELEGRAM, name="telegram.txt"))
        assert "P1 telegrams" in page
        assert "New readings" in page
        # Its sum is left open, so it cannot be trusted.
        assert "The telegram carries no checksum: type its readings by hand" in page

    def test_a_feed_of_ours_comes_back(self, olga, hanna, meter, register):
        imported(olga, HEADER + hours(meter, "1", "0.25"))
        before = files.stored()
        feed = hanna.get("/usage/green-button.xml", year="2026").content
        olga.post(f"{PLACE}{files.imports()[0].pk}/undo/")
        place = files.place_of(files.upload(olga, feed, name="feed.xml"))
        olga.post(f"{place}import/")
        day = (register, files.DAY)
        assert files.stored()[day] == before[day]


class TestATable:
    @pytest.fixture
    def place(self, olga, meter) -> str:
        return files.place_of(files.upload(olga, OWN + own_rows(meter, "1.5", "2", "x")))

    def test_its_columns_are_guessed_and_shown_with_the_first_rows(self, olga, place, meter):
        page = olga.get(place).content.decode()
        assert "None of the known formats fits." in page
        assert f"<td>{meter}</td>" in page
        assert '<option value="DD.MM.YYYY hh:mm" selected>' in page
        assert '<option value="2" selected>3: Use kWh' in page

    def test_it_is_read_as_a_person_says(self, olga, place, register):
        page = files.page(olga, olga.post(f"{place}read/", columns()))
        assert "Sum of register 1.8.0</dt><dd>3.5 kWh" in page
        olga.post(f"{place}import/")
        assert files.stored()[register, files.DAY][:3] == [1500, 2000, None]

    def test_what_was_said_stands_in_the_form_again(self, olga, place):
        olga.post(f"{place}read/", columns(unit="Wh", ending="1"))
        page = olga.get(place, change="1").content.decode()
        assert '<option value="Wh" selected>' in page
        assert '<option value="1" selected>the end of the interval' in page

    def test_the_end_of_the_interval_is_an_hour_earlier(self, olga, place, register):
        olga.post(f"{place}read/", columns(ending="1"))
        olga.post(f"{place}import/")
        assert files.stored()[register, files.DAY][:2] == [2000, None]

    @pytest.mark.parametrize("wrong", [{"point": "9"}, {"code": ""}, {"minutes": "7"}])
    def test_columns_that_do_not_exist_are_refused(self, olga, place, wrong):
        answer = olga.post(f"{place}read/", columns(**wrong))
        assert answer.status_code == 422
        assert files.files()[0].about["step"] == "NEW"

    def test_a_workbook(self, olga, meter, register):
        book, into = Workbook(), io.BytesIO()
        book.active.append(["Device", "Day", "Use"])
        book.active.append([meter, "01.05.2026 00:00", 1.5])
        book.save(into)
        place = files.place_of(files.upload(olga, into.getvalue(), name="May.xlsx"))
        olga.post(f"{place}read/", columns(quality=""))
        olga.post(f"{place}import/")
        assert files.stored()[register, files.DAY][0] == 1500

    def test_the_same_table_read_otherwise_is_another_import(self, olga, meter):
        text = OWN + own_rows(meter, "1.5")
        for unit in ("kWh", "Wh", "Wh"):
            place = files.place_of(files.upload(olga, text))
            olga.post(f"{place}read/", columns(unit=unit))
            olga.post(f"{place}import/")
        assert len(files.imports()) == 2


class TestRejectedRows:
    @pytest.fixture
    def place(self, olga, meter) -> str:
        place = files.place_of(files.upload(olga, OWN + own_rows(meter, "1", "=2+5")))
        olga.post(f"{place}read/", columns())
        return place

    def test_stand_with_the_reason_beside_each_row(self, olga, place, meter):
        text = olga.get(f"{place}rejected.csv").content.decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text))
        assert (row["Row"], row["Column"], row["Device"]) == ("3", "Use kWh", meter)
        assert "is no quantity" in row["Why it is rejected"]
        assert row["What stands there"] == "'=2+5"
        assert row["Use kWh"] == "'=2+5"

    def test_are_a_sheet_as_well(self, olga, place, meter):
        answer = olga.get(f"{place}rejected.xlsx")
        rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
        assert (rows[1][0], rows[1][5]) == (3, meter)

    def test_are_kept_with_the_import_for_a_month(self, olga, place, on):
        olga.post(f"{place}import/")
        (entry,) = files.imports()
        there = f"{PLACE}{entry.pk}/rejected.csv"
        assert "no quantity" in olga.get(there).content.decode()
        on(1, 20)
        assert olga.get(there).status_code == 404
        assert "rejected.csv" not in olga.get(f"{PLACE}{entry.pk}/").content.decode()

    def test_are_none_where_all_were_taken(self, olga, meter):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        assert olga.get(f"{place}rejected.csv").status_code == 404

    @pytest.mark.parametrize("suffix", ["exe", "pdf"])
    def test_are_given_as_two_kinds_of_file_only(self, olga, place, suffix):
        assert olga.get(f"{place}rejected.{suffix}").status_code == 404

    def test_are_told_in_the_language_of_the_reader(self, olga, place):
        olga.client.cookies["lang"] = "uk"
        page = olga.get(place).content.decode()
        assert "не є кількістю" in page
        assert "is no quantity" not in page


class TestTwice:
    def test_importing_again_adds_nothing(self, olga, meter):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        first = olga.post(f"{place}import/")
        again = olga.post(f"{place}import/")
        assert files.page(olga, first) == files.page(olga, again)
        assert len(files.imports()) == 1

    def test_the_same_file_again_leads_to_its_import(self, olga, meter):
        text = HEADER + hours(meter, "1")
        imported(olga, text)
        before = files.stored()
        page = files.page(olga, files.upload(olga, text))
        assert "This file was imported before" in page
        assert f"{PLACE}{files.imports()[0].pk}/" in page
        assert files.stored() == before

    def test_undoing_again_changes_nothing(self, olga, meter):
        imported(olga, HEADER + hours(meter, "1"))
        (entry,) = files.imports()
        for _time in range(2):
            olga.post(f"{PLACE}{entry.pk}/undo/")
        (entry,) = files.imports()
        assert (entry.state, files.stored()) == ("UNDONE", {})
        assert len(world.audited("metering.import_undone")) >= 1

    def test_removing_again_leaves_it_removed(self, olga, meter):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        for _time in range(2):
            assert files.place_of(olga.post(f"{place}remove/")) == PLACE
        assert files.files() == []

    def test_of_two_steps_at_once_one_is_done(self, olga, meter):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        name = place.split("/")[-2]
        with inside(SLUG):
            now = queries.tenant(SLUG).now()
            seen = waiting.find(name=name, kind=import_desk.FILE, now=now).note
            assert waiting.note(name=name, was=seen, becomes={**seen, "step": "REFUSED"})
            assert not waiting.note(name=name, was=seen, becomes={**seen, "step": "DONE"})
            assert waiting.find(name=name, kind=import_desk.FILE, now=now).note["step"] == "REFUSED"


class TestInTheWrongOrder:
    def test_nothing_is_imported_before_somebody_looked(self, olga, meter):
        place = files.place_of(files.upload(olga, OWN + own_rows(meter, "1")))
        page = files.page(olga, olga.post(f"{place}import/"))
        assert "Nothing was imported: look first" in page
        assert files.imports() == []

    def test_a_file_that_was_imported_is_not_read_otherwise(self, olga, meter):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        olga.post(f"{place}import/")
        olga.post(f"{place}read/", {"profile": "csv-15"})
        assert files.files()[0].about["step"] == "DONE"

    def test_an_import_under_a_newer_one_is_not_undone(self, olga, meter, register):
        imported(olga, HEADER + hours(meter, "1"))
        imported(olga, HEADER + hours(meter, "2"))
        older, newer = files.imports()
        page = olga.get(f"{PLACE}{older.pk}/undo/").content.decode()
        assert "Later imports changed the same days" in page
        assert f"Import {newer.pk}" in page

        refused = files.page(olga, olga.post(f"{PLACE}{older.pk}/undo/"))
        assert "Nothing was undone: later imports" in refused
        assert files.stored()[register, files.DAY][0] == 2000

        for entry in (newer, older):
            olga.post(f"{PLACE}{entry.pk}/undo/")
        assert files.stored() == {}

    def test_readings_that_a_bill_counts_by_are_not_taken_back(self, olga, meter):
        from mains.metering.models import MeterImport, Reading

        imported(olga, HEADER + hours(meter, "1"))
        bill = world.bill_of(world.accounts(company__code="teplo")[0])
        with inside(SLUG):
            counted = Reading.objects.filter(
                register__meter__installations__supply_point__contracts__account=bill.account_id,
                received_at__lte=bill.issued_at,
            ).latest("period_start")
            MeterImport.objects.update(reading_ids=[counted.pk])
        (entry,) = files.imports()
        try:
            page = files.page(olga, olga.post(f"{PLACE}{entry.pk}/undo/"))
            assert "a bill counts by readings of this import" in page
            assert files.imports()[0].state == "APPLIED"
            with inside(SLUG):
                assert Reading.objects.filter(pk=counted.pk).exists()
        finally:
            with inside(SLUG):
                MeterImport.objects.update(reading_ids=[])


class TestLateOrNever:
    def test_a_file_ends_after_a_week(self, olga, meter, on):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        on(12, 6)
        assert "This file is no longer here" in files.page(olga, olga.post(f"{place}import/"))
        assert "waited for more than a week" in files.page(olga, olga.get(place))
        assert files.imports() == []

    def test_the_night_deletes_what_is_over_and_nothing_else(self, olga, meter, on):
        files.upload(olga, HEADER + hours(meter, "1", "x"))
        now = on(12, 4)
        files.upload(olga, HEADER + hours(meter, "2"))
        with inside(SLUG):
            assert waiting.delete_expired(now=now) == 0
            assert waiting.delete_expired(now=now + timedelta(days=2)) == 2
        (left,) = files.files()
        assert left.about["report"]["sums"] == [["1.8.0", "kWh", "2.000000"]]

    def test_once_imported_only_the_note_is_left(self, olga, meter):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        olga.post(f"{place}import/")
        (file,) = files.files()
        assert (file.size, file.about["step"]) == (0, "DONE")
        with inside(SLUG), pytest.raises(waiting.NotWaiting):
            waiting.content(name=file.key.rpartition("/")[2])

    def test_a_name_that_is_none_of_ours_leads_to_the_list(self, olga):
        assert files.place_of(olga.get(f"{PLACE}waiting/..%2e/")) == PLACE


class TestLargeFiles:
    @pytest.fixture
    def sent(self, monkeypatch) -> list[str]:
        """
        Have every file be a worker's, and collect what is sent to workers.
        """
        from mains.core.jobs import Job

        names: list[str] = []
        monkeypatch.setattr(import_desk, "BYTES_AT_ONCE", 0)
        monkeypatch.setattr(Job, "send", lambda _job, **ids: names.append(str(ids["name"])))
        return names

    def work(self, name: str) -> None:
        tenant = queries.tenant(SLUG)
        with inside(SLUG):
            import_desk.work_on(tenant=tenant, name=name, now=tenant.now())

    def test_are_a_workers_and_the_page_waits(self, olga, meter, sent):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        page = olga.get(place).content.decode()
        assert "The file is being read" in page
        assert 'http-equiv="refresh"' in page
        self.work(sent[0])
        assert "Sum of register 1.8.0" in olga.get(place).content.decode()

        olga.post(f"{place}import/")
        assert "The file is being imported" in olga.get(place).content.decode()
        assert "so it stays" in files.page(olga, olga.post(f"{place}remove/"))
        for name in sent:
            self.work(name)
        assert len(files.imports()) == 1
        assert len(sent) == 2

    @pytest.mark.usefixtures("sent")
    def test_a_lost_message_is_taken_up(self, olga, meter, on):
        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        with inside(SLUG):
            upkeep.sweep(schema_name=SLUG)
        assert "The file is being read" in olga.get(place).content.decode()
        on(11, 29)
        with inside(SLUG):
            upkeep.sweep(schema_name=SLUG)
        assert "Sum of register 1.8.0" in olga.get(place).content.decode()

    def test_the_task_does_what_was_asked(self, olga, meter, sent):
        from mains.core.jobs import TENANT
        from mains.journeys import tasks

        place = files.place_of(files.upload(olga, HEADER + hours(meter, "1")))
        tasks.read_meter_file(**{"name": sent[0], TENANT: SLUG})
        assert "Sum of register 1.8.0" in olga.get(place).content.decode()


class TestRefusedWhole:
    def test_a_file_that_is_too_large_says_how_large(self, olga, monkeypatch):
        from mains.console.imports import forms

        monkeypatch.setattr(forms, "MOST_BYTES", 10)
        answer = files.upload(olga, HEADER)
        assert answer.status_code == 422
        assert "can be uploaded. Split it." in answer.content.decode()
        assert files.files() == []

    @pytest.mark.parametrize("content", [b"", None])
    def test_no_file_or_an_empty_one(self, olga, content):
        answer = (
            files.upload(olga, content)
            if content is not None
            else olga.post(PLACE, {"profile": ""})
        )
        assert answer.status_code == 422

    def test_a_workbook_that_is_none(self, olga):
        answer = files.upload(olga, b"PK\x03\x04 xl/ broken", name="x.xlsx")
        assert answer.status_code == 422
        assert "no workbook" in answer.content.decode()

    def test_a_document_type_is_never_read(self, olga):
        feed = '<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "b">]><feed>&a;</feed>'
        page = files.page(olga, files.upload(olga, feed, name="x.xml"))
        assert "declares a document type" in page


def test_the_list_says_who_and_what_came_of_it(olga, meter):
    imported(olga, HEADER + hours(meter, "1", "x"), name="Whole May.csv")
    page = olga.get(PLACE).content.decode()
    assert "Whole May.csv" in page
    assert "olga@alder.example" in page
    assert "Not imported yet" not in page
    files.upload(olga, OWN + own_rows(meter, "1"), name="Own.csv")
    assert "Say what its columns are" in olga.get(PLACE).content.decode()


def test_who_imports_is_named_not_who_uploaded(olga, meter):
    try:
        console_world.add_staff("sam@alder.example", (SLUG, "SERVICE"))
        sam = console_world.signed_in("sam@alder.example")
        place = files.place_of(files.upload(sam, HEADER + hours(meter, "1")))
        olga.post(f"{place}import/")
        assert files.imports()[0].imported_by == f"staff:{user_id('olga@alder.example')}"
    finally:
        with inside(PUBLIC):
            User.objects.filter(email="sam@alder.example").delete()


def user_id(email: str) -> int:
    with inside(PUBLIC):
        return User.objects.get(email=email).pk


def test_an_import_of_the_command_line_is_listed(olga, meter, tmp_path):
    from mains.metering import importing
    from mains.metering.imports.profiles import PROFILES

    path = tmp_path / "file"
    path.write_text(HEADER + hours(meter, "1"))
    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        importing.import_file(
            path=path,
            file_name="night.csv",
            profile=PROFILES["csv"],
            arrival=importing.Arrival(by="command_line", now=tenant.now(), zone=tenant.zone),
        )
    page = olga.get(PLACE).content.decode()
    assert "night.csv" in page
    assert "Command line" in page


def test_the_desk_leads_there(olga):
    assert 'href="imports/"' in olga.get("readings/").content.decode()
