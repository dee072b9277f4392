"""What changed between two versions of a text, paragraph by paragraph."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """
    One paragraph, and whether it stands in both texts or in one of them.
    """

    change: Change
    text: str


def compared(before: str, after: str) -> list[Piece]:
    """
    Return the paragraphs of both texts in reading order; what was reworded is removed and added.
    """
    old, new = _paragraphs(before), _paragraphs(after)
    pieces = []
    for _tag, old_from, old_to, new_from, new_to in SequenceMatcher(
        a=old, b=new, autojunk=False
    ).get_opcodes():
        if old[old_from:old_to] == new[new_from:new_to]:
            pieces += [Piece(Change.SAME, text) for text in new[new_from:new_to]]
            continue
        pieces += [Piece(Change.REMOVED, text) for text in old[old_from:old_to]]
        pieces += [Piece(Change.ADDED, text) for text in new[new_from:new_to]]
    return pieces


def _paragraphs(text: str) -> list[str]:
    return [one.strip() for one in text.replace("\r\n", "\n").split("\n\n") if one.strip()]
