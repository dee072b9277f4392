"""Values of containers that say of each value what it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mains.core.calendars import first_instant
from mains.metering.imports import texts
from mains.metering.imports.days import Days
from mains.metering.imports.profile import Profile
from mains.metering.imports.refusals import Trouble, told
from mains.metering.imports.tabular import check_refusals
from mains.metering.rules.daygrid import RESOLUTIONS, DayNotWhole, NotOnGrid, day_grid, place
from mains.metering.rules.sentences import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Value:
    """
    One value: whose, from when (ISO 8601 with offset), how long, how much, and how it came about.
    """

    row: int
    point: str
    code: str
    start: str
    minutes: int
    text: str
    unit: str
    quality: str
    trouble: Trouble | None = None


def read(values: Iterable[Value], *, profile: Profile, home: ZoneInfo, days: Days) -> int:
    """
    Put every value into the days, or refuse it; return how many there were.

    :raises FileRefused: if too many are refused.
    """
    count = 0
    for value in values:
        count += 1
        column, text, trouble = _put(value, profile, home, days)
        if trouble is not None:
            days.refuse(value.row, column, text, trouble)
            check_refusals(days.refusals)
    return count


def _put(
    value: Value, profile: Profile, home: ZoneInfo, days: Days
) -> tuple[str, str, Trouble | None]:
    if value.trouble is not None:
        return "value", value.text, value.trouble
    micro = texts.micros(value.text, decimal=".", unit=value.unit)
    if isinstance(micro, Trouble):
        return "value", value.text, micro
    quality = texts.quality(value.quality, profile=profile)
    if isinstance(quality, Trouble):
        return "quality", value.quality, quality
    spot = _spot(value, home)
    if isinstance(spot, Trouble):
        return "start", value.start, spot
    source = days.source(value.point, value.code, unit=texts.UNITS[value.unit][0], row=value.row)
    return "start", value.start, days.put(source, spot, micro, quality, value.row)


def _spot(value: Value, home: ZoneInfo) -> texts.Spot | Trouble:
    start = datetime.fromisoformat(value.start)
    if value.minutes not in RESOLUTIONS:
        return _whole_days(start, value.minutes, home)
    try:
        day, slot = place(start, zone=home, minutes=value.minutes)
    except (NotOnGrid, DayNotWhole):
        return told(_("No interval of %(minutes)s minutes starts at %(text)s"),
                    _("check the zone of the file's times"),
                    minutes=value.minutes, text=value.start)  # fmt: skip
    slots = day_grid(day, home, value.minutes).slots
    return texts.Spot(((day, slot),), value.minutes, slots)


def _whole_days(start: datetime, minutes: int, home: ZoneInfo) -> texts.Spot | Trouble:
    """
    Take a value over whole days, such as a month, as one value on the first of them.
    """
    end = start + timedelta(minutes=minutes)
    first, after = start.astimezone(home).date(), end.astimezone(home).date()
    if first == after or (start, end) != (first_instant(first, home), first_instant(after, home)):
        return told(
            _("%(minutes)s minutes from %(start)s are neither an interval of 15, 30 or 60 minutes "
              "nor whole days"),
            _("import intervals of those lengths"),
            minutes=minutes, start=start.isoformat(timespec="minutes"),
        )  # fmt: skip
    return texts.Spot(((first, 0),), minutes, 1)
