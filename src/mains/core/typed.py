"""Read what people type."""

import re
from decimal import Decimal

GROUPING = str.maketrans("", "", " \u00a0\u202f'’")
NUMBER = re.compile(r"[-+−]?\d+(\.\d+)?")


class NotAnAmount(ValueError):
    """What was typed is no amount of money."""


def parse_amount(typed: str, *, language: str) -> Decimal:
    """
    Read an amount with either decimal sign and any grouping, e.g. `12 345,60 Ft` or `€1,234.50`.

    :raises NotAnAmount: if no single number is in it.
    """
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
    return Decimal(text)


def _groups_with(sign: str, language: str) -> bool:
    return sign == ("," if language == "en" else ".")
