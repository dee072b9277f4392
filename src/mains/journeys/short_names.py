"""The short name of a provider: part of its portal's address, and the name of its schema."""

import re

from mains.tenancy import registry

PATTERN = re.compile(r"[a-z][a-z0-9]{2,29}")


class Unusable(Exception):
    """The short name has other characters than a host name of ours, or is kept by the platform."""


class Taken(Exception):
    """A portal with this short name exists, or is being made."""

    def __init__(self, *, slug: str) -> None:
        super().__init__(slug)
        self.suggestions = suggestions(slug=slug)


def check(*, slug: str) -> None:
    """
    Refuse a short name that cannot be a tenant's.

    :raises Unusable: if it has other characters, or is reserved.
    """
    if not PATTERN.fullmatch(slug) or registry.is_reserved(slug):
        raise Unusable(slug)


def suggestions(*, slug: str) -> list[str]:
    """
    Return up to three free short names that look like a taken one.
    """
    stem = slug[:24]
    wanted = [f"{stem}energy", f"my{stem}", *(f"{stem}{number}" for number in range(2, 20))]
    free = (name for name in wanted if PATTERN.fullmatch(name) and not registry.is_taken(name))
    return [name for name, _position in zip(free, range(3), strict=False)]
