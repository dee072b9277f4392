"""
Files that wait for their next step, and end by themselves where nobody takes it.

The name is a secret of its own; what the owner knows of a file is kept beside it.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mains.core.transactions import inside_transaction, owns_transaction
from mains.documents import storage
from mains.documents.models import StoredFile
from mains.guard.keys import storage_key

FOLDER = "waiting"
CONTENT_TYPE = "application/octet-stream"
_NAME = re.compile(r"[\w-]{1,80}")


class NotWaiting(Exception):
    """There is no such file: it is done with, its time is over, or there never was one."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    A file that waits, with what is known of it.
    """

    name: str
    kind: str
    size: int
    created_at: datetime
    expires_at: datetime
    note: dict[str, Any]


@owns_transaction
def keep(
    *,
    data: bytes,
    kind: str,
    note: dict[str, Any],
    now: datetime,
    expires_at: datetime,
    name: str = "",
) -> str:
    """
    Keep a file until an instant and return its name; the same name again replaces it.
    """
    return put(data=data, kind=kind, note=note, now=now, expires_at=expires_at, name=name)


@inside_transaction
def put(
    *,
    data: bytes,
    kind: str,
    note: dict[str, Any],
    now: datetime,
    expires_at: datetime,
    name: str = "",
) -> str:
    """
    Keep a file together with what else happens.
    """
    name = name or secrets.token_urlsafe(24)
    key = storage.put(name=f"{FOLDER}/{name}", data=data, content_type=CONTENT_TYPE)
    StoredFile.objects.update_or_create(
        key=key,
        defaults={
            "kind": kind, "content_type": CONTENT_TYPE, "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(), "created_at": now,
            "expires_at": expires_at, "about": note,
        },
    )  # fmt: skip
    return name


def find(*, name: str, kind: str, now: datetime) -> Waiting:
    """
    Return what is known of a file.

    :raises NotWaiting: if there is none, or its time is over.
    """
    row = StoredFile.objects.filter(key=_key(name), kind=kind, expires_at__gt=now).first()
    if row is None:
        raise NotWaiting(name)
    return _waiting(row)


def every(
    *,
    kind: str,
    now: datetime,
    names: Collection[str] | None = None,
    about: dict[str, Any] | None = None,
) -> list[Waiting]:
    """
    Return the files of a kind that wait, the oldest first; of some names, or notes, if given.
    """
    rows = StoredFile.objects.filter(kind=kind, expires_at__gt=now).order_by("pk")
    if about is not None:
        rows = rows.filter(about__contains=about)
    if names is not None:
        rows = rows.filter(key__in=[_key(name) for name in names])
    return [_waiting(row) for row in rows]


def content(*, name: str) -> bytes:
    """
    Return the bytes of a file.

    :raises NotWaiting: if it is gone.
    """
    try:
        return storage.get(name=f"{FOLDER}/{name}")
    except storage.FileMissing as error:
        raise NotWaiting(name) from error


@owns_transaction
def note(*, name: str, was: dict[str, Any], becomes: dict[str, Any]) -> bool:
    """
    Note something else about a file, if what is noted is still the same, and say whether.
    """
    return change(name=name, was=was, becomes=becomes)


@inside_transaction
def change(
    *, name: str, was: dict[str, Any], becomes: dict[str, Any], size: int | None = None
) -> bool:
    """
    Note something else about a file, and its size, together with what else happens.
    """
    row = StoredFile.objects.select_for_update().filter(key=_key(name)).first()
    if row is None or row.about != was:
        return False
    row.about = becomes
    row.size = row.size if size is None else size
    row.save(update_fields=["about", "size"])
    return True


@owns_transaction
def let_go(*, name: str) -> None:
    """
    Delete a file; one that is gone stays gone.
    """
    StoredFile.objects.filter(key=_key(name), expires_at__isnull=False).delete()
    storage.delete(name=f"{FOLDER}/{name}")


@owns_transaction
def empty(*, name: str) -> None:
    """
    Delete the bytes of a file and keep what is noted, until its time is over.
    """
    StoredFile.objects.filter(key=_key(name), expires_at__isnull=False).update(size=0)
    storage.delete(name=f"{FOLDER}/{name}")


def delete_expired(*, now: datetime) -> int:
    """
    Delete the files whose time is over, and return how many.
    """
    rows = list(StoredFile.objects.filter(expires_at__lte=now).order_by("pk"))
    for row in rows:
        let_go(name=row.key.rpartition("/")[2])
    return len(rows)


def _key(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise NotWaiting(name)
    return storage_key(f"{FOLDER}/{name}")


def _waiting(row: StoredFile) -> Waiting:
    assert row.expires_at is not None
    return Waiting(
        row.key.rpartition("/")[2], row.kind, row.size, row.created_at, row.expires_at, row.about
    )
