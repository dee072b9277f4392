"""How a payment document stands, from what is still owed on its bills."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class DocumentState(StrEnum):
    """
    OPEN asks for what is owed; STALE asks for something else; PAID when nothing is owed any more.
    """

    OPEN = "OPEN"
    STALE = "STALE"
    PAID = "PAID"
    EXPIRED = "EXPIRED"


class Change(StrEnum):
    """
    What happened to a bill since the document was made.
    """

    NONE = ""
    PAID = "PAID"
    PART_PAID = "PART_PAID"
    CREDITED = "CREDITED"
    MORE = "MORE"


class Line(NamedTuple):
    """
    A bill of a document: asked when it was made and owed now, both in minor units.
    """

    asked: int
    owed: int
    is_credited: bool


def change_of(line: Line) -> Change:
    """
    Return what happened to a bill since its document was made.
    """
    if line.is_credited:
        return Change.CREDITED
    if line.owed == line.asked:
        return Change.NONE
    if line.owed > line.asked:
        return Change.MORE
    return Change.PART_PAID if line.owed else Change.PAID


def state_of(lines: Sequence[Line], *, last_date: date, today: date) -> DocumentState:
    """
    Return how a document stands on a day; its last day belongs to it.
    """
    if not any(line.owed for line in lines):
        return DocumentState.PAID
    if last_date < today:
        return DocumentState.EXPIRED
    changed = any(change_of(line) is not Change.NONE for line in lines)
    return DocumentState.STALE if changed else DocumentState.OPEN
