"""An address in parts, from the way bills write it."""

import re
from typing import NamedTuple

_CODE = r"(?P<post_code>[A-Z]{0,2}-?\d[\dA-Z-]{2,9})"
# "Street 1, 1234 Town" as supply points are written, "Street 1, Town, LV-1234" as Latvians do.
_SHAPES = (
    re.compile(rf"(?P<street>.+),\s*{_CODE}\s+(?P<city>[^,\d][^,]*)"),
    re.compile(rf"(?P<street>.+),\s*(?P<city>[^,\d][^,]*),\s*{_CODE}"),
)


class Place(NamedTuple):
    """
    Where a party sits; `province` is empty where the country writes none.
    """

    street: str
    post_code: str
    city: str
    province: str = ""


def place_of(text: str, *, name: str = "") -> Place | None:
    """
    Return an address in parts, or None where it is not written as one; its lines may be lines of
    text or parted by commas, and it may begin with the name of who lives there.
    """
    lines = [line.strip(" ,") for line in text.splitlines()]
    flat = ", ".join(line for line in lines if line and line != name)
    for shape in _SHAPES:
        found = shape.fullmatch(flat)
        if found:
            return Place(found["street"], found["post_code"], found["city"].strip())
    return None
