"""Numbers as people type them."""

import re
import unicodedata
from decimal import Decimal

# Letters that are typed, or read from a photo, for a digit: Latin and Cyrillic.
_LOOKALIKES = str.maketrans(
    {"O": "0", "o": "0", "О": "0", "о": "0", "l": "1", "I": "1", "|": "1", "І": "1", "і": "1",
     "З": "3", "з": "3"}
)  # fmt: skip
_UNITS = re.compile(
    r"\s*(m\s?[³3]|м\s?[³3]|kwh|mwh|квт[·*]?г(?:од)?|gj|гдж|gcal|гкал|lt?)\.?$", re.I
)
_SPACES = re.compile(r"[\s'’_]+")
# Arabic and East Asian decimal and thousands marks.
_FOREIGN_MARKS = {0x066B: ".", 0x066C: ",", 0x3001: ",", 0x3002: "."}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class NotANumber(ValueError):
    """
    What was typed holds no number of zero or more.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text[:40]!r} is not a number; type the digits the meter shows.")


class TooManyDigits(ValueError):
    """
    What was typed has more digits than the meter shows.
    """

    def __init__(self, *, value: Decimal, digits: int, decimals: int) -> None:
        self.value = value
        self.digits = digits
        self.decimals = decimals
        shown = f"{digits} digits" + (f" and {decimals} after the point" if decimals else "")
        super().__init__(f"{value} does not fit the meter, which shows {shown}; check the digits.")


def read_typed(text: str, *, decimal_mark: str, digits: int, decimals: int) -> Decimal:
    """
    Return the number that somebody typed, whatever blanks, marks and digits of the world they used.

    `decimal_mark` is that of their language, "," or "."; it decides where one mark could be either
    and both fit. `digits` and `decimals` are those the register shows before and after the point.

    :raises NotANumber: if there is no number of zero or more in it.
    :raises TooManyDigits: if it cannot be what the register shows.
    """
    readings = [Decimal(plain) for plain in _candidates(text, decimal_mark=decimal_mark)]
    for value in readings:
        if _fits(value, digits=digits, decimals=decimals):
            return value
    raise TooManyDigits(value=readings[0], digits=digits, decimals=decimals)


def _fits(value: Decimal, *, digits: int, decimals: int) -> bool:
    whole, _, fraction = f"{value:f}".partition(".")
    return len(whole.lstrip("0")) <= digits and len(fraction.rstrip("0")) <= decimals


def _candidates(text: str, *, decimal_mark: str) -> list[str]:
    """
    Return what a text can mean, as plain decimals, the likeliest first.
    """
    # The unit first: the next step would make the 3 of m³ a digit like any other.
    bare = _UNITS.sub("", text.strip())
    if any(character.isdigit() and not character.isdecimal() for character in bare):
        raise NotANumber(text)
    bare = unicodedata.normalize("NFKC", bare)
    # Blanks, and the unseen marks that come along with pasted text.
    bare = "".join(character for character in bare if unicodedata.category(character) != "Cf")
    bare = _SPACES.sub("", bare).removeprefix("+").translate(_FOREIGN_MARKS)
    if not any(character.isdecimal() for character in bare):
        raise NotANumber(text)
    bare = "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in bare.translate(_LOOKALIKES)
    )
    plain = [way for way in _ways(bare, decimal_mark=decimal_mark) if _NUMBER.fullmatch(way)]
    if not plain:
        raise NotANumber(text)
    return plain


def _ways(bare: str, *, decimal_mark: str) -> list[str]:
    marks = [character for character in bare if character in ".,"]
    if not marks:
        return [bare]
    last = marks[-1]
    if len(set(marks)) == 2:
        # Both kinds: the last one is the decimal mark, the others must group by three.
        other = "," if last == "." else "."
        whole, _, fraction = bare.rpartition(last)
        return [f"{whole.replace(other, '')}.{fraction}"] if _groups(whole, other) else []
    grouped = [bare.replace(last, "")] if _groups(bare, last) else []
    if len(marks) > 1:
        return grouped
    head, _, tail = bare.partition(last)
    pointed = [f"{head or '0'}.{tail or '0'}"]
    return pointed + grouped if last == decimal_mark else grouped + pointed


def _groups(text: str, mark: str) -> bool:
    # A dial shows its leading zeros, and people type them.
    return re.fullmatch(rf"0*\d{{1,3}}(?:\{mark}\d{{3}})+", text) is not None
