"""Tables of anybody's making: what is guessed of them, and how they are read then."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from tests.factories import meter_files
from tests.factories.meter_files import HEADER, hours

from mains.metering.imports import guessing, worker
from mains.metering.imports.profiles.table import profile_of
from mains.metering.imports.refusals import FileRefused

HOME = ZoneInfo("Europe/Kyiv")
QUARTERS = (
    'Meter number,Date,Time,kWh used\nM123,01/05/2026,00:15,"1,5"\nM123,01/05/2026,00:30,"2,5"\n'
)
UKRAINIAN = (
    "Точка обліку;Канал;Кінець;Значення, кВт·год;Якість\n"
    "EIC1;1.8.0;01.05.2026 01:00;1.250;M\nEIC1;2.8.0;01.05.2026 01:00;0.500;E\n"
    "EIC1;1.8.0;01.05.2026 02:00;2.000;M\n"
)
OFFSETS = "M1234;2026-05-01T00:00+03:00;1.5\nM1234;2026-05-01T00:30+03:00;1.25\n"


@pytest.fixture
def file(tmp_path):
    def written(text: str) -> Path:
        path = tmp_path / "table"
        path.write_text(text, newline="")
        return path

    return written


def guessed(path: Path):
    look = worker.look(path, zone=HOME)
    assert look.profile == ""
    return guessing.guess(look.rows, is_sheet=look.is_sheet, delimiter=look.delimiter)


def read(path: Path, table):
    with worker.reading(path, profile=profile_of(table), zone=HOME, keep_rows=True) as found:
        return found


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        (meter_files.P1D, "es-p1d"),
        (meter_files.F5D, "es-f5d"),
        (meter_files.MCILQH, "es-mcilqh"),
        (meter_files.NUMBERED, "es-csv"),
        (meter_files.DATADIS, "datadis-json"),
        (meter_files.FEED, "green-button"),
        (meter_files.MSCONS, "mscons"),
        (meter_files.TELEGRAM, "p1"),
        (HEADER + hours([1, 2]), "csv"),
        (HEADER + "M1;2026-05-01T00:15+02:00;1;\n", "csv-15"),
        (QUARTERS, ""),
        ("nothing of ours\n", ""),
    ],
)
def test_a_known_format_is_found_from_the_content(file, text, profile):
    assert worker.look(file(text), zone=ZoneInfo("Europe/Madrid")).profile == profile


def test_a_workbook_of_ours_is_found(tmp_path):
    book = Workbook()
    book.active.append(["point", "start", "value", "quality"])
    book.active.append(["M1", "2026-05-01 00:00:00", 1.5, "M"])
    book.save(tmp_path / "book")
    assert worker.look(tmp_path / "book", zone=HOME).profile == "xlsx"


class TestGuessed:
    def test_day_and_time_in_two_columns_and_a_comma(self, file):
        table = guessed(file(QUARTERS))
        assert (table.point, table.day, table.time, table.value) == (0, 1, 2, 3)
        assert (table.pattern, table.minutes, table.decimal) == ("DD/MM/YYYY hh:mm", 15, ",")
        assert (table.header, table.delimiter, table.unit) == (True, ",", "kWh")

    def test_names_in_another_language_and_the_end_of_the_hour(self, file):
        table = guessed(file(UKRAINIAN))
        assert (table.point, table.register, table.day, table.value, table.quality) == (
            0, 1, 2, 3, 4,
        )  # fmt: skip
        assert (table.ending, table.pattern, table.minutes) == (True, "DD.MM.YYYY hh:mm", 60)

    def test_times_with_their_offset_and_no_names(self, file):
        table = guessed(file(OFFSETS))
        assert (table.header, table.point, table.day, table.value) == (False, 0, 1, 2)
        assert (table.pattern, table.minutes) == ("", 30)

    def test_an_empty_look_is_still_a_table(self):
        table = guessing.guess([], is_sheet=False, delimiter=";")
        assert (table.point, table.day, table.value) == (0, 0, 0)


class TestRead:
    def test_each_register_of_a_column_is_its_own(self, file):
        path = file(UKRAINIAN)
        found = read(path, guessed(path))
        assert found.refusals == []
        assert {(one.point, one.code) for one in found.sources} == {
            ("EIC1", "1.8.0"), ("EIC1", "2.8.0"),
        }  # fmt: skip
        assert {code: str(total) for code, _unit, total in found.sums} == {
            "1.8.0": "3.250000", "2.8.0": "0.500000",
        }  # fmt: skip

    def test_rows_that_are_refused_are_kept_as_they_were_sent(self, file):
        path = file(QUARTERS + "M123,01/05/2026,00:45,much\n")
        found = read(path, guessed(path))
        (refusal,) = found.refusals
        assert (refusal.row, refusal.column) == (4, "kWh used")
        assert found.rows_sent[4] == ["M123", "01/05/2026", "00:45", "much"]
        assert found.rows_sent[1][0] == "Meter number"

    def test_rows_are_not_kept_where_nobody_asked(self, file):
        path = file(QUARTERS)
        with worker.reading(path, profile=profile_of(guessed(path)), zone=HOME) as found:
            assert found.rows_sent == {}

    def test_the_number_of_the_hour_in_its_day(self, file):
        path = file("point;date;hour;value\nM1;2026-05-01;1;5\nM1;2026-05-01;24;6\n")
        table = guessed(path)
        assert table.pattern == "YYYY-MM-DD hh"
        assert read(path, table).intervals == 2

    def test_a_workbook_with_real_times(self, tmp_path):
        from datetime import datetime

        book = Workbook()
        book.active.append(["Meter", "Beginning", "kWh"])
        for hour in range(3):
            book.active.append(["M1", datetime(2026, 5, 1, hour), 1.5])  # noqa: DTZ001
        book.save(tmp_path / "book")
        table = guessed(tmp_path / "book")
        assert table.sheet
        assert read(tmp_path / "book", table).intervals == 3


def test_the_same_columns_have_the_same_key_and_others_another(file):
    table = guessed(file(QUARTERS))
    assert profile_of(table).key == profile_of(replace(table)).key
    assert profile_of(table).key != profile_of(replace(table, unit="Wh")).key
    assert len(profile_of(table).key) <= 40


def test_what_cannot_be_looked_at_is_refused(tmp_path):
    path = tmp_path / "book"
    path.write_bytes(b"PK\x03\x04xl/ and nothing else")
    with pytest.raises(FileRefused, match="no workbook"):
        worker.look(path, zone=HOME)
