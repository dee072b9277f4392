"""Read a spreadsheet that a stranger sent: few bytes, few cells, few seconds, nothing looked up."""

import time
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation
from io import BytesIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

type Cell = str | Decimal
type Row = tuple[int, list[Cell]]

# A small file can unpack to gigabytes: what comes out is counted while it comes. Two megabytes of
# cells take about a second.
MOST_BYTES, MOST_CELLS, MOST_SECONDS = 8_000_000, 50_000, 5.0
MOST_COLUMNS = 40
_PIECE = 65_536
_PACKED = (ZIP_STORED, ZIP_DEFLATED)
# Spreadsheets hold 15 digits; what follows is an artefact of binary fractions.
_DIGITS = Context(prec=15)
_MOST_PLACES = 30


class NotASheet(ValueError):
    """The file is no spreadsheet in XLSX."""


class TooLarge(ValueError):
    """The file holds more than anybody sends in earnest."""


def first_sheet(content: bytes) -> list[Row]:
    """
    Return the rows of the first sheet of an XLSX file, each with its number in the sheet.

    Texts stay texts, numbers are Decimal, and a formula is what it last came to. What the file
    says of its size is not believed.

    :raises NotASheet: if it is no XLSX file, or one that declares entities.
    :raises TooLarge: if it holds more than 8 MB, 50 000 cells or five seconds' work.
    """
    try:
        with ZipFile(BytesIO(content)) as book:
            return _Reader(book).rows()
    except TooLarge:
        raise
    # A password is a RuntimeError, an odd way of packing a NotImplementedError.
    except (
        BadZipFile, ZlibError, EOFError, expat.ExpatError, KeyError, IndexError, ValueError,
        RuntimeError, InvalidOperation,
    ) as error:  # fmt: skip
        raise NotASheet from error


class _Reader:
    def __init__(self, book: ZipFile) -> None:
        self.book = book
        self.bytes = self.cells = 0
        self.until = time.monotonic() + MOST_SECONDS

    def rows(self) -> list[Row]:
        place = self._first_place()
        strings = _Strings()
        if "xl/sharedStrings.xml" in self.book.namelist():
            self.parse("xl/sharedStrings.xml", strings)
        sheet = _Sheet(strings.found, self.count)
        self.parse(place, sheet)
        return sheet.rows

    def _first_place(self) -> str:
        first, targets = _First(), _Targets()
        self.parse("xl/workbook.xml", first)
        self.parse("xl/_rels/workbook.xml.rels", targets)
        target = targets.found[first.found[0]]
        return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"

    def count(self) -> None:
        """
        Count a row or a cell: an empty one costs memory as well.
        """
        self.cells += 1
        if self.cells > MOST_CELLS:
            raise TooLarge

    def parse(self, name: str, into: "_Part") -> None:
        info: ZipInfo = self.book.getinfo(name)
        if info.compress_type not in _PACKED:
            raise NotASheet
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = into.begin
        parser.EndElementHandler = into.end
        parser.CharacterDataHandler = into.text
        with self.book.open(info) as part:
            while piece := part.read(_PIECE):
                self.bytes += len(piece)
                if self.bytes > MOST_BYTES or time.monotonic() > self.until:
                    raise TooLarge
                parser.Parse(piece)
        parser.Parse(b"", True)


def _refuse(*_declared: object) -> None:
    raise NotASheet


class _Part:
    """
    What the parser tells of one part of the file; names come with a prefix or without.
    """

    def begin(self, name: str, about: dict[str, str]) -> None:
        """
        Take an element that begins.
        """

    def end(self, name: str) -> None:
        """
        Take an element that ends.
        """

    def text(self, piece: str) -> None:
        """
        Take text inside the element.
        """


class _First(_Part):
    """
    The relations of the sheets, in their order.
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def begin(self, name: str, about: dict[str, str]) -> None:
        if _bare(name) == "sheet":
            self.found += [value for key, value in about.items() if _bare(key) == "id"]


class _Targets(_Part):
    """
    Where the parts of the book lie, by relation.
    """

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def begin(self, name: str, about: dict[str, str]) -> None:
        if _bare(name) == "Relationship":
            self.found[about["Id"]] = about["Target"]


class _Strings(_Part):
    """
    The texts that cells name by their number, without how they are spoken.
    """

    def __init__(self) -> None:
        self.found: list[str] = []
        self.inside = False
        self.spoken = False

    def begin(self, name: str, about: dict[str, str]) -> None:  # noqa: ARG002
        bare = _bare(name)
        if bare == "si":
            self.found.append("")
        self.spoken = self.spoken or bare == "rPh"
        self.inside = bare == "t"

    def end(self, name: str) -> None:
        self.inside = False
        if _bare(name) == "rPh":
            self.spoken = False

    def text(self, piece: str) -> None:
        if self.inside and not self.spoken:
            self.found[-1] += piece


class _Sheet(_Part):
    def __init__(self, strings: list[str], count: Callable[[], None]) -> None:
        self.rows: list[Row] = []
        self.strings, self.count = strings, count
        self.kind = self.typed = ""
        self.column = 0
        self.inside = False

    def begin(self, name: str, about: dict[str, str]) -> None:
        bare = _bare(name)
        if bare == "row":
            self.count()
            last = self.rows[-1][0] if self.rows else 0
            self.rows.append((int(about.get("r", last + 1)), []))
        elif bare == "c":
            self.count()
            self.kind, self.typed = about.get("t", "n"), ""
            self.column = _column(about.get("r", "")) or len(self.rows[-1][1]) + 1
        # A formula lies beside what it comes to; an inline text inside `is`.
        self.inside = bare in ("v", "t")

    def end(self, name: str) -> None:
        self.inside = False
        if _bare(name) == "c" and self.typed and self.column <= MOST_COLUMNS:
            cells = self.rows[-1][1]
            cells += [""] * (self.column - len(cells))
            cells[self.column - 1] = self._value()

    def text(self, piece: str) -> None:
        if self.inside:
            self.typed += piece

    def _value(self) -> Cell:
        if self.kind == "s":
            return self.strings[int(self.typed)]
        if self.kind != "n":
            return self.typed
        value = _DIGITS.create_decimal(self.typed)
        # Written out, an exponent of a million is a million digits.
        if not value.is_finite() or abs(value.adjusted()) > _MOST_PLACES:
            return self.typed
        return value


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _column(reference: str) -> int:
    """
    Return the number of the column of a cell such as B7, or 0 where it names none.
    """
    number = 0
    for letter in reference.rstrip("0123456789")[:4].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
