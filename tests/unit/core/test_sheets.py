"""A spreadsheet of a stranger: read as it is, or refused before it costs anything."""

import tracemalloc
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from mains.core import sheets
from mains.core.sheets import NotASheet, TooLarge, first_sheet
from mains.core.spreadsheets import xlsx_file

BOOK = '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r7"/></sheets></workbook>'
RELATIONS = '<Relationships><Relationship Id="r7" Target="worksheets/sheet1.xml"/></Relationships>'


def sheet(rows: str, *, doctype: str = "", packing: int = ZIP_DEFLATED, **parts: str) -> bytes:
    """
    Return a file whose first sheet has these rows, written by hand.
    """
    file = BytesIO()
    with ZipFile(file, "w", packing) as book:
        book.writestr("xl/workbook.xml", BOOK)
        book.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f"{doctype}<worksheet><sheetData>{rows}</sheetData></worksheet>",
        )
        for name, text in parts.items():
            book.writestr(f"xl/{name}.xml", text)
    return file.getvalue()


class TestReading:
    def test_our_own_files(self):
        file = xlsx_file(
            title="List", header=["Meter", "Last", "New"], rows=[["00417", Decimal("12.5"), None]]
        )
        assert first_sheet(file) == [
            (1, ["Meter", "Last", "New"]), (2, ["00417", Decimal("12.5")]),
        ]  # fmt: skip

    def test_a_file_of_another_writer_and_its_first_sheet(self):
        book = Workbook()
        book.active.append(["HW-1", 1240, None, "m³"])
        book.create_sheet("second").append(["never", 1])
        file = BytesIO()
        book.save(file)

        assert first_sheet(file.getvalue()) == [(1, ["HW-1", Decimal(1240), "", "m³"])]

    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ('<c r="A1"><f>1+1</f><v>2</v></c>', Decimal(2)),
            ('<c r="A1"><v>0.30000000000000004</v></c>', Decimal("0.3")),
            ('<c r="A1"><v>1E999999</v></c>', "1E999999"),
            ('<c r="A1"><v>NaN</v></c>', "NaN"),
            ('<c r="A1" t="inlineStr"><is><t>HW</t></is></c>', "HW"),
            ('<c r="A1" t="str"><f>a</f><v>HW</v></c>', "HW"),
            ('<x:c r="A1"><x:v>7</x:v></x:c>', Decimal(7)),
        ],
    )
    def test_cells(self, cell, value):
        assert first_sheet(sheet(f'<row r="1">{cell}</row>')) == [(1, [value])]

    def test_rows_keep_their_numbers_and_cells_their_columns(self):
        rows = '<row r="3"><c r="C3"><v>1</v></c></row><row r="9"><c r="ZZZ9"><v>2</v></c></row>'

        assert first_sheet(sheet(rows)) == [(3, ["", "", Decimal(1)]), (9, [])]

    def test_shared_texts_without_how_they_are_spoken(self):
        strings = "<sst><si><r><t>H</t></r><r><t>W</t></r><rPh><t>ha</t></rPh></si></sst>"
        rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'

        assert first_sheet(sheet(rows, sharedStrings=strings)) == [(1, ["HW"])]


class TestRefusing:
    @pytest.mark.parametrize(
        "content",
        [
            b"PK\x03\x04 and nothing more",
            sheet("<row>"),
            sheet('<row r="x"/>'),
            sheet('<row r="1"><c r="A1" t="s"><v>9</v></c></row>'),
            sheet('<row r="1"><c r="A1"><v>one</v></c></row>'),
            sheet("", doctype='<!DOCTYPE a [<!ENTITY b "c">]>'),
            sheet("", packing=ZIP_BZIP2),
        ],
    )
    def test_what_is_no_sheet(self, content):
        with pytest.raises(NotASheet):
            first_sheet(content)

    def test_a_small_file_that_unpacks_to_much(self):
        bomb = sheet(" " * 300_000_000)
        assert len(bomb) < 400_000
        tracemalloc.start()
        with pytest.raises(TooLarge):
            first_sheet(bomb)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 4_000_000

    @pytest.mark.parametrize("rows", ["<row/>", "<row>{}</row>"])
    def test_too_many_rows_and_cells(self, rows):
        many = rows.format("<c/>" * sheets.MOST_CELLS)
        with pytest.raises(TooLarge):
            first_sheet(sheet(many if "<c/>" in many else many * (sheets.MOST_CELLS + 1)))

    def test_control_as_many_as_are_allowed(self):
        cells = "<c/>" * (sheets.MOST_CELLS - 1)
        assert first_sheet(sheet(f"<row>{cells}</row>")) == [(1, [])]

    def test_too_much_work(self, monkeypatch):
        monkeypatch.setattr(sheets, "MOST_SECONDS", -1)
        with pytest.raises(TooLarge):
            first_sheet(sheet(""))
