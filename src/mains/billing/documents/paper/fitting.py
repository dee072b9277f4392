"""
Where ways to pay stand, and whether the bars of a bill find room on its first page.

The template could measure that, but then it sets the page twice, which takes a third longer. The
figures are those of `bill.typ`, in micrometres; a test looks for bars that stand alone.
"""

from decimal import Decimal
from typing import Any

from mains.branding.themes import document_fonts, load_theme
from mains.documents.measuring import text_height, text_width

# What the page has below the hero, and what the bars take of it.
ROOM, BARS = 184_000, 53_000
_COLUMN, _LABEL, _GAP, _TWO_INSETS = 82_000, 32_000, 4_000, 7_000
# A title with the space below it, a row of column heads, the note below a code.
_TITLE, _HEADS, _NOTE = 6_000, 2_000, 7_000
# How wide codes are: a link has few modules, what Ukraine's central bank wants has many.
# What a hero may need that says more than usual.
_MORE = 6_000
_SIZE, _SIZES = 25_000, {"link": 20_000, "nbu": 30_000}
_TEXT, _LARGE_LABEL, _LABEL_SIZE = Decimal("9.5"), 9, Decimal("7.5")
_SMALL = Decimal("8.5")


def fitted(words: dict[str, Any], *, theme: str) -> dict[str, Any]:
    """
    Return the words of a document with the place of each way to pay, and the page of the bars.

    A barcode has the width of the page, and so has what has no code beside those that have one; the
    others go into the column that is shorter.
    """
    _family, regular, bold = (str(one) for one in document_fonts(theme=load_theme(name=theme)))
    heights = {
        "left": _details(words["details"]["rows"], regular),
        "right": _right(words, regular, bold),
        "wide": 0,
    }
    ways = []
    for way in words["ways"]:
        size = _SIZES.get(way["scheme"], _SIZE)
        wide = way["code-kind"] == "bar" or (not way["code"] and len(words["ways"]) > 1)
        place = "wide" if wide else min(("left", "right"), key=lambda side: heights[side])
        heights[place] += _wide_way(way) if wide else _narrow_way(way, bold, size)
        ways.append({**way, "place": place, "size": size // 1000})
    room = ROOM - max(heights["left"], heights["right"])
    if words["hero"]["kind"] or words["hero"]["notes"]:
        room -= _MORE
    if heights["wide"] > room:
        # Where the first page is full they stand at the foot of the last one.
        ways = [{**way, "place": "foot"} if way["place"] == "wide" else way for way in ways]
    else:
        room -= heights["wide"]
    history = words["history"]
    return {
        **words,
        "ways": ways,
        "history": history and {**history, "first": room >= BARS},
    }


def _right(words: dict[str, Any], regular: str, bold: str) -> int:
    found = _amounts(words["sum"]["rows"], regular, points=_TEXT, inset=3_400)
    if words["why"] is None:
        return found
    summary = _height(words["why"]["summary"], bold, points=9, width=_COLUMN)
    rows = _amounts(words["why"]["rows"], regular, points=_SMALL, inset=3_000)
    return found + 8_700 + rows + summary


def _details(rows: list[dict[str, str]], font: str) -> int:
    width = _COLUMN - _LABEL - 3_000
    return _TITLE + sum(
        2_100
        + max(
            _height(row["text"], font, points=_TEXT, width=width),
            _height(row["label"], font, points=_LARGE_LABEL, width=_LABEL),
        )
        for row in rows
    )


def _narrow_way(way: dict[str, Any], font: str, size: int) -> int:
    width = _COLUMN - _TWO_INSETS - (max(size + 3_000, 30_000) + _GAP if way["code"] else 0)
    rows = sum(
        3_200
        + _height("", font, points=_LABEL_SIZE, width=width)
        + _height(row[1], font, points=_TEXT, width=width)
        for row in way["rows"]
    )
    return 1_000 + _TWO_INSETS + _TITLE + max(rows, size + _NOTE if way["code"] else 0)


def _wide_way(way: dict[str, Any]) -> int:
    return _GAP + _TWO_INSETS + _TITLE + 8_000 + (16_000 if way["code"] else 0)


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
