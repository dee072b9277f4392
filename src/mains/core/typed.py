"""Read what people type."""

import re
from decimal import Decimal

GROUPING = str.maketrans("", "", " \u00a0\u202f'’")
_WORD = re.compile(r"[^\W\d_]+")
_WORD_INSIDE = re.compile(r"\d\D*[^\W\d_]\D*\d")
# What people write beside an amount, in the languages that we speak.
_CURRENCIES = {
    "eur", "euro", "euros", "eiro", "євро", "huf", "ft", "forint", "uah", "грн", "гривня", "гривні",
    "гривень", "usd", "gbp", "pln", "zł",
}  # fmt: skip
# A trillion of any currency is no utility's bill, and would not fit a ledger in minor units.
_BEYOND_AMOUNTS = Decimal(10) ** 12
NUMBER = re.compile(r"[-+−]?\d+(\.\d+)?")


class NotAnAmount(ValueError):
    """What was typed is no amount of money."""


def parse_amount(typed: str, *, language: str) -> Decimal:
    """
    Read an amount with either decimal sign and any grouping, e.g. `12 345,60 Ft` or `€1,234.50`.

    :raises NotAnAmount: if no single number is in it, or words that name no currency, or if nobody
        ever owed as much.
    """
    words = {word.casefold() for word in _WORD.findall(typed)}
    if words - _CURRENCIES or _WORD_INSIDE.search(typed):
        raise NotAnAmount(typed)
    text = re.sub(r"[^\d.,+\-−'’\s]", "", typed).translate(GROUPING).strip(".,")
    # A dash stands for no small change: `12 345,-`.
    text = re.sub(r"[.,][-−]+$", "", "".join(text.split()))
    signs = [character for character in text if character in ".,"]
    if len(set(signs)) == 2:
        decimal = signs[-1]
        grouping = "," if decimal == "." else "."
        text = text.replace(grouping, "").replace(decimal, ".")
    elif signs:
        tail = len(text) - text.rfind(signs[0]) - 1
        grouped = len(signs) > 1 or (tail == 3 and _groups_with(signs[0], language))
        text = text.replace(signs[0], "" if grouped else ".")
    text = text.replace("−", "-")
    if not NUMBER.fullmatch(text):
        raise NotAnAmount(typed)
    amount = Decimal(text)
    if abs(amount) >= _BEYOND_AMOUNTS:
        raise NotAnAmount(typed)
    return amount


def _groups_with(sign: str, language: str) -> bool:
    return sign == ("," if language == "en" else ".")
