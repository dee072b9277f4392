"""Rows and files that are not taken: where, why, and what to do."""

from itertools import pairwise

import pytest
from tests.factories import meter_files

from mains.metering.imports.refusals import FileRefused

ROW = "ES1;2026/05/01 01:00;1;{};;;;;;1;0;F/1;0;0\n"


@pytest.mark.parametrize(
    ("line", "column", "sentence"),
    [
        (ROW.format("-5"), "4", "-5 is less than nothing; give what was fed in as a magnitude of "
         "its own."),
        (ROW.format(""), "4", "There is no value; leave the row out, or give its value."),
        (ROW.format("1,5"), "4", "'1,5' is no quantity; write digits with '.' before the "
         "decimals."),
        (ROW.format("1e9"), "4", "'1e9' is no quantity; write digits with '.' before the "
         "decimals."),
        (ROW.format("0.0001"), "4", "0.0001 Wh has more than 6 decimals of kWh; round it where it "
         "is written."),
        (ROW.format("9" * 13), "4", "9999999999999 Wh in one interval is more than any meter "
         "counts; check the unit of the profile."),
        (ROW.format("5").replace(";1;0;F", ";9;0;F"), "10", "'9' is no quality of this format; "
         "write one of '', '0', '1', '2', '3', '4', '5', '6'."),
        (ROW.format("5").replace("01:00", "01:30"), "2", "No interval of 60 minutes starts at "
         "2026/05/01 01:30; choose a profile with the file's own interval length."),
        (ROW.format("5").replace("2026/05/01 01:00", "1 May"), "2", "'1 May' is no date and time; "
         "write it as YYYY/MM/DD hh:mm."),
        (ROW.format("5").replace("05/01 01", "02/30 01"), "2", "'2026/02/30 01:00' is no date and "
         "time; write it as YYYY/MM/DD hh:mm."),
        (ROW.format("5").replace("01:00", "25:00"), "2", "'2026/05/01 25:00' is no date and time; "
         "write it as YYYY/MM/DD hh:mm."),
        (ROW.format("5").replace(";1;5", ";S;5"), "2", "'S' says neither summer (1) nor winter "
         "(0); correct the flag beside the time."),
        ("ES1;2026/05/01 01:00;1\n", "", "The row has 3 columns and needs 10; check the "
         "delimiter, or choose the profile that fits."),
        ("ES1;2026/05/01 01:00;1;5;\n", "", "The row has 5 columns and needs 10; check the "
         "delimiter, or choose the profile that fits."),
    ],
)  # fmt: skip
def test_a_row_is_refused_by_its_number_and_column_and_the_others_are_taken(
    read, line, column, sentence
):
    content = read(ROW.format("7").replace("01:00", "03:00") + "\n" + line, "es-f5d")
    assert content.intervals == 1
    assert content.troubles == [(3, column, sentence)]


def test_the_same_interval_twice_counts_once_and_with_another_value_is_refused(read):
    content = read(ROW.format("5") + ROW.format("5") + ROW.format("6"), "es-f5d")
    assert content.intervals == 1
    assert content.troubles == [
        (3, "2", "The interval was given before, from row 1 on, with another value; keep the row "
         "that is right.")
    ]  # fmt: skip


def test_a_day_that_comes_twice_as_a_row_is_refused(read):
    row = f"M1;1.8.0;2026-05-01;M;{';'.join(['1'] * 24)}\n"
    content = read(row + row, "csv-days")
    assert content.intervals == 24
    assert content.troubles == [
        (2, "3", "2026-05-01 was given before; keep the row that is right.")
    ]


def test_the_hour_that_spring_leaves_out_is_refused(read):
    text = meter_files.DATADIS.replace("2026-03-29T03", "2026-03-29T02")
    content = read(text, "datadis-json")
    assert content.troubles == [
        (2, "datetime", "Clocks in Europe/Madrid never show 2026-03-29 02:00:00; correct the time, "
         "or import by a profile that counts these days differently.")
    ]  # fmt: skip


def test_a_telegram_whose_sum_does_not_fit_is_refused(read):
    whole = meter_files.telegram()
    content = read(whole.replace("12.345", "12.346") + whole, "p1")
    assert len(content.readings) == 3
    assert [(row, column) for row, column, _ in content.troubles] == [(9, "checksum")]
    assert "does not fit" in content.troubles[0][2]


@pytest.mark.parametrize(
    ("text", "profile", "reason"),
    [
        ("p\0o\0", "csv", "The file is no text in UTF-8"),
        ("a;b\n1;2\n", "csv", "The header has no column 'point'"),
        ("{}", "datadis-json", "The file is no Datadis storage"),
        ("[" * 100_000, "datadis-json", "The file is no Datadis storage"),
        ("<feed", "green-button", "The file is no XML"),
        ("<feed/>", "mscons", "The file is no EDIFACT interchange"),
        ("hello", "p1", "There is no P1 telegram"),
        ("hello", "xlsx", "The file is no workbook"),
    ],
)
def test_a_file_of_another_kind_is_refused_whole(read, text, profile, reason):
    with pytest.raises(FileRefused, match=reason):
        read(text, profile)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghi"))
    + "]><feed>&i;</feed>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/passwd">]><feed>&a;</feed>'
)


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, '<!DOCTYPE feed><feed xmlns="x"/>'])
def test_xml_that_declares_a_document_type_is_refused_unread(read, text):
    with pytest.raises(FileRefused, match="declares a document type"):
        read(text, "green-button")


def test_control_the_same_feed_without_it_is_read(read):
    assert read(meter_files.FEED, "green-button", "UTC").intervals == 2
