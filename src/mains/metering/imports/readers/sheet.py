"""Rows of a workbook's first sheet, as texts."""

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

from mains.metering.imports.caps import Caps
from mains.metering.imports.readers.delimited import Row
from mains.metering.imports.readers.unpacked import checked_members
from mains.metering.imports.refusals import file_refused
from mains.metering.rules.sentences import gettext_noop as _


def rows(path: Path, *, caps: Caps) -> Iterator[Row]:
    """
    Yield the rows of the first sheet with their numbers; empty ones are left out.

    :raises FileRefused: if it is no workbook, or has more bytes or cells than allowed.
    """
    import openpyxl

    checked_members(path, caps)
    try:
        # As a stream, because it judges a path by its ending.
        stream = path.open("rb")
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except Exception as error:
        raise file_refused(
            _("The file is no workbook (%(error)s)"), _("save it as .xlsx"), error=error
        ) from error
    cells = 0
    for number, values in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
        cells += max(len(values), 1)
        if cells > caps.cells:
            raise file_refused(
                _("The sheet has more than %(most)s cells"), _("split it"), most=f"{caps.cells:,}"
            )
        if any(value is not None for value in values):
            yield number, [text_of(value) for value in values]


def text_of(value: object) -> str:
    """
    Return what a cell says as text: dates as ISO 8601, numbers with the fewest digits that are it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value!r}"
    return str(value)
