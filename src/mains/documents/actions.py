"""Store files of the tenant being served."""

import hashlib
from datetime import datetime

from mains.core.transactions import owns_transaction
from mains.documents import storage
from mains.documents.models import StoredFile

LOGOS = "logos"


def logo_name(*, png: bytes) -> str:
    """
    Return the name of a logo: its content's hash, so another picture has another address.
    """
    return f"{hashlib.sha256(png).hexdigest()}.png"


@owns_transaction
def store_logo(*, png: bytes, now: datetime) -> str:
    """
    Store a logo and return its key; the same picture again changes nothing.
    """
    key = storage.put(name=f"{LOGOS}/{logo_name(png=png)}", data=png, content_type="image/png")
    StoredFile.objects.get_or_create(
        key=key,
        defaults={
            "kind": "logo",
            "content_type": "image/png",
            "size": len(png),
            "sha256": hashlib.sha256(png).hexdigest(),
            "created_at": now,
        },
    )
    return key
