"""Read the audit of the schema being served."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mains.audit.models import AccessEntry, Entry, Head
from mains.audit.rules.chain import GENESIS, Scalar

ANCHORED = "audit.anchored"


@dataclass(frozen=True, slots=True)
class EntryRow:
    number: int
    at: datetime
    action: str
    subject: str
    actor: str
    detail: dict[str, Scalar]


def entries(
    *,
    subject: str = "",
    action: str = "",
    actor: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[EntryRow]:
    """
    Return entries, newest first; `before` is the number at which the page before ended.
    """
    wanted = {"subject": subject, "action": action, "actor": actor}
    rows = Entry.objects.filter(**{name: value for name, value in wanted.items() if value})
    if before is not None:
        rows = rows.filter(number__lt=before)
    return [
        EntryRow(row.number, row.at, row.action, row.subject, row.actor, row.detail)
        for row in rows.order_by("-number")[:limit]
    ]


@dataclass(frozen=True, slots=True)
class Anchor:
    """
    The newest entry that a schema had at an instant; a schema without any has number 0.
    """

    number: int
    hash: str
    at: datetime | None = None


def head() -> Anchor:
    """
    Return the newest entry as the head names it.
    """
    row = Head.objects.filter(pk=1).first()
    return Anchor(row.number, row.hash) if row else Anchor(0, GENESIS)


def anchors(*, schema_name: str) -> list[Anchor]:
    """
    Return what was written down of a tenant's heads, oldest first; asked in the public schema.
    """
    rows = Entry.objects.filter(action=ANCHORED, subject=f"tenant:{schema_name}")
    return [
        Anchor(row.detail["number"], str(row.detail.get("hash")), row.at)
        for row in rows.order_by("number")
        if isinstance(row.detail.get("number"), int)
    ]


@dataclass(frozen=True, slots=True)
class AccessRow:
    id: int
    account_id: int
    actor: str
    purpose: str
    reason: str
    page: str
    at: datetime


def accesses(
    *, account_ids: Collection[int], before: int | None = None, limit: int = 50
) -> list[AccessRow]:
    """
    Return who looked at accounts, newest first; `before` is the id at which the page before ended.
    """
    rows = AccessEntry.objects.filter(account_id__in=account_ids)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [
        AccessRow(row.pk, row.account_id, row.actor, row.purpose, row.reason, row.page, row.at)
        for row in rows.order_by("-pk")[:limit]
    ]
