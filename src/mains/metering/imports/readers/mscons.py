"""MSCONS messages (UN/EDIFACT), taken apart by pydifact."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mains.metering.imports.caps import Caps
from mains.metering.imports.readers.records import Value
from mains.metering.imports.readers.unpacked import whole
from mains.metering.imports.refusals import FileRefused, file_refused, told
from mains.metering.rules.sentences import gettext_noop as _

_UNITS = {"": "kWh", "KWH": "kWh", "KVR": "kvarh", "MTQ": "m3", "MWH": "MWh"}
# Which register a magnitude is the use of: measured value 9 or 29 of a period is what 8 counts.
_CODES = {
    "1.8.0": "1.8.0", "1.9.0": "1.8.0", "1.29.0": "1.8.0",
    "2.8.0": "2.8.0", "2.9.0": "2.8.0", "2.29.0": "2.8.0",
}  # fmt: skip
_START, _END = "163", "164"


@dataclass(slots=True)
class _Place:
    point: str = ""
    code: str = ""
    quantity: tuple[int, list[str]] | None = None
    times: dict[str, datetime] = field(default_factory=dict)


def values(path: Path, *, caps: Caps) -> Iterator[Value]:
    """
    Yield the quantities of all messages; rows are segments, numbered from 1 in the file.

    :raises FileRefused: if it is no interchange, or is too large.
    """
    text = whole(path, caps).decode("utf-8", errors="replace")
    if text.count("'") > caps.cells:
        raise file_refused(
            _("The file has more than %(most)s segments"), _("split it"), most=f"{caps.cells:,}"
        )
    try:
        segments = _segments(text)
    except Exception as error:
        raise file_refused(_("The file is no EDIFACT interchange (%(error)s)"),
                           _("send the MSCONS file as it was received"), error=error
                           ) from error  # fmt: skip
    try:
        yield from _quantities(segments)
    except FileRefused:
        raise
    except (ValueError, IndexError, TypeError) as error:
        raise file_refused(_("A segment of the file cannot be read (%(error)s)"),
                           _("check it against MSCONS D.04B"), error=error
                           ) from error  # fmt: skip


def _segments(text: str) -> list[Any]:
    from pydifact.segmentcollection import Interchange

    with warnings.catch_warnings():
        # It has no directory for a syntax check of these messages, and says so for each segment.
        warnings.simplefilter("ignore")
        interchange = Interchange.from_str(text)
        kinds = {message.type for message in interchange.get_messages()}
        if kinds != {"MSCONS"}:
            raise ValueError(f"it holds {', '.join(sorted(kinds)) or 'no message'}")
        return list(interchange.segments)


def _quantities(segments: list[Any]) -> Iterator[Value]:
    place = _Place()
    for row, segment in enumerate(segments, 2):
        match segment.tag:
            case "LOC" | "LIN" | "PIA" | "QTY" | "UNT":
                if place.quantity is not None:
                    yield _value(place)
                place.quantity = None
                _note(place, row, segment)
            case "DTM":
                qualifier, text, form = segment.elements[0]
                if qualifier in (_START, _END):
                    place.times[qualifier] = _instant(text, form)


def _note(place: _Place, row: int, segment: Any) -> None:
    elements = segment.elements
    if segment.tag == "LOC" and elements[0] == "172":
        place.point = elements[1] if isinstance(elements[1], str) else elements[1][0]
    elif segment.tag == "PIA" and elements[0] == "5":
        place.code = elements[1] if isinstance(elements[1], str) else elements[1][0]
    elif segment.tag == "QTY":
        place.quantity, place.times = (row, [*elements[0], ""]), {}


def _value(place: _Place) -> Value:
    assert place.quantity is not None
    row, (qualifier, text, unit, *_rest) = place.quantity
    short = place.code.rpartition(":")[2]
    start, end = place.times.get(_START), place.times.get(_END)
    trouble = None
    if start is None or end is None or end <= start:
        trouble = told(_("The quantity has no period"), _("give DTM+163 and DTM+164 after it"))
        start = end = datetime(1970, 1, 1, tzinfo=UTC)
    elif short not in _CODES:
        trouble = told(_("%(code)s names no register of active energy"), _("import %(known)s"),
                       code=place.code or "–", known=", ".join(_CODES))  # fmt: skip
    elif unit not in _UNITS:
        trouble = told(_("%(unit)s is no unit that registers count in"), _("give KWH or MTQ"),
                       unit=repr(unit))  # fmt: skip
    return Value(
        row=row, point=place.point, code=_CODES.get(short, ""), start=start.isoformat(),
        minutes=int((end - start).total_seconds()) // 60, text=text, unit=_UNITS.get(unit, ""),
        quality=qualifier, trouble=trouble,
    )  # fmt: skip


def _instant(text: str, form: str) -> datetime:
    """
    Return the instant of a DTM: format 303 is CCYYMMDDHHMM and hours from UTC, such as +00.
    """
    if form != "303":
        raise ValueError(f"DTM format {form} has no offset from UTC; 303 has")
    wall = datetime.strptime(text[:12], "%Y%m%d%H%M").replace(tzinfo=UTC)
    return wall - timedelta(hours=int(text[12:]))
