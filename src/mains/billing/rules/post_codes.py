"""The post code of a postal address, by which printed bills are sorted."""

import re

# Four to six digits, with the country's letters before them in some: LV-1010, 1011, 28013, 00184.
_POST_CODE = re.compile(r"(?<![\w-])(?:[A-Z]{1,2}-)?(\d{4,6})(?!\w)")


def post_code_of(address: str) -> str:
    """
    Return the digits of the post code in an address, or nothing where none is written.

    It stands behind the street, so it is the last such group of digits; what stands in the lines
    before the last one with any does not count.
    """
    for line in reversed(address.splitlines()):
        found = _POST_CODE.findall(line)
        if found:
            return str(found[-1])
    return ""
