"""Tables of anybody's making: the profile is made of what a person says about the columns."""

import json
from dataclasses import asdict
from hashlib import blake2s

from mains.metering.imports.profile import Container, Label, Magnitude, Profile, Table
from mains.metering.rules.intervals import Quality
from mains.metering.rules.labels import Marks, Repeated
from mains.metering.rules.sentences import gettext_noop as _

KEY = "table"
# How days and times are written, most usual first; a workbook's own times come as the first two.
PATTERNS = (
    "YYYY-MM-DD hh:mm:ss", "YYYY-MM-DD hh:mm", "YYYY-MM-DDThh:mm:ss", "YYYY-MM-DDThh:mm",
    "DD.MM.YYYY hh:mm", "DD.MM.YYYY hh:mm:ss", "DD/MM/YYYY hh:mm", "DD/MM/YYYY hh:mm:ss",
    "MM/DD/YYYY hh:mm", "YYYY/MM/DD hh:mm", "YYYY.MM.DD hh:mm", "YYYYMMDDhhmm", "YYYYMMDD hhmm",
    "YYYY-MM-DD 00:00:00 hh:mm:ss", "DD-MM-YYYY hh:mm", "YYYY-MM-DD hh", "DD.MM.YYYY hh",
    "DD/MM/YYYY hh",
)  # fmt: skip
# With these hh is the number of the interval within its day, from 1.
_NUMBERED = " hh"
QUALITIES = {
    "": Quality.MEASURED, "M": Quality.MEASURED, "R": Quality.MEASURED, "A": Quality.MEASURED,
    "E": Quality.ESTIMATED, "C": Quality.CORRECTED,
}  # fmt: skip


def profile_of(table: Table) -> Profile:
    """
    Return the profile of a table; the same description has the same key.
    """
    said = json.dumps(asdict(table), sort_keys=True)
    columns = (table.day,) if table.time is None else (table.day, table.time)
    return Profile(
        key=f"{KEY}-{blake2s(said.encode(), digest_size=8).hexdigest()}",
        title=_("Table with columns of its own"),
        container=Container.SHEET if table.sheet else Container.DELIMITED,
        point=table.point,
        register=table.register,
        minutes=table.minutes,
        label=Label(
            columns,
            table.pattern,
            Marks.ENDING if table.ending else Marks.BEGINNING,
            _repeated(table.pattern),
        ),
        magnitudes=(Magnitude(table.code, table.unit, table.value, quality=table.quality),),
        delimiter=table.delimiter,
        decimal=table.decimal,
        header=table.header,
        qualities=QUALITIES if table.quality is not None else {},
        table=table,
    )


def _repeated(pattern: str) -> Repeated:
    if not pattern:
        return Repeated.OFFSET
    return Repeated.NUMBERED if pattern.endswith(_NUMBERED) else Repeated.ORDER
