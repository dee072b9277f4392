"""The texts of a file turned into instants, quantities and qualities, each distinct text once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from mains.metering.imports.profile import Label, Profile
from mains.metering.imports.refusals import Trouble, told
from mains.metering.rules.daygrid import DayNotWhole, NotOnGrid, place
from mains.metering.rules.intervals import LARGEST, MOST_DECIMALS, USUAL_DECIMALS, Quality
from mains.metering.rules.labels import NoSuchTime, Repeated, numbered, starts
from mains.metering.rules.sentences import gettext_noop as _

# Units that files use, as a power of ten of the unit that registers count in.
UNITS = {
    "kWh": ("kWh", 0), "Wh": ("kWh", -3), "MWh": ("kWh", 3), "kvarh": ("kvarh", 0),
    "varh": ("kvarh", -3), "m3": ("m3", 0), "l": ("m3", -3), "GJ": ("GJ", 0), "MJ": ("GJ", -3),
    "J": ("GJ", -9),
}  # fmt: skip
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{0,12})?|\.\d{1,12}")
_TOKENS = {
    "YYYY": r"(?P<year>\d{4})", "YY": r"(?P<short>\d{2})", "MM": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})", "hh": r"(?P<hour>\d{1,3})", "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
}  # fmt: skip
_MEMORY = 200_000

# Intervals that a label may mean, the earlier first: the day and which of its intervals.
type Places = tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """
    Where a value may belong: the intervals, their length, and how many the day has.
    """

    places: Places
    minutes: int
    slots: int


class Memo[Key, Value](dict[Key, Value]):
    """
    A function's results by its argument: files repeat the same few thousand texts without end.
    """

    def __init__(self, function: Callable[[Key], Value]) -> None:
        super().__init__()
        self.function = function

    def __missing__(self, key: Key) -> Value:
        if len(self) >= _MEMORY:
            self.clear()
        result = self[key] = self.function(key)
        return result


def pattern_of(label: str) -> re.Pattern[str]:
    """
    Return what finds the parts of a time that is written as a label says.
    """
    pattern = re.escape(label)
    for token, group in _TOKENS.items():
        pattern = pattern.replace(token, group, 1)
    return re.compile(pattern)


def micros(text: str, *, decimal: str, unit: str) -> int | Trouble:
    """
    Return a quantity in millionths of kWh, m³, GJ or kvarh.
    """
    bare = text.strip()
    plain = bare.replace(decimal, ".", 1) if decimal != "." else bare
    if (decimal != "." and "." in bare) or not _NUMBER.fullmatch(plain):
        return _no_quantity(bare, decimal)
    value = _decimal(plain).scaleb(UNITS[unit][1])
    whole = value.scaleb(MOST_DECIMALS)
    if whole != whole.to_integral_value():
        return told(
            _("%(text)s %(unit)s has more than %(most)s decimals of %(base)s"),
            _("round it where it is written"),
            text=bare, unit=unit, most=MOST_DECIMALS, base=UNITS[unit][0],
        )  # fmt: skip
    if value.scaleb(USUAL_DECIMALS) > LARGEST:
        return told(_("%(text)s %(unit)s in one interval is more than any meter counts"),
                    _("check the unit of the profile"), text=bare, unit=unit)  # fmt: skip
    return int(whole)


def quality(text: str, *, profile: Profile) -> Quality | Trouble:
    """
    Return how a value came about, by the profile's table.
    """
    if not profile.qualities:
        return profile.usual_quality
    found = profile.qualities.get(text.strip())
    if found is None:
        known = ", ".join(repr(key) for key in profile.qualities)
        return told(
            _("%(text)s is no quality of this format"), _("write one of %(known)s"),
            text=repr(text), known=known,
        )  # fmt: skip
    return found


class LabelReader:
    """
    Reads labels of one profile in a zone.
    """

    def __init__(self, label: Label, *, zone: ZoneInfo, home: ZoneInfo, minutes: int) -> None:
        self.label, self.zone, self.home, self.minutes = label, zone, home, minutes
        self.pattern = pattern_of(label.pattern)

    def places(self, text: str, flag: str) -> Places | Trouble:
        """
        Return the intervals of the utility's own days that a label may mean.
        """
        if self.label.flag is not None and flag.strip() not in {"0", "1"}:
            return told(_("%(flag)s says neither summer (1) nor winter (0)"),
                        _("correct the flag beside the time"), flag=repr(flag))  # fmt: skip
        try:
            return tuple(
                place(start, zone=self.home, minutes=self.minutes)
                for start in self._starts(text.strip(), flag.strip())
            )
        except NoSuchTime as error:
            return told(error, _("correct the time, or import by a profile that counts these days "
                               "differently"))  # fmt: skip
        except NotOnGrid:
            return told(_("No interval of %(minutes)s minutes starts at %(text)s"),
                        _("choose a profile with the file's own interval length"),
                        minutes=self.minutes, text=text)  # fmt: skip
        except DayNotWhole as error:
            return told(error, _("import values of 30 minutes"))
        except (ValueError, OverflowError):
            return self._no_time(text)

    def day(self, text: str) -> date | Trouble:
        """
        Return the day that a row of a whole day names.
        """
        try:
            return self._wall(text.strip())[0].date()
        except (ValueError, OverflowError):
            return told(_("%(text)s is no date"), _("write it as %(pattern)s"),
                        text=repr(text), pattern=self.label.pattern)  # fmt: skip

    def _no_time(self, text: str) -> Trouble:
        if self.label.pattern:
            remedy = _("write it as %(pattern)s")
        else:
            remedy = _("write it as a time with its offset, such as 2026-03-29T01:00+01:00")
        return told(
            _("%(text)s is no date and time"), remedy, text=repr(text), pattern=self.label.pattern
        )

    def _starts(self, text: str, flag: str) -> tuple[datetime, ...]:
        if self.label.repeated is Repeated.OFFSET:
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is None:
                raise ValueError(text)
            return (instant.astimezone(UTC),)
        wall, hour = self._wall(text)
        if self.label.repeated is Repeated.NUMBERED:
            return (numbered(wall.date(), hour, zone=self.zone, minutes=self.minutes),)
        summer = None if self.label.flag is None else flag == "1"
        return starts(wall + timedelta(hours=hour), zone=self.zone, minutes=self.minutes,
                      marks=self.label.marks, summer=summer)  # fmt: skip

    def _wall(self, text: str) -> tuple[datetime, int]:
        """
        Return the time without its hour, and the hour, which may be 24 or a number of the day.
        """
        match = self.pattern.fullmatch(text)
        if match is None:
            raise ValueError(text)
        parts = {name: int(value) for name, value in match.groupdict().items()}
        year = parts.get("year") or 2000 + parts["short"]
        minute, second, hour = (parts.get(name, 0) for name in ("minute", "second", "hour"))
        if self.label.repeated is not Repeated.NUMBERED and hour * 60 + minute > 24 * 60:
            raise ValueError(text)
        wall = datetime(year, parts["month"], parts["day"], 0, minute, second)  # noqa: DTZ001
        return wall, hour


def _decimal(plain: str) -> Decimal:
    try:
        return Decimal(plain)
    except InvalidOperation:
        return Decimal(0)


def _no_quantity(bare: str, decimal: str) -> Trouble:
    if bare.startswith("-"):
        return told(_("%(text)s is less than nothing"),
                    _("give what was fed in as a magnitude of its own"), text=bare)  # fmt: skip
    if not bare:
        return told(_("There is no value"), _("leave the row out, or give its value"))
    return told(
        _("%(text)s is no quantity"), _("write digits with %(sign)s before the decimals"),
        text=repr(bare), sign=repr(decimal),
    )  # fmt: skip
