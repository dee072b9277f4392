"""What differs between two configurations, place by place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """
    One value that differs; an empty text where it was not there.
    """

    place: str
    before: str
    after: str


def changes(before: Any, after: Any) -> list[Change]:
    """
    Return what differs between two contents of tenant files, in the file's order.
    """
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    places = list(dict.fromkeys([*old, *new]))
    return [
        Change(place, old.get(place, ""), new.get(place, ""))
        for place in places
        if old.get(place, "") != new.get(place, "")
    ]


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _leaves(entry, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list | tuple):
        for position, entry in enumerate(value):
            yield from _leaves(entry, f"{place}[{position}]")
    elif value is not None:
        yield place, str(value)
