"""The console's words for files of meter data."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from mains.branding.components import Meaning
from mains.console import wording
from mains.metering.imports.profiles import PROFILES
from mains.metering.imports.profiles.table import KEY
from mains.metering.imports.refusals import Refusal, Trouble
from mains.metering.interval_queries import ImportRow

_COMMAND_LINE = "command_line"
_STAFF = "staff:"


def profile(key: str) -> str:
    """
    Return the name of a format.
    """
    if key.startswith(KEY):
        return _("Table with columns of its own")
    return _(PROFILES[key].title) if key in PROFILES else key


def pattern(text: str) -> str:
    """
    Return a way of writing times with an example, the thirty-first of May 2026, four p.m.
    """
    example = {
        "YYYY": "2026", "YY": "26", "MM": "05", "DD": "31", "hh": "16", "mm": "00", "ss": "00",
    }  # fmt: skip
    for token, part in example.items():
        text = text.replace(token, part, 1)
    if text.endswith(" 16"):
        return _("%(example)s (number of the hour in its day)") % {"example": text}
    return text


def unit(code: str) -> str:
    """
    Write a unit that files use.
    """
    return {"m3": "m³", "l": "l"}.get(code, code)


def column(name: str) -> str:
    """
    Return the name of a column in which something is wrong; those of the file stay as they are.
    """
    return {
        "point": _("meter"), "value": _("value"), "quality": _("quality"), "start": _("beginning"),
        "day": _("day"), "time": _("time"), "meter": _("meter"), "checksum": _("checksum"),
    }.get(name, name)  # fmt: skip


def trouble(found: Trouble) -> str:
    """
    Say what is wrong and what to do about it.
    """
    reason, advice = found.said(_)
    return f"{reason}: {advice}."


def reason_and_advice(refusal: Refusal) -> tuple[str, str]:
    """
    Say what is wrong with a row, and what to do about it.
    """
    return refusal.trouble.said(_)


def state(row: ImportRow) -> tuple[str, Meaning]:
    """
    Return whether an import stands.
    """
    return (_("Undone"), "") if row.is_undone else (_("Imported"), "ok")


def who(by: str, names: Mapping[int, str]) -> str:
    """
    Return who imported a file, or undid it.
    """
    if by == _COMMAND_LINE:
        return _("Command line")
    number = by.removeprefix(_STAFF)
    if by.startswith(_STAFF) and number.isdecimal():
        return names.get(int(number), _("A former colleague"))
    return by


def sums(found: list[list[str]]) -> list[tuple[str, str]]:
    """
    Return registers with the sum of their values.
    """
    return [
        (code, f"{wording.number(Decimal(total))} {wording.unit(name)}")
        for code, name, total in found
    ]
