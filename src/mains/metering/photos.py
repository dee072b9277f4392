"""Photos of what meters showed: one for a reading, under the reading's own number.

The number in the name is all that joins the two, so readings have no column for it.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime

from mains.core.transactions import inside_transaction, owns_transaction
from mains.documents import storage
from mains.documents.models import StoredFile
from mains.guard.keys import storage_key

KIND = "meter-photo"
_TYPE = "image/jpeg"


def _name(reading_id: int) -> str:
    return f"{KIND}s/{reading_id}.jpg"


@owns_transaction
def keep(*, reading_id: int, jpeg: bytes, now: datetime) -> bool:
    """
    Keep the photo of a reading, and tell whether it is new: the first one stays.
    """
    name = _name(reading_id)
    _row, new = StoredFile.objects.get_or_create(
        key=storage_key(name),
        defaults={
            "kind": KIND,
            "content_type": _TYPE,
            "size": len(jpeg),
            "sha256": hashlib.sha256(jpeg).hexdigest(),
            "created_at": now,
        },
    )
    if new:
        storage.put(name=name, data=jpeg, content_type=_TYPE)
    return new


def photographed(*, reading_ids: Collection[int]) -> set[int]:
    """
    Return those readings that have a photo.
    """
    named = {storage_key(_name(reading_id)): reading_id for reading_id in reading_ids}
    found = StoredFile.objects.filter(key__in=named).values_list("key", flat=True)
    return {named[key] for key in found}


def shown(*, reading_id: int) -> bytes | None:
    """
    Return the photo of a reading as JPEG, or None where it has none any more.
    """
    if not photographed(reading_ids=[reading_id]):
        return None
    try:
        return storage.get(name=_name(reading_id))
    except storage.FileMissing:
        return None


@inside_transaction
def delete(*, reading_ids: Collection[int]) -> int:
    """
    Delete the photos of readings, and return how many there were.
    """
    found = photographed(reading_ids=reading_ids)
    for reading_id in sorted(found):
        storage.delete(name=_name(reading_id))
    keys = [storage_key(_name(reading_id)) for reading_id in found]
    return StoredFile.objects.filter(key__in=keys).delete()[0]


@inside_transaction
def delete_older(*, before: datetime) -> int:
    """
    Delete the photos that were kept before an instant, and return how many there were.
    """
    old = StoredFile.objects.filter(kind=KIND, created_at__lt=before).values_list("key", flat=True)
    return delete(reading_ids=[int(key.rsplit("/", 1)[1].removesuffix(".jpg")) for key in old])
