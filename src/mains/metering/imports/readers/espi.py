"""Green Button feeds (NAESB ESPI in Atom), read by greenbutton-objects."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from mains.metering.imports.caps import Caps
from mains.metering.imports.readers.records import Value
from mains.metering.imports.readers.unpacked import whole
from mains.metering.imports.refusals import FileRefused, file_refused, told
from mains.metering.rules.sentences import gettext_noop as _

# Of NAESB's lists: units of measure, flow directions, qualities.
_UNITS: dict[int | None, str] = {72: "Wh", 42: "m3", 31: "J"}
_CODES: dict[int | None, str] = {None: "1.8.0", 0: "1.8.0", 1: "1.8.0", 19: "2.8.0"}
VALID = 0


def values(path: Path, *, caps: Caps) -> Iterator[Value]:
    """
    Yield the interval readings of a feed, numbered from 1.

    :raises FileRefused: if it is no feed, declares a document type, or is too large.
    """
    text = whole(path, caps)
    _without_doctype(text)
    try:
        yield from _readings(text)
    except FileRefused:
        raise
    except Exception as error:
        raise file_refused(
            _("The feed cannot be read (%(error)s)"),
            _("check it against the ESPI schema"),
            error=f"{type(error).__name__}: {error}",
        ) from error


def _readings(text: bytes) -> Iterator[Value]:
    from greenbutton_objects.parse import parse_feed

    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(text)
        file.flush()
        points = parse_feed(file.name)
    number = 0
    for point in points:
        for series in sorted(point.meterReadings, key=lambda series: series.link_self):
            kind = series.readingType
            # The library multiplies in floats, so the power of ten is taken off it first.
            power, kind.powerOfTenMultiplier = kind.powerOfTenMultiplier or 0, 0
            for reading in series.intervalReadings:
                number += 1
                yield _value(number, point.link_self.rsplit("/", 1)[-1], kind, power, reading)


def _value(number: int, point: str, kind: Any, power: int, reading: Any) -> Value:
    uom = kind.uom.value if kind.uom else None
    direction = kind.flowDirection.value if kind.flowDirection else None
    text, unit = _scaled(str(reading.value), power), _UNITS.get(uom, "")
    trouble = None
    if not unit:
        trouble = told(_("Unit of measure %(uom)s is neither energy nor volume"),
                       _("import only readings in Wh (72) or m³ (42)"), uom=uom)  # fmt: skip
    elif direction not in _CODES:
        trouble = told(_("Flow direction %(direction)s is neither forward nor reverse"),
                       _("import those two series only"), direction=direction)  # fmt: skip
    marks = [mark.quality.value for mark in reading.readingQualities if mark.quality]
    return Value(
        row=number, point=point, code=_CODES.get(direction, ""),
        start=reading.timePeriod.start.isoformat(),
        minutes=int(reading.timePeriod.duration.total_seconds()) // 60,
        text=text, unit=unit, quality=str(max(marks, default=VALID)), trouble=trouble,
    )  # fmt: skip


def _scaled(text: str, power: int) -> str:
    """
    Return a whole number times a power of ten, as plain digits.
    """
    if power >= 0:
        return text + "0" * power
    digits = text.rjust(-power + 1, "0")
    return f"{digits[:power]}.{digits[power:]}"


def _without_doctype(text: bytes) -> None:
    """
    Parse once for nothing but a document type: entities are how XML reads files and fills memory.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise file_refused(_("The file is no XML (%(error)s)"),
                           _("send the feed as it was downloaded"), error=error
                           ) from error  # fmt: skip


def _refuse_doctype(*_declaration: object) -> None:
    raise file_refused(
        _("The file declares a document type, which meter data never needs"),
        _("have it written without DOCTYPE"),
    )
