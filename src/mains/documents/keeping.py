"""Files that are kept with their hash: what comes back is what was stored, or nothing."""

import hashlib
from datetime import datetime

import structlog

from mains.core.transactions import inside_transaction, owns_transaction
from mains.documents import storage
from mains.documents.models import StoredFile
from mains.guard.keys import storage_key

log = structlog.get_logger()


def kept(*, name: str) -> bytes | None:
    """
    Return a kept file, or None: it was never kept, the store is down, or it is not what was stored.

    Whoever can make it again does so then; that a file was changed is logged as an error.
    """
    row = StoredFile.objects.filter(key=storage_key(name), expires_at=None).first()
    if row is None:
        return None
    try:
        data = storage.get(name=name)
    except (storage.FileMissing, storage.StorageDown) as error:
        log.warning("storage.unread", key=row.key, why=type(error).__name__)
        return None
    if hashlib.sha256(data).hexdigest() != row.sha256:
        log.error("storage.changed", key=row.key)
        return None
    return data


def keep(*, name: str, data: bytes, kind: str, content_type: str, now: datetime) -> bool:
    """
    Keep a file with its hash, and say whether; where the store is down nothing is kept.

    The same name again keeps what is there.
    """
    try:
        key = storage.put(name=name, data=data, content_type=content_type)
    except (storage.StorageDown, OSError) as error:
        log.warning("storage.not_kept", name=name, why=type(error).__name__)
        return False
    _note(key=key, data=data, kind=kind, content_type=content_type, now=now)
    return True


@owns_transaction
def _note(*, key: str, data: bytes, kind: str, content_type: str, now: datetime) -> None:
    StoredFile.objects.update_or_create(
        key=key,
        defaults={
            "kind": kind,
            "content_type": content_type,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "created_at": now,
        },
    )


@inside_transaction
def forget(*, names: list[str]) -> None:
    """
    Delete kept files; those that are gone stay gone.
    """
    StoredFile.objects.filter(
        key__in=[storage_key(name) for name in names], expires_at=None
    ).delete()
    for name in names:
        storage.delete(name=name)
