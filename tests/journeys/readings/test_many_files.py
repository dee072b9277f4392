"""The list as people have it: our own filled in, another one, and what nobody can read."""

import csv
import io
import re
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from tests.journeys.readings.many_meters import (
    PAGE,
    likely,
    paste,
    rows_in,
    send,
    stored,
    text,
    text_of,
    upload,
)
from tests.journeys.sharing_world import Person

from mains.metering.rules.pasted import MOST_ROWS

HEADER = [
    "Meter", "Register", "Account", "Address", "Service", "Unit", "Last reading", "Date",
    "New reading",
]  # fmt: skip
FIRST = ["MANY-000", "1", "MANY000000", "Łąkowa 0, 79000 Lviv", "Hot water", "m³"]
ODD = "Send two columns, the meter and its reading, or the list with its heading."


def sheet_of(*rows: list[object]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


class TestTheListToFill:
    def test_as_a_table_it_is_filled_and_sent_back(self, max_):
        answer = max_.get("/readings/many/list.csv")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert answer.headers["Content-Disposition"].endswith('.csv"')
        assert rows[0] == HEADER
        assert rows[1] == [*FIRST, "1184", "2026-10-31", ""]
        assert len(rows) == 201

        for row in rows[1:4]:
            row[-1] = "1240"
        filled = io.StringIO()
        csv.writer(filled).writerows(rows)
        page = upload(max_, "filled.csv", filled.getvalue().encode("utf-8-sig"))
        assert "Send 3 readings" in text(page)
        assert "197 rows have no new reading and were left out." in text(page)
        send(max_, page)
        assert [one.register.meter.serial for one in stored()] == [
            "MANY-000", "MANY-001", "MANY-002",
        ]  # fmt: skip

    def test_as_a_sheet_it_is_filled_in_one_language_and_sent_in_another(self, max_):
        max_.client.cookies["lang"] = "uk"
        book = load_workbook(io.BytesIO(max_.get("/readings/many/list.xlsx").content))
        assert book.active["A2"].value == "MANY-000"
        assert book.active["G2"].value == 1184
        book.active["I2"] = 1240
        book.active["I3"] = "1 241"
        file = io.BytesIO()
        book.save(file)
        max_.client.cookies["lang"] = "en"

        page = upload(max_, "filled.xlsx", file.getvalue())
        assert [row[1:] for row in rows_in(page)] == [
            ["MANY-000", "1", "1240"], ["MANY-001", "1", "1 241"],
        ]  # fmt: skip
        assert "Send 2 readings" in text(page)

    def test_there_is_no_other_kind(self, max_):
        assert max_.get("/readings/many/list.pdf").status_code == 404


class TestOtherLists:
    @pytest.mark.parametrize("sign", ["\t", ";", ","])
    def test_two_columns_are_pasted_with_any_sign_between(self, max_, sign):
        assert "Send 5 readings" in text(paste(max_, text_of(likely(5), sign=sign)))

    @pytest.mark.parametrize(
        ("language", "content"),
        [
            ("uk", "Лічильник;Новий показник\nMANY-000;1240".encode("cp1251")),
            ("en", "Meter\tNew reading\nMANY-000\t1240".encode("utf-16")),
            ("en", sheet_of(["Meter", "x", "New reading"], ["MANY-000", "y", 1240])),
        ],
    )
    def test_in_the_writing_of_other_programs(self, max_, language, content):
        max_.client.cookies["lang"] = language
        page = upload(max_, "list", content)

        assert [row[1:] for row in rows_in(page)] == [["MANY-000", "", "1240"]]

    def test_a_number_of_a_sheet_is_the_same_in_every_language(self, max_):
        for language, value in (("en", "1240.125"), ("uk", "1240,125")):
            max_.client.cookies["lang"] = language
            page = upload(max_, "list.xlsx", sheet_of(["MANY-000", 1240.125]))
            assert rows_in(page)[0][3] == value

    def test_what_is_typed_is_neutral_in_the_file_that_goes_back(self, max_):
        page = paste(max_, '=HYPERLINK("a")\t1')
        file = max_.post("/readings/many/check/", rows=_rows(page), file="1").content

        cell = load_workbook(io.BytesIO(file)).active["A2"]
        assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("a")')


def _rows(page) -> str:
    from tests.journeys.readings.many_meters import carried

    return carried(page)["rows"]


def bomb() -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", " " * 50_000_000)
    return file.getvalue()


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"PK\x03\x04", "Save it as XLSX or CSV"),
            (b"\xd0\xcf\x11\xe0 an old sheet", "Save it as XLSX or CSV"),
            (b"%PDF\0", "Save it as XLSX or CSV"),
            (bomb(), "too large for a list of readings"),
            (b"x" * 1_000_001, "too large for a list of readings"),
            (b"one column\n", ODD),
            (b"a,b,c,d\n", ODD),
            (b"MANY-000,\nMANY-001,\n", ODD),
            (b"meter,new reading\nMANY-000,\n", "No row has a new reading."),
            (b"", "There are no rows."),
            (b"\n".join(b"M,1" for _ in range(MOST_ROWS + 1)), "more than 1000 rows"),
        ],
    )
    def test_a_file_that_is_no_list_says_why(self, max_, content, said):
        page = upload(max_, "list", content)

        assert page.status_code == 422
        assert said in text(page)
        assert stored() == []

    def test_a_text_that_is_no_list_stays_in_the_box(self, max_):
        page = paste(max_, "what is this")

        assert page.status_code == 422
        assert ODD in text(page)
        assert "what is this</textarea>" in page.content.decode()

    def test_nothing_at_all(self, max_):
        assert "There are no rows." in text(max_.post(PAGE, text=""))


def test_a_thousand_meters_are_one_list(max_: Person):
    page = paste(max_, text_of([(f"GONE-{at}", "1") for at in range(MOST_ROWS)]))

    assert "1000 rows have to be looked at" in text(page)
    assert "900 more rows are not shown here" in text(page)
    assert len(rows_in(page)) == MOST_ROWS


class TestBesideTheMeters:
    def test_what_is_typed_there_is_looked_at_first(self, max_):
        names = re.findall(r'name="(cell-\d+)"', max_.get(PAGE).content.decode())
        assert len(names) == 100
        page = max_.post(PAGE, **{names[0]: "1240", names[1]: "12x4", names[2]: " "})

        assert [row[1:] for row in rows_in(page)] == [
            ["MANY-000", "", "1240"], ["MANY-001", "", "12x4"],
        ]  # fmt: skip
        assert stored() == []
        send(max_, page)
        assert len(stored()) == 1

    def test_a_register_is_named_where_the_meter_has_several(self, tina):
        names = re.findall(r'name="(cell-\d+)"', tina.get(PAGE).content.decode())
        page = tina.post(PAGE, **{names[0]: "1240"})

        assert rows_in(page) == [[1, "TWIN-000", "1.8.1", "1240"]]

    def test_one_of_somebody_else_has_no_name(self, max_, tina):
        names = re.findall(r'name="(cell-\d+)"', tina.get(PAGE).content.decode())
        page = max_.post(PAGE, **{names[0]: "1240"})

        assert rows_in(page) == [[1, "", "", "1240"]]
        assert "None of your meters has this number." in text(page)
