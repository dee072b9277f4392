"""
P1 telegrams of smart meters (DSMR, Fluvius, E.ON Hungary): what registers show at an instant.

dsmr-parser checks the sum and reads the lines. Its own list of known telegrams and its fixed zone
are left aside: every country has its own, and the lines are all of one form.
"""

import re
from binascii import unhexlify
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from mains.metering.imports.caps import Caps
from mains.metering.imports.readers.unpacked import whole
from mains.metering.imports.refusals import FileRefused, Refusal, Trouble, file_refused, told
from mains.metering.rules.labels import shown_at
from mains.metering.rules.sentences import gettext_noop as _

_TELEGRAM = re.compile(r"/[^/!]{0,40000}?\n[^!]*![^\r\n]*", re.DOTALL)
_LINE = re.compile(r"^(\d-\d):(\d+\.\d+\.\d+)((?:\([^()]*\))+)\s*$")
_TIME = re.compile(r"(\d{12})([SW])")
_COUNTERS = re.compile(r"[12]\.8\.[0-9]")
_OWN_IDENTITY = ("0-0:96.1.1", "0-0:96.1.0", "1-0:0.0.0")
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?")
_UNITS = frozenset({"kWh", "m3", "GJ"})


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What a register of a meter shows at an instant.
    """

    row: int
    meter: str
    code: str
    at: str
    value: str
    unit: str


def shown(path: Path, *, zone: ZoneInfo, caps: Caps) -> Iterator[Shown | Refusal]:
    """
    Yield what the registers of all telegrams of a file show, or why one is not taken.

    :raises FileRefused: if there is no telegram in it, or it is too large.
    """
    text = whole(path, caps).decode("latin-1")
    found = list(_TELEGRAM.finditer(text))
    if not found:
        raise file_refused(_("There is no P1 telegram in the file"),
                           _("it starts with / and ends with ! and a checksum"))  # fmt: skip
    for match in found:
        row = text.count("\n", 0, match.start()) + 1
        try:
            _check_sum(match.group())
            yield from _Telegram(match.group(), row, zone).shown()
        except FileRefused as refused:
            end = row + match.group().count("\n")
            yield Refusal(end, "checksum", match.group().rsplit("!", 1)[1][:20], refused.trouble)


def _check_sum(telegram: str) -> None:
    from dsmr_parser.exceptions import InvalidChecksumError, ParseError
    from dsmr_parser.parsers import TelegramParser

    try:
        TelegramParser.validate_checksum(telegram)
    # The library turns any capital letters into a number, and not all of them are one.
    except (InvalidChecksumError, ValueError):
        raise file_refused(_("The checksum does not fit the telegram"),
                           _("read it again, with its line ends as the meter sends them")
                           ) from None  # fmt: skip
    except ParseError:
        raise file_refused(_("The telegram carries no checksum"),
                           _("type its readings by hand, or read a meter of DSMR 4 or later")
                           ) from None  # fmt: skip


class _Telegram:
    def __init__(self, text: str, row: int, zone: ZoneInfo) -> None:
        self.row, self.zone = row, zone
        self.lines: dict[str, tuple[int, list[str]]] = {}
        for number, line in enumerate(text.split("\n"), row):
            if match := _LINE.match(line):
                key = f"{match[1]}:{match[2]}"
                self.lines[key] = (number, match[3][1:-1].split(")("))

    def shown(self) -> Iterator[Shown | Refusal]:
        for key, (row, fields) in self.lines.items():
            place, code = key.split(":")
            if place == "1-0" and _COUNTERS.fullmatch(code):
                yield self._shown(row, self._own_meter(), code, self._own_time(), fields[-1])
            elif place.startswith("0-") and code in {"24.2.1", "24.2.3"} and len(fields) == 2:
                yield self._shown(row, self._device(place), code, fields[0], fields[1])

    def _shown(self, row: int, meter: str, code: str, time: str, quantity: str) -> Shown | Refusal:
        value, _star, unit = quantity.partition("*")
        at = self._instant(time)
        wrong = _wrong(meter=meter, unit=unit, value=value)
        if wrong is not None:
            return Refusal(row, wrong[0], quantity, wrong[1])
        if at is None:
            trouble = told(_("The telegram says no time of the reading"),
                           _("read a meter of DSMR 4 or later"))  # fmt: skip
            return Refusal(row, "time", time, trouble)
        return Shown(row, meter, code, at.isoformat(), str(Decimal(value)), unit)

    def _own_meter(self) -> str:
        texts = [self.lines[key][1][0] for key in _OWN_IDENTITY if key in self.lines]
        return next((_plain(text) for text in texts if text.strip("0")), "")

    def _own_time(self) -> str:
        return self.lines["0-0:1.0.0"][1][0] if "0-0:1.0.0" in self.lines else ""

    def _device(self, place: str) -> str:
        for code in ("96.1.0", "96.1.1"):
            if f"{place}:{code}" in self.lines:
                return _plain(self.lines[f"{place}:{code}"][1][0])
        return ""

    def _instant(self, text: str) -> datetime | None:
        match = _TIME.fullmatch(text)
        if match is None:
            return None
        wall = datetime.strptime(match[1], "%y%m%d%H%M%S")  # noqa: DTZ007
        found = shown_at(wall, self.zone)
        if not found:
            return None
        # Winter time comes second in autumn; the letter matters on no other day.
        return (found[-1] if match[2] == "W" else found[0]).astimezone(UTC)


def _wrong(*, meter: str, unit: str, value: str) -> tuple[str, Trouble] | None:
    """
    Return the column and the trouble of a line that gives no reading.
    """
    if not meter:
        return "meter", told(
            _("The meter on this channel has no number"), _("pair it with the smart meter anew")
        )
    if unit not in _UNITS or not _NUMBER.fullmatch(value):
        return "value", told(
            _("%(text)s is no quantity of energy or volume"), _("check the meter"),
            text=f"{value}{unit}",
        )  # fmt: skip
    return None


def _plain(text: str) -> str:
    """
    Return an identifier: P1 sends it as the hexadecimal codes of its letters, where it can.
    """
    try:
        letters = unhexlify(text).decode("ascii")
    except ValueError:
        return text
    return letters if letters.isprintable() and letters.isalnum() else text
