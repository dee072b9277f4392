"""What somebody pasted or uploaded, as rows of meters and readings; and the forms it comes in."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mains.core import sheets
from mains.metering.queries import RegisterRow
from mains.metering.rules.pasted import (
    LONGEST,
    MOST_ROWS,
    Cells,
    ColumnsUnclear,
    Given,
    Part,
    Pasted,
    TooManyRows,
    cells_of,
    read_rows,
)
from mains.portal.readings import entering, messages

# The name of a field beside a meter, before the id of its register.
CELL = "cell-"
MOST_BYTES, MOST_SIGNS = 1_000_000, 200_000
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
# What spreadsheets write where they do not write Unicode, by the language of the reader.
_CODE_PAGES = {"uk": "cp1251", "hu": "cp1250", "lv": "cp1257"}


class Paste(forms.Form):
    """
    One box to paste into, or one file; `pasted` are its rows once the form is valid.
    """

    text = forms.CharField(
        label=gettext_lazy("Paste meters and readings"),
        help_text=gettext_lazy(
            "One row for each meter: its number, then what it shows. Copy two columns of a "
            "spreadsheet, or the filled list with its heading. Where a meter has several "
            "registers, write which one between the two."
        ),
        required=False,
        max_length=MOST_SIGNS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or choose a file"),
        help_text=gettext_lazy("The filled list, or another one: XLSX or CSV."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    pasted = Pasted([], 0)

    def clean(self) -> dict[str, Any]:
        """
        Read the rows, of the file where there is one.
        """
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        field = "file" if given.get("file") else "text"
        try:
            self.pasted = read_rows(self._grid(given), headings=headings())
        except (ColumnsUnclear, TooManyRows, sheets.NotASheet, sheets.TooLarge) as problem:
            self.add_error(field, _refusal(problem))
            return given
        if not self.pasted.rows:
            self.add_error(field, _nothing(self.pasted))
        return given

    def _grid(self, given: dict[str, Any]) -> list[Cells]:
        file = given.get("file")
        if not file:
            return cells_of(given.get("text", ""))
        if file.size > MOST_BYTES:
            raise sheets.TooLarge
        content: bytes = file.read()
        if content.startswith(_ZIP):
            return [
                (number, [_typed(cell) for cell in cells])
                for number, cells in sheets.first_sheet(content)
            ]
        return cells_of(_decoded(content))


def _typed(cell: sheets.Cell) -> str:
    """
    Write a number of a sheet as somebody who reads this language would type it.
    """
    return cell if isinstance(cell, str) else f"{cell:f}".replace(".", entering.decimal_mark())


def _decoded(content: bytes) -> str:
    if content.startswith(_WIDE):
        return content.decode("utf-16", errors="replace")
    if content.startswith(_OLD) or b"\0" in content:
        raise sheets.NotASheet
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        page = _CODE_PAGES.get(messages.language(), "cp1252")
        return content.decode(page, errors="replace")


def _refusal(problem: Exception) -> str:
    if isinstance(problem, ColumnsUnclear):
        return _(
            "It is not clear which column is which. Send two columns, the meter and its reading, "
            "or the list with its heading."
        )
    if isinstance(problem, TooManyRows):
        return _("There are more than %(count)s rows. Send them in several parts.") % {
            "count": MOST_ROWS
        }
    if isinstance(problem, sheets.TooLarge):
        return _(
            "The file is too large for a list of readings. Copy its rows into a new sheet, "
            "or paste them."
        )
    return _("The file can not be read. Save it as XLSX or CSV, or paste its rows.")


def _nothing(pasted: Pasted) -> str:
    if pasted.unread:
        return _("No row has a new reading. Write what the meters show, then send the list again.")
    return _("There are no rows. Paste at least one meter with its reading, or choose a file.")


@cache
def headings() -> dict[str, Part]:
    """
    Return what columns are called in every language, in small letters.
    """
    found: dict[str, Part] = {"value": "value"}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[_("Meter").casefold()] = "meter"
            found[_("Register").casefold()] = "register"
            found[_("Reading").casefold()] = "value"
            found[_("New reading").casefold()] = "value"
    return found


def cells_typed(posted: QueryDict) -> dict[str, str]:
    """
    Return what was typed beside the meters, by the id of the register.
    """
    return {
        name.removeprefix(CELL): str(posted[name])[: LONGEST + 1]
        for name in posted
        if name.startswith(CELL) and str(posted[name]).strip()
    }


def rows_of(cells: Mapping[str, str], *, registers: Sequence[RegisterRow]) -> list[Given]:
    """
    Return what was typed beside the meters as rows; one that is no longer there has no name.
    """
    known = {str(one.register_id): one for one in registers}
    times = Counter(one.meter for one in known.values())
    rows = []
    for number, (key, typed) in enumerate(cells.items(), start=1):
        one = known.get(key)
        code = one.code if one and times[one.meter] > 1 else ""
        rows.append(Given(number, one.meter if one else "", code, typed.strip()))
    return rows[:MOST_ROWS]


class Unreadable(ValueError):
    """The rows that came back with a form are not those that it was given."""


def packed(rows: list[Given]) -> str:
    """
    Write rows for a hidden field: what is not stored travels with the page.
    """
    return json.dumps(
        [[row.number, row.meter, row.register, row.typed] for row in rows],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def unpacked(text: str, *, typed: dict[str, str]) -> list[Given]:
    """
    Return the rows of a hidden field, with what was typed over them on the page.

    They are checked again from the beginning, so it does not matter who wrote them.

    :raises Unreadable: if it is not such a list.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    if not isinstance(found, list) or len(found) > MOST_ROWS:
        raise Unreadable
    return [_row(position, one, typed) for position, one in enumerate(found)]


def _row(position: int, found: object, typed: dict[str, str]) -> Given:
    match found:
        case [int(number), str(meter), str(register), str(value)]:
            parts = {"meter": meter, "register": register, "value": value}
        case _:
            raise Unreadable
    parts = {
        part: typed.get(f"{part}-{position}", known).strip()[: LONGEST + 1]
        for part, known in parts.items()
    }
    return Given(
        number=number,
        meter=parts["meter"],
        register=parts["register"],
        typed=parts["value"],
        confirmed="all_right" in typed or f"right-{position}" in typed,
    )
