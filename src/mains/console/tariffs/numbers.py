"""Prices as people type them: with the decimal sign of their language, and without groups."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from mains.console import wording

_BLANKS = re.compile(r"[\s'’]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NEEDLESS = re.compile(r"(\.\d\d\d*?)0+$")
_GROUPED = re.compile(r"-?[1-9]\d{0,2}([.,]\d{3})+")


class Grouped(ValueError):
    """
    The one sign in a number may be a decimal sign or part thousands.
    """


def plain_number(text: str, *, decimal_mark: str) -> str:
    """
    Return a typed number with a point and without blanks, or an empty text for none.

    :raises Grouped: if its one sign could part thousands, by a language's way of writing.
    :raises ValueError: if it is no number.
    """
    bare = _BLANKS.sub("", text).replace("−", "-")
    marks = {sign for sign in bare if sign in ".,"}
    if len(marks) == 2:
        last = max(bare.rindex("."), bare.rindex(","))
        bare = re.sub("[.,]", "", bare[:last]) + "." + bare[last + 1 :]
    elif marks:
        (mark,) = marks
        if bare.count(mark) > 1 or (mark != decimal_mark and _GROUPED.fullmatch(bare)):
            raise Grouped(text)
        bare = bare.replace(mark, ".")
    if bare and not _NUMBER.fullmatch(bare):
        raise ValueError(text)
    return bare


def typed_number(value: object) -> str:
    """
    Write a number as the reader would type it; a text that is none stays as it is.

    Zeros at its end that say nothing are left out, but for those of cents: 0.14890000 is 0.1489.
    """
    text = "" if value is None else str(value)
    if not _NUMBER.fullmatch(text):
        return text
    return _NEEDLESS.sub(r"\1", text).replace(".", wording.decimal_mark())


class NumberField(forms.CharField):
    """
    A number of any precision; its value is a text with a point, or an empty one.
    """

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "class": "short"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return plain_number(text, decimal_mark=wording.decimal_mark())
        except Grouped:
            raise forms.ValidationError(
                _("This may be thousands or a fraction. Type it without signs between thousands.")
            ) from None
        except ValueError:
            raise forms.ValidationError(
                _("This is no number. Type digits and a decimal sign.")
            ) from None


def quantity(text: str) -> Decimal | None:
    """
    Return a typed number, or None if it is none.
    """
    try:
        plain = plain_number(text, decimal_mark=wording.decimal_mark())
    except ValueError:
        return None
    return Decimal(plain) if plain else None
