"""What a user name may look like."""

import re

PATTERN = re.compile(r"[^\W_](?:[\w.\-]{1,58})[^\W_]")


def is_usable(name: str) -> bool:
    """
    Tell whether a text can be a user name: 3 to 60 letters, digits, dots, hyphens, underscores.

    An `@` is no part of one, so nobody can take another person's e-mail as a user name.
    """
    return PATTERN.fullmatch(name) is not None
