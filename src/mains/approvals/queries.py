"""Read what waits for a second person, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mains.approvals.models import Approval
from mains.approvals.rules.states import State


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """
    `asked_by` and `decided_by` are logins of staff; `payload` is what carrying it out needs.
    """

    id: int
    deed: str
    payload: dict[str, Any]
    note: str
    asked_by: int
    asked_at: datetime
    expires_at: datetime
    state: State
    decided_by: int | None
    decided_at: datetime | None
    reason: str
    result: str


def approval(*, approval_id: int, now: datetime) -> ApprovalRow | None:
    """
    Return one wish, or None.
    """
    row = Approval.objects.filter(pk=approval_id).first()
    return _row(row, now=now) if row else None


def approvals(*, now: datetime, before: int | None = None, limit: int = 50) -> list[ApprovalRow]:
    """
    Return wishes, newest first; `before` is the id at which the page before ended.
    """
    rows = Approval.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_row(row, now=now) for row in rows[:limit]]


def waiting_count(*, now: datetime) -> int:
    """
    Return how many wishes wait: not decided yet, or approved and not carried out.
    """
    waiting = Approval.objects.filter(state=State.WAITING, expires_at__gt=now).count()
    return waiting + Approval.objects.filter(state=State.APPROVED).count()


def is_waiting(*, deed: str, now: datetime) -> bool:
    """
    Tell whether a wish of this kind waits for a second person.
    """
    return Approval.objects.filter(deed=deed, state=State.WAITING, expires_at__gt=now).exists()


def _row(row: Approval, *, now: datetime) -> ApprovalRow:
    return ApprovalRow(
        id=row.pk,
        deed=row.deed,
        payload=row.payload,
        note=row.note,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        state=row.state_at(now),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        result=row.result,
    )
