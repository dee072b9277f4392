"""Formats of our own for everybody else: one value a row, or one day a row, as text or workbook."""

from dataclasses import replace

from mains.metering.imports.profile import Container, DayRow, Label, Magnitude, Profile
from mains.metering.rules.intervals import Quality
from mains.metering.rules.labels import Marks, Repeated
from mains.metering.rules.sentences import gettext_noop as _

_QUALITIES = {
    "": Quality.MEASURED, "M": Quality.MEASURED, "E": Quality.ESTIMATED, "C": Quality.CORRECTED,
}  # fmt: skip
_CODES = ("1.8.0", "2.8.0")

_VALUES = Profile(
    key="csv", title=_("CSV: point;start;value;quality, one hour a row"),
    container=Container.DELIMITED, header=True, point="point",
    label=Label(("start",), "", Marks.BEGINNING, Repeated.OFFSET),
    magnitudes=(Magnitude("1.8.0", "kWh", "value", quality="quality"),),
    qualities=_QUALITIES,
)  # fmt: skip
_DAYS = Profile(
    key="csv-days", title=_("CSV: point;register;day;quality and the day's hours, one day a row"),
    container=Container.DELIMITED,
    label=Label((2,), "YYYY-MM-DD", Marks.BEGINNING, Repeated.NUMBERED),
    day_row=DayRow(code=1, quality=3, first_value=4),
    magnitudes=tuple(Magnitude(code, "kWh", 4) for code in _CODES),
    qualities=_QUALITIES,
)  # fmt: skip

PROFILES = (
    _VALUES,
    replace(_VALUES, key="csv-15", minutes=15,
            title=_("CSV: point;start;value;quality, a quarter of an hour a row")),
    _DAYS,
    replace(_DAYS, key="csv-days-15", minutes=15,
            title=_("CSV: point;register;day;quality and the day's quarter-hours, one day a row")),
    replace(
        _VALUES, key="xlsx", container=Container.SHEET,
        title=_("Workbook: point, start, value, quality in the first sheet, one hour a row"),
        label=Label(("start",), "YYYY-MM-DD hh:mm:ss", Marks.BEGINNING, Repeated.ORDER),
    ),
)  # fmt: skip
