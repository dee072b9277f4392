"""Component lists as data: read from JSON or TOML with the place of each mistake, and written."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from mains.tariffs.rules.kinds import KINDS, Component, ComponentWrong


def read_components(rows: Sequence[Mapping[str, Any]]) -> tuple[Component, ...]:
    """
    Return the components that rows of plain values describe; numbers are texts or integers.

    :raises ComponentWrong: if a row is not a component; the message names its place.
    """
    return tuple(_read(index, row) for index, row in enumerate(rows))


def write_components(components: Sequence[Component]) -> list[dict[str, Any]]:
    """
    Return the rows that `read_components` turns into the same components.
    """
    return [
        _adapter(type(component)).dump_python(component, mode="json") for component in components
    ]


def _read(index: int, row: Mapping[str, Any]) -> Component:
    kind = row.get("kind")
    if kind not in KINDS:
        raise ComponentWrong(
            f"components[{index}].kind is {kind!r}; it must be one of {', '.join(KINDS)}."
        )
    if (place := _float_in(row)) is not None:
        raise ComponentWrong(
            f'components[{index}]{place} is a binary fraction; write it as a text, such as "0.35".'
        )
    try:
        component: Component = _adapter(KINDS[str(kind)]).validate_python(dict(row))
    except ValidationError as problem:
        mistake = problem.errors(include_url=False)[0]
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in mistake["loc"])
        what = mistake["msg"].removeprefix("Value error, ").removesuffix(".")
        raise ComponentWrong(f"components[{index}]{place}: {what}.") from problem
    return component


@cache
def _adapter(kind: type[Component]) -> TypeAdapter[Any]:
    # A typing slip must not cost a customer money: unknown keys are mistakes.
    return TypeAdapter(with_config(ConfigDict(extra="forbid"))(kind))


def _float_in(value: object, place: str = "") -> str | None:
    """
    Return where the first float is, since 0.1 + 0.2 has no place on a bill.
    """
    if isinstance(value, float):
        return place
    if isinstance(value, Mapping):
        inner = [(f"{place}.{key}", item) for key, item in value.items()]
    elif isinstance(value, list | tuple):
        inner = [(f"{place}[{index}]", item) for index, item in enumerate(value)]
    else:
        return None
    found = (_float_in(item, below) for below, item in inner)
    return next((below for below in found if below is not None), None)
