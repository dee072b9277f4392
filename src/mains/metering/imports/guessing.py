"""What the columns of a table may be, from names and first rows; a person looks at it next."""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from mains.metering.imports.profile import Label, Table
from mains.metering.imports.profiles.table import PATTERNS
from mains.metering.imports.texts import UNITS, pattern_of
from mains.metering.rules.labels import Marks, Repeated

# Beginnings of words that name a column, in the languages of utilities.
_NAMES = {
    "point": (
        "meter", "point", "cups", "serial", "contador", "punto", "pod", "eic", "mérő", "mero",
        "gyári", "fogyasztási", "contatore", "misuratore", "matricola", "лічильник", "точк",
        "skaitītāj", "objekt", "ean", "device",
    ),
    "register": ("register", "obis", "code", "registro", "magnitud", "regiszter", "канал",
                 "регістр", "reģistr", "channel"),
    "quality": ("quality", "calidad", "qualit", "metodo", "método", "estad", "status", "stato",
                "minőség", "якість", "статус", "kvalitāt", "statuss", "flag"),
    "day": (
        "start", "begin", "date", "day", "fecha", "día", "dia", "data", "giorno", "inizio",
        "datum", "dátum", "nap", "kezd", "дата", "початок", "день", "datums", "sākum", "timestamp",
        "from", "end", "until", "fin", "fine", "vég", "кінець", "beig", "laiks", "time", "hora",
    ),
    "time": ("time", "hour", "hora", "ora", "óra", "idő", "час", "година", "laiks", "stund"),
    "value": (
        "value", "kwh", "wh", "mwh", "m3", "m³", "gj", "kvarh", "consum", "usage", "use", "valor",
        "valore", "energ", "ae_", "fogyasztás", "érték", "mennyiség", "спожив", "значення",
        "обсяг", "vērtība", "patēriņ", "quantity", "amount", "volume",
    ),
}  # fmt: skip
_ENDING = ("end", "until", "hasta", "fin", "vég", "кінець", "beig", "līdz")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SERIAL = re.compile(r"(?=.*\d)[\w./-]{4,}")
_TOTAL = "1.8.0"


def guess(rows: Sequence[Sequence[str]], *, is_sheet: bool, delimiter: str) -> Table:
    """
    Return what the columns of a table seem to be.
    """
    header = bool(rows) and not any(_NUMBER.match(text.strip()) for text in rows[0] if text)
    names = [name.strip().lower() for name in rows[0]] if header else []
    body = [list(row) for row in rows[1 if header else 0 :]]
    found = _by_name(names)
    day = found.get("day", _column(body, _is_time, ()))
    time = found.get("time") if _alone(body, day) else None
    point = found.get("point", _column(body, _SERIAL.fullmatch, (day,)))
    value = found.get("value", _last_number(body, (day, time, point)))
    pattern = _pattern(body, day, time)
    return Table(
        sheet=is_sheet, delimiter=delimiter, decimal=_sign(body, value), header=header,
        point=point, register=found.get("register"), code=_TOTAL, day=day, time=time,
        pattern=pattern, ending=_is_ending(names, body, day, time),
        minutes=_minutes(body, point, day, time, pattern), value=value,
        unit=_unit(names, value), quality=found.get("quality"),
    )  # fmt: skip


def _by_name(names: list[str]) -> dict[str, int]:
    """
    Return the column of each role that a name begins with; a column has one role.
    """
    found: dict[str, int] = {}
    for role, beginnings in _NAMES.items():
        for position, name in enumerate(names):
            if position not in found.values() and name.startswith(beginnings):
                found[role] = position
                break
    return found


def _column(body: list[list[str]], fits: object, taken: tuple[int, ...]) -> int:
    assert callable(fits)
    for position, text in enumerate(body[0] if body else ()):
        if position not in taken and fits(text.strip()):
            return position
    return 0


def _is_time(text: str) -> bool:
    return bool(re.match(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}", text))


def _alone(body: list[list[str]], day: int) -> bool:
    """
    Tell whether a column holds days without a time.
    """
    texts = [row[day].strip() for row in body if day < len(row)]
    return bool(texts) and all(":" not in text or text.endswith("00:00:00") for text in texts)


def _last_number(body: list[list[str]], taken: tuple[int | None, ...]) -> int:
    numbers = [
        position
        for position, text in enumerate(body[0] if body else ())
        if position not in taken and _NUMBER.fullmatch(text.strip())
    ]
    return numbers[-1] if numbers else 0


def _labels(body: list[list[str]], day: int, time: int | None) -> list[str]:
    columns = [day] if time is None else [day, time]
    return [
        " ".join(row[column].strip() for column in columns)
        for row in body
        if len(row) > max(columns)
    ]


def _pattern(body: list[list[str]], day: int, time: int | None) -> str:
    labels = _labels(body, day, time)
    for pattern in PATTERNS:
        if labels and all(pattern_of(pattern).fullmatch(label) for label in labels):
            return pattern
    return "" if any(_instant(label) for label in labels) else PATTERNS[0]


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def _is_ending(names: list[str], body: list[list[str]], day: int, time: int | None) -> bool:
    named = names and (
        names[day].startswith(_ENDING) or (time is not None and names[time].startswith(_ENDING))
    )
    return bool(named) or any("24:00" in label for label in _labels(body, day, time))


def _minutes(body: list[list[str]], point: int, day: int, time: int | None, pattern: str) -> int:
    """
    Return the length of the intervals: what lies between the first two labels of one meter.
    """
    label = Label((), pattern, Marks.BEGINNING, Repeated.ORDER)
    instants = [
        (row[point], instant)
        for row, text in zip(body, _labels(body, day, time), strict=False)
        if (instant := _wall(text, label)) is not None
    ]
    for (one, before), (other, after) in pairwise(instants):
        between = abs((after - before).total_seconds()) // 60
        if one == other and between in (15, 30, 60):
            return int(between)
    return 60


def _wall(text: str, label: Label) -> datetime | None:
    if not label.pattern:
        return _instant(text)
    match = pattern_of(label.pattern).fullmatch(text)
    if match is None:
        return None
    parts = {name: int(found) for name, found in match.groupdict().items()}
    try:
        return datetime(  # noqa: DTZ001
            parts.get("year") or 2000 + parts["short"], parts["month"], parts["day"],
            parts.get("hour", 0) % 24, parts.get("minute", 0),
        )  # fmt: skip
    except ValueError:
        return None


def _sign(body: list[list[str]], value: int) -> str:
    return "," if any("," in row[value] for row in body if value < len(row)) else "."


def _unit(names: list[str], value: int) -> str:
    name = names[value].replace("³", "3") if names else ""
    units = sorted(UNITS, key=len, reverse=True)
    return next((unit for unit in units if len(unit) > 1 and unit.lower() in name), "kWh")
