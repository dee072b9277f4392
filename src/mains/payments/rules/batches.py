"""A batch that one file gives as a sum and another in parts: booked once."""

from collections.abc import Sequence
from enum import StrEnum


class Telling(StrEnum):
    """What the lines of one entry in a file are to those that are stored already."""

    NEW = "new"
    # The same money is stored under other keys.
    ELSEWHERE = "elsewhere"
    # They are the parts of a stored sum, which says less.
    PARTS = "parts"


def telling(here: Sequence[tuple[str, int]], *, stored: Sequence[tuple[str, int]]) -> Telling:
    """
    Compare the lines of one entry, as (key, minor units), with the stored ones of the same entry.

    Only a sum beside its parts is one batch told twice: equal single lines may be two payments.
    """
    keys = {key for key, _minor in here}
    others = [(key, minor) for key, minor in stored if key not in keys]
    if not others or sum(minor for _, minor in others) != sum(minor for _, minor in here):
        return Telling.NEW
    if len(others) == 1 and len(here) > 1:
        return Telling.PARTS
    return Telling.ELSEWHERE if len(here) == 1 and len(others) > 1 else Telling.NEW
