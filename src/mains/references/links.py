"""
Twelve characters that open the page on which one bill or payment document is paid.

They hold its eleven digits, hidden, and 29 bits that only the tenant's key makes: whoever has a
code cannot make that of the bill beside it, and nothing is stored for it.
"""

import hmac
from hashlib import sha256

from mains.references.payable import digits_of, document_number, is_document

# Capitals and digits that nobody mistakes for each other when copying from paper.
READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
# Bills of 64 years with ten million numbers each, and behind them the payment documents: together
# with the proof that is less than 31^12.
_NUMBERS, _YEARS, _PLACES, _PROOFS = 10**7, 64, 10**9, 1 << 29
_FIRST_DOCUMENT, _FIRST_YEAR = _NUMBERS * _YEARS, 2000


def code_of(*, number: str, key: bytes) -> str | None:
    """
    Return the code of a bill's or payment document's number; None where it has no eleven digits.
    """
    digits = digits_of(number)
    place = _place(digits) if digits else None
    if place is None:
        return None
    proof = _bits(key, f"proof:{number}") % _PROOFS
    hidden = (place + _bits(key, f"hide:{proof}")) % _PLACES
    return _written(proof * _PLACES + hidden)


def digits_in(code: str, *, key: bytes) -> str | None:
    """
    Return the eleven digits in a code, or None where it is none.

    They prove nothing: a code is right only if it is the one that `code_of` gives for the number.
    """
    text = code.upper()
    if len(text) != LENGTH or not set(text) <= set(READABLE):
        return None
    proof, hidden = divmod(_read(text), _PLACES)
    place = (hidden - _bits(key, f"hide:{proof}")) % _PLACES
    if place >= _FIRST_DOCUMENT:
        return document_number(document_id=place - _FIRST_DOCUMENT)
    year, sequence = divmod(place, _NUMBERS)
    return f"{_FIRST_YEAR + year}{sequence:07d}"


def _place(digits: str) -> int | None:
    if is_document(digits):
        place = _FIRST_DOCUMENT + int(digits[1:])
        return place if place < _PLACES else None
    year = int(digits[:4]) - _FIRST_YEAR
    return year * _NUMBERS + int(digits[4:]) if 0 <= year < _YEARS else None


def _bits(key: bytes, text: str) -> int:
    return int.from_bytes(hmac.digest(key, text.encode(), sha256)[:8])


def _written(value: int) -> str:
    text = ""
    for _ in range(LENGTH):
        value, letter = divmod(value, len(READABLE))
        text = READABLE[letter] + text
    return text


def _read(text: str) -> int:
    value = 0
    for letter in text:
        value = value * len(READABLE) + READABLE.index(letter)
    return value
