"""A stored component as a form would send it, and how many rows a sent one has."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pydantic.fields import FieldInfo

from mains.console.tariffs.component_forms import MODELS, Row, section_of
from mains.console.tariffs.numbers import typed_number
from mains.tariffs.rules.mistakes import Known
from mains.tenancy.tenantfile.base import Texts

SPARE_ROWS, MOST_ROWS = 2, 40


def data_of(row: Row, *, prefix: str, known: Known, spare: int = SPARE_ROWS) -> dict[str, Any]:
    """
    Return a stored component as a form would send it, with spare rows for more.
    """
    data: dict[str, Any] = {f"{prefix}-kind": row["kind"]}
    for name, info in MODELS[row["kind"]].model_fields.items():
        if name != "kind":
            for part, value in _data_of_field(name, info, row, known, spare):
                data[f"{prefix}-{name}{part}"] = value
    return data


def _data_of_field(
    name: str, info: FieldInfo, row: Row, known: Known, spare: int
) -> Iterator[tuple[str, Any]]:
    value = row.get(name)
    if section_of(info) is not None:
        lines = _lines_of(name, row, known)
        yield "-rows", str(min(MOST_ROWS, len(lines) + spare))
        for number, line in enumerate(lines):
            yield from ((f"-{number}-{column}", typed_number(line[column])) for column in line)
    elif info.annotation == Texts:
        yield from ((f"-{language}", text) for language, text in (value or {}).items())
    elif name == "when":
        yield "", list(value or ())
    elif isinstance(value, list | tuple):
        yield "", ", ".join(map(str, value))
    else:
        yield "", _typed(name, value, info)


def _typed(name: str, value: Any, info: FieldInfo) -> str:
    if value is None and isinstance(info.default, str | Decimal):
        value = info.default
    return typed_number(value) if name not in ("vat", "code") else str(value or "")


def _lines_of(name: str, row: Row, known: Known) -> list[Row]:
    lines = [dict(line) for line in row.get(name) or ()]
    if name == "prices":
        named = {line.get("period") for line in lines}
        periods = known.calendars.get(str(row.get("calendar", "")), ())
        lines += [{"period": period} for period in periods if period not in named]
    return lines


def rows_in(data: Mapping[str, Any], *, prefix: str, kind: str) -> dict[str, int]:
    """
    Return how many rows each table of a sent component has.
    """
    found = {}
    for name, info in MODELS[kind].model_fields.items():
        if section_of(info) is not None:
            text = str(data.get(f"{prefix}-{name}-rows", ""))
            found[name] = min(MOST_ROWS, int(text)) if text.isdecimal() and len(text) < 4 else 0
    return found
