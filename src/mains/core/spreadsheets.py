"""Rows as files that spreadsheets open: CSV for programs, XLSX for people."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import xlsxwriter

type Value = str | int | bool | Decimal | date | None

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60


def harmless(text: str) -> str:
    """
    Return a text that no spreadsheet runs as a formula: such a one gets an apostrophe.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def file_of(
    *, suffix: str, title: str, header: Sequence[str], rows: Sequence[Sequence[Value]]
) -> bytes:
    """
    Return rows as a file of one of the TYPES.
    """
    if suffix == "xlsx":
        return xlsx_file(title=title, header=header, rows=rows)
    return csv_file(header=header, rows=rows)


def csv_file(*, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """
    Return rows as CSV in UTF-8: commas, ISO dates, decimal points.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(harmless, header))
    writer.writerows([_plain(value) for value in row] for row in rows)
    # Spreadsheets recognise the encoding by this mark.
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(*, title: str, header: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    """
    Return rows as a sheet with a frozen heading, real dates and real numbers, and no formulas.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(title[:31])
    heading = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(header):
        sheet.write_string(0, column, text, heading)
        longest = max((len(_plain(row[column])) for row in rows), default=0)
        sheet.set_column(column, column, min(max(longest, len(text)) + 2, _WIDEST))
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(line, column, value, day)
            elif isinstance(value, Decimal | int) and not isinstance(value, bool):
                sheet.write_number(line, column, value)
            elif value is not None:
                sheet.write_string(line, column, str(value))
    book.close()
    return file.getvalue()


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return harmless(value) if isinstance(value, str) else str(value)
