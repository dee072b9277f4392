"""Numbers as people copy them from a bill: with separators, small letters and O for 0."""

import re
from enum import StrEnum

from mains.core.checksums import Checksum, fits

# Characters that people type between the groups of a number.
SEPARATORS = str.maketrans("", "", " \u00a0\u202f\t-‐‑–—./")
# Letters of the Latin and Cyrillic alphabets that look like a digit.
LIKE_DIGITS = str.maketrans("OОQIІLl|", "00011111")
# Cyrillic capitals that look like Latin ones.
LIKE_LATIN = str.maketrans("АВЕІКМНОРСТУХ", "ABEIKMHOPCTYX")


def plain(typed: str) -> str:
    """
    Return a number without separators, in capitals.
    """
    return typed.translate(SEPARATORS).upper()


def as_printed(typed: str, *, pattern: str, look_alikes: bool) -> str:
    """
    Return a number as the bill prints it, without separators.

    Where look-alikes are allowed, the end of the number is read as digits, from the earliest place
    at which the pattern then fits: `UIOO42` is `U10042` for the pattern `U` and five digits.
    """
    number = plain(typed)
    if not look_alikes or not pattern or re.fullmatch(pattern, number):
        return number
    letters = number.translate(LIKE_LATIN)
    for at in range(len(number) + 1):
        candidate = letters[:at] + number[at:].translate(LIKE_DIGITS)
        if re.fullmatch(pattern, candidate):
            return candidate
    return number


class Slip(StrEnum):
    """Why a number cannot be right, whoever it belongs to."""

    FORM = "form"
    CHECK_DIGIT = "check_digit"


def slip(
    typed: str, *, pattern: str, look_alikes: bool, checksum: Checksum | None = None
) -> Slip | None:
    """
    Return what is wrong with a number as a number, or None; nothing is looked up for it.
    """
    number = as_printed(typed, pattern=pattern, look_alikes=look_alikes)
    if pattern and not re.fullmatch(pattern, number):
        return Slip.FORM
    if checksum is not None and not fits(number, checksum):
        return Slip.CHECK_DIGIT
    return None
