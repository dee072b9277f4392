"""Read stored files of the tenant being served."""

import re

from mains.documents import storage

LOGO_NAME = re.compile(r"[0-9a-f]{64}\.png")


def logo(*, name: str) -> bytes | None:
    """
    Return a logo of the tenant being served, or None where it has none of this name.
    """
    if not LOGO_NAME.fullmatch(name):
        return None
    try:
        return storage.get(name=f"logos/{name}")
    except storage.FileMissing:
        return None
