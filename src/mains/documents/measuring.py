"""How much room a text takes when it is set: in whole micrometres, as typst would set it."""

import re
from decimal import Decimal
from functools import lru_cache

from PIL import ImageFont

# Above the line and between two lines, in parts of the size of the letters.
_CAPITAL, _LEADING = 0.72, 0.55
_POINT = 25_400 / 72
# Glyphs are measured larger than they are set: the library rounds to whole pixels.
_MEASURED = 200
_FIGURE = re.compile(r"\d")
# What just fits here may just not fit there.
_SPARE = 0.98


def text_height(text: str, *, font: str, points: Decimal | int, width: int) -> int:
    """
    Return how high a text is when its words are set in lines of a width in a font file.
    """
    lines, taken, space = 1, 0, text_width(" ", font=font, points=points)
    for word in text.split(" "):
        needed = text_width(word, font=font, points=points)
        if taken and taken + space + needed > width * _SPARE:
            lines, taken = lines + 1, needed
        else:
            taken += needed + (space if taken else 0)
    return round((lines * _CAPITAL + (lines - 1) * _LEADING) * float(points) * _POINT)


@lru_cache(maxsize=4096)
def text_width(text: str, *, font: str, points: Decimal | int) -> int:
    """
    Return how wide a text is in one line of a font file.
    """
    # Figures are all set as wide as the widest of them.
    wide = _FIGURE.sub("0", text)
    return round(float(_font(font).getlength(wide)) / _MEASURED * float(points) * _POINT)


@lru_cache(maxsize=32)
def _font(path: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, _MEASURED)
