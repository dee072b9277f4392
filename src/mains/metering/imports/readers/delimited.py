"""Rows of delimited text."""

import csv
from collections.abc import Iterator
from pathlib import Path

from mains.metering.imports.caps import MB, Caps
from mains.metering.imports.readers.unpacked import chunks
from mains.metering.imports.refusals import file_refused
from mains.metering.rules.sentences import gettext_noop as _

LONGEST_LINE = MB

type Row = tuple[int, list[str]]


def rows(path: Path, *, delimiter: str, caps: Caps) -> Iterator[Row]:
    """
    Yield the rows of a text with their numbers from 1; empty ones are left out.

    :raises FileRefused: if it has more bytes or cells than allowed, or a line without end.
    """
    number = cells = 0
    for text in _blocks(path, caps):
        quoted = '"' in text
        for line in text.split("\n"):
            number += 1
            if line:
                fields = _unquoted(line, delimiter) if quoted else line.split(delimiter)
                cells += len(fields)
                yield number, fields
        if cells > caps.cells:
            raise file_refused(
                _("The file has more than %(most)s cells"), _("split it"), most=f"{caps.cells:,}"
            )


def _unquoted(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        # A field longer than any number or name: what it stands for is refused where it is read.
        return line.split(delimiter)


def _blocks(path: Path, caps: Caps) -> Iterator[str]:
    """
    Yield whole lines, many at a time, without the last line's end.
    """
    rest, first = b"", True
    for part in chunks(path, caps):
        head, newline, tail = (rest + part).rpartition(b"\n")
        if len(tail) > LONGEST_LINE:
            raise file_refused(_("A line is longer than %(most)s MB"),
                               _("check that this is a text with line ends"),
                               most=LONGEST_LINE // MB)  # fmt: skip
        if newline:
            yield _decoded(head, first)
            first = False
        rest = tail
    if rest:
        yield _decoded(rest, first)


def _decoded(block: bytes, first: bool) -> str:
    text = block.decode("utf-8", errors="replace")
    if "\0" in text:
        raise file_refused(_("The file is no text in UTF-8; it holds zero bytes"),
                           _("save it as CSV in UTF-8"))  # fmt: skip
    if "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r").replace("\r", "\n")
    return text.removeprefix("\ufeff") if first else text
