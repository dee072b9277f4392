"""Readings in rows, as people paste them from a spreadsheet or a program writes them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

type Part = Literal["meter", "register", "value"]
type Cells = tuple[int, Sequence[str]]

# What one sending holds; more is sent in parts.
MOST_ROWS = 1_000
# No meter number and no reading is longer.
LONGEST = 40
_TWO, _THREE = 2, 3


class ColumnsUnclear(ValueError):
    """Neither a heading nor the number of columns tells the meters from the values."""


class TooManyRows(ValueError):
    """There are more rows than one sending holds."""


@dataclass(frozen=True, slots=True)
class Given:
    """
    A row as it was given: its number in the list, the meter, the register where named, the value.

    `confirmed` once a person said that an unusual value is right.
    """

    number: int
    meter: str
    register: str
    typed: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Pasted:
    """
    The rows that have a value, and how many have a meter and none.
    """

    rows: list[Given]
    unread: int


def cells_of(text: str) -> list[Cells]:
    """
    Cut a text into numbered rows of cells: at tabs, else at semicolons, else at commas.

    The first row decides which. A line is a row: a quotation mark too many costs no other row.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")
    filled = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    first = filled[0][1] if filled else ""
    sign = next((sign for sign in "\t;" if sign in first), ",")
    return [(number, _cells(line, sign)) for number, line in filled]


def _cells(line: str, sign: str) -> list[str]:
    if line.count('"') % 2:
        # Something measured in inches; the row is shown as it is.
        return line.split(sign)
    try:
        return next(csv.reader([line], delimiter=sign))
    except csv.Error:
        return line.split(sign)


def read_rows(grid: Iterable[Cells], *, headings: Mapping[str, Part]) -> Pasted:
    """
    Return the meters and values of a grid, by its heading or else by the number of its columns.

    Without a heading two columns are meter and value, three are meter, register and value.
    `headings` are the names of columns in small letters, in every language.

    :raises ColumnsUnclear: if neither tells which column is which.
    :raises TooManyRows: if there are more than one sending holds.
    """
    rows = [(number, [_clean(cell) for cell in cells]) for number, cells in grid]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        return Pasted([], 0)
    named = _named(rows[0][1], headings)
    columns = named or _counted(rows)
    if named or _is_heading(rows[0][1], columns):
        rows = rows[1:]
    if len(rows) > MOST_ROWS:
        raise TooManyRows
    given = [_given(number, cells, columns) for number, cells in rows]
    return Pasted([row for row in given if row.typed], sum(not row.typed for row in given))


def _clean(cell: str) -> str:
    # An apostrophe has a spreadsheet take anything as a text.
    return " ".join(cell.split()).removeprefix("'").strip()


def _named(first: Sequence[str], headings: Mapping[str, Part]) -> dict[Part, int]:
    found: dict[Part, int] = {}
    for position, cell in enumerate(first):
        part = headings.get(cell.casefold())
        if part is not None:
            found.setdefault(part, position)
    return found if {"meter", "value"} <= found.keys() else {}


def _counted(rows: Sequence[Cells]) -> dict[Part, int]:
    width = max(_width(cells) for _number, cells in rows)
    if width == _TWO:
        return {"meter": 0, "value": 1}
    if width == _THREE:
        return {"meter": 0, "register": 1, "value": 2}
    raise ColumnsUnclear


def _width(cells: Sequence[str]) -> int:
    return max((position for position, cell in enumerate(cells, start=1) if cell), default=0)


def _is_heading(cells: Sequence[str], columns: Mapping[Part, int]) -> bool:
    # In a language that we do not know: words, and no digit in either column.
    meter, value = _at(cells, columns["meter"]), _at(cells, columns["value"])
    return bool(meter and value) and not any(sign.isdigit() for sign in meter + value)


def _given(number: int, cells: Sequence[str], columns: Mapping[Part, int]) -> Given:
    register = columns.get("register")
    return Given(
        number=number,
        meter=_cut(_at(cells, columns["meter"])),
        register="" if register is None else _cut(_at(cells, register)),
        typed=_cut(_at(cells, columns["value"])),
    )


def _at(cells: Sequence[str], position: int) -> str:
    return cells[position] if position < len(cells) else ""


def _cut(text: str) -> str:
    # The sign at the end keeps a shortened number from being one.
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
