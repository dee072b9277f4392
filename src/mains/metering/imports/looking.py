"""A first look at a file: which profile reads it, or how its table is written."""

import csv
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mains.metering.imports.caps import Caps
from mains.metering.imports.days import Days
from mains.metering.imports.profile import Container, Profile
from mains.metering.imports.profiles import PROFILES
from mains.metering.imports.readers import sheet
from mains.metering.imports.readers.delimited import rows
from mains.metering.imports.readers.unpacked import chunks
from mains.metering.imports.refusals import FileRefused
from mains.metering.imports.tabular import Reading
from mains.metering.imports.wide import WideReading

SHOWN = 6
_TRIED = 60
_DELIMITERS = (";", "\t", ",", "|")
_SHEET = b"PK\x03\x04"


def look(path: Path, *, home: ZoneInfo, caps: Caps) -> dict[str, Any]:
    """
    Return the key of the profile that reads a file, empty if none does, and how a table is written.

    :raises FileRefused: if the file cannot be opened.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == _SHEET and _is_workbook(path):
        first = list(islice(sheet.rows(path, caps=caps), _TRIED))
        tried = (one for one in PROFILES.values() if one.container is Container.SHEET)
        return _told(_reads(tried, first, home), True, ";", [fields for _row, fields in first])
    head = _head(path, caps)
    document = _document(head)
    if document:
        return _told(document, False, ";", [])
    return _look_at_text(head, home, caps)


def _told(profile: str, is_sheet: bool, delimiter: str, first: list[list[str]]) -> dict[str, Any]:
    return {
        "profile": profile,
        "is_sheet": is_sheet,
        "delimiter": delimiter,
        "rows": [[text[:80] for text in fields[:60]] for fields in first[:SHOWN]],
    }


def _is_workbook(path: Path) -> bool:
    # The central directory stands at the end, and names every part.
    with path.open("rb") as file:
        return b"xl/" in file.read()


def _head(path: Path, caps: Caps) -> bytes:
    """
    Return the first whole lines of a text, unpacked.
    """
    start = next(chunks(path, caps), b"")
    lines, newline, _rest = start.rpartition(b"\n")
    return lines + newline if newline else start


def _document(head: bytes) -> str:
    """
    Return the profile of a file that is no table, by how it begins.
    """
    bare = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if bare.startswith((b"UNA", b"UNB")):
        return "mscons"
    if bare.startswith(b"<"):
        return "green-button"
    if bare.startswith(b"{"):
        return "datadis-json"
    return "p1" if bare.startswith(b"/") and b"!" in bare else ""


def _look_at_text(head: bytes, home: ZoneInfo, caps: Caps) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(head)
        file.flush()
        path = Path(file.name)
        by_delimiter = {
            mark: list(islice(rows(path, delimiter=mark, caps=caps), _TRIED))
            for mark in _DELIMITERS
        }
    # Long intervals first: values of whole hours are on the grid of quarters as well.
    tried = sorted(
        (one for one in PROFILES.values() if one.container is Container.DELIMITED),
        key=lambda one: -one.minutes,
    )
    for mark, first in by_delimiter.items():
        found = _reads((one for one in tried if one.delimiter == mark), first, home)
        if found:
            return _told(found, False, mark, [fields for _row, fields in first])
    mark = max(_DELIMITERS, key=lambda mark: _regular(by_delimiter[mark]))
    return _told("", False, mark, [fields for _row, fields in by_delimiter[mark]])


def _regular(first: list[tuple[int, list[str]]]) -> int:
    """
    Return in how many columns all rows agree; one column is no table.
    """
    widths = {len(fields) for _row, fields in first}
    return widths.pop() if len(widths) == 1 else 0


def _reads(tried: Iterator[Profile], first: list[tuple[int, list[str]]], home: ZoneInfo) -> str:
    """
    Return the profile that refuses the fewest of the first rows, and at most half of them.
    """
    found: list[tuple[int, str]] = []
    for profile in tried:
        days = Days()
        try:
            count = _read(profile, iter(first), home, days)
        except (FileRefused, csv.Error, IndexError, ValueError):
            continue
        if 0 < count >= 2 * len(days.refusals):
            found.append((len(days.refusals), profile.key))
    return min(found, key=lambda one: one[0])[1] if found else ""


def _read(profile: Profile, first: Any, home: ZoneInfo, days: Days) -> int:
    if profile.day_row is not None:
        return WideReading(profile, home=home, days=days, write=len).read(first)
    return Reading(profile, home=home, days=days).read(first)
