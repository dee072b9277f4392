"""What in a free text can be a reference: payers put spaces, line breaks and words around it."""

import re
from collections.abc import Iterator

# The longest reference is the 46 digits of a counter's barcode; shorter than 5 nothing has checks.
_SHORTEST, _LONGEST, _LONGEST_RF = 5, 46, 25
_MOST_TEXT = 1_000
_GROUP = re.compile(r"[^\W_]+")
_BILL = re.compile(r"RF[0-9]{2}[A-Z]{1,5}[1-8][0-9]{9,10}")
_RF = re.compile(r"RF[0-9]{2}")


def pieces(text: str) -> Iterator[str]:
    """
    Yield every piece of a text that can be a reference, in capitals and without separators, once.

    Groups in a row are one piece, as people write references in groups of four; creditor references
    are found inside of other letters as well.
    """
    groups = [one.upper() for one in _GROUP.findall(text[:_MOST_TEXT])]
    found = dict.fromkeys((*_rows(groups), *_creditor_references("".join(groups))))
    whole = [piece for piece in found if _BILL.fullmatch(piece)]
    for piece in found:
        # The beginning of a reference of a bill is none, whatever its check digits say.
        if not any(one.startswith(piece) and one != piece for one in whole):
            yield piece


def _rows(groups: list[str]) -> Iterator[str]:
    for first in range(len(groups)):
        piece = ""
        for group in groups[first:]:
            piece += group
            if len(piece) > _LONGEST:
                break
            if len(piece) >= _SHORTEST:
                yield piece


def _creditor_references(joined: str) -> Iterator[str]:
    for found in _RF.finditer(joined):
        rest = joined[found.start() : found.start() + _LONGEST_RF]
        for end in range(len(rest), _SHORTEST - 1, -1):
            yield rest[:end]
