"""
Whether the bars of a bill find room on its first page.

The template could measure that, but then it sets the page twice, which takes a third longer. The
figures are those of `bill.typ`, in micrometres; a test looks for bars that stand alone.
"""

from decimal import Decimal
from typing import Any

from mains.branding.themes import document_fonts, load_theme
from mains.documents.measuring import text_height, text_width

# What the page has below the hero, and what the bars take of it.
ROOM, BARS = 178_000, 53_000
_COLUMN, _LABEL, _GAP, _TWO_INSETS = 82_000, 32_000, 4_000, 9_000
# A title with the space below it, a row of column heads, a code with its note.
_TITLE, _HEADS, _CODE = 6_000, 2_000, 33_000
_TEXT, _LARGE_LABEL, _LABEL_SIZE = Decimal("9.5"), 9, Decimal("7.5")
_SMALL = Decimal("8.5")


def bars_fit(words: dict[str, Any], *, theme: str) -> bool:
    """
    Tell whether everything above the bars leaves enough of the first page for them.
    """
    _family, regular, bold = (str(one) for one in document_fonts(theme=load_theme(name=theme)))
    ways = words["ways"]
    left = _details(words["details"]["rows"], regular) + sum(
        _narrow_way(way, bold) for way in ways if way["code-kind"] != "bar"
    )
    right = _amounts(words["sum"]["rows"], regular, points=_TEXT, inset=3_400)
    if words["why"] is not None:
        right += 8_700 + _amounts(words["why"]["rows"], regular, points=_SMALL, inset=3_000)
        right += _height(words["why"]["summary"], bold, points=9, width=_COLUMN)
    wide = sum(_wide_way(way) for way in ways if way["code-kind"] == "bar")
    return 2_000 + max(left, right) + wide <= ROOM - BARS


def _details(rows: list[dict[str, str]], font: str) -> int:
    width = _COLUMN - _LABEL - 3_000
    return _TITLE + sum(
        2_400
        + max(
            _height(row["text"], font, points=_TEXT, width=width),
            _height(row["label"], font, points=_LARGE_LABEL, width=_LABEL),
        )
        for row in rows
    )


def _narrow_way(way: dict[str, Any], font: str) -> int:
    width = _COLUMN - _TWO_INSETS - (31_000 if way["code"] else 0)
    rows = sum(
        3_800
        + _height("", font, points=_LABEL_SIZE, width=width)
        + _height(row[1], font, points=_TEXT, width=width)
        for row in way["rows"]
    )
    return 1_400 + _TWO_INSETS + _TITLE + max(rows, _CODE if way["code"] else 0)


def _wide_way(way: dict[str, Any]) -> int:
    return _GAP + _TWO_INSETS + _TITLE + 10_000 + (22_000 if way["code"] else 0)


def _amounts(rows: list[dict[str, str]], font: str, *, points: Decimal, inset: int) -> int:
    sizes = [points + 2 if row["kind"] == "total" else points for row in rows]
    # The widest amount says how much is left for words.
    taken = max(
        text_width(row["amount"], font=font, points=size)
        for row, size in zip(rows, sizes, strict=True)
    )
    width = _COLUMN - _GAP - taken
    return (
        _TITLE
        + _HEADS
        + inset
        + sum(
            _height(row["label"], font, points=size, width=width) + inset
            for row, size in zip(rows, sizes, strict=True)
        )
    )


def _height(text: str, font: str, *, points: Decimal | int, width: int) -> int:
    return text_height(text, font=font, points=points, width=width)
