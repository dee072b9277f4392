"""What opens the page for readings of some meters to whoever holds it: a mailed link, a card.

Each is one row, so it can be ended by itself; only the hash of its secret is kept.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mains.audit import actions as audit
from mains.core.transactions import inside_transaction, owns_transaction
from mains.enrolment.models import CodeChannel, ContactCode
from mains.enrolment.rules.typed import plain
from mains.enrolment.tokens import digest, new_letter_code, new_token


class Kind(StrEnum):
    """
    A link is mailed and holds for its days; a card is on paper, and is over once all is read.
    """

    LINK = "reading_link"
    CARD = "reading_card"


class PassOver(Exception):
    """There is no such pass here, it was ended, or its days are over; which is not told."""


@dataclass(frozen=True, slots=True)
class Read:
    """
    A register that a card takes readings of for a month, on the days `[from_date, until_date)`.
    """

    register_id: int
    period_start: date
    from_date: date
    until_date: date


@dataclass(frozen=True, slots=True)
class Pass:
    """
    What a pass opens: the supply points of an account, and of a card only certain registers.
    """

    id: int
    kind: Kind
    account_id: int
    supply_point_ids: frozenset[int]
    reads: tuple[Read, ...]
    made_at: datetime
    ends_at: datetime


@inside_transaction
def issue(
    *,
    kind: Kind,
    account_id: int,
    supply_point_ids: Collection[int],
    reads: Collection[Read] = (),
    ends_at: datetime,
    now: datetime,
) -> str:
    """
    Make a pass and return its secret, which is kept nowhere; another card ends the one before.

    It names places and not only the account: whoever keeps it after moving out reads nothing at
    the new home.
    """
    is_card = kind is Kind.CARD
    if is_card:
        _open(account_id=account_id, now=now).filter(purpose=kind).update(used_at=now)
    secret = new_letter_code() if is_card else new_token()
    ContactCode.objects.create(
        token_hash=_hash(kind, secret),
        code_hash=_hash(kind, secret),
        account_id=account_id,
        purpose=kind,
        channel=CodeChannel.LETTER if is_card else CodeChannel.EMAIL,
        evidence={
            "points": sorted(set(supply_point_ids)),
            "reads": [[one.register_id, *(day.isoformat() for day in _days(one))] for one in reads],
        },
        created_at=now,
        expires_at=ends_at,
    )
    return secret


def opened(*, kind: Kind, secret: str, at: datetime) -> Pass:
    """
    Return what a secret opens at an instant.

    :raises PassOver: if nothing of this tenant's.
    """
    row = ContactCode.objects.filter(
        token_hash=_hash(kind, secret), purpose=kind, used_at=None, expires_at__gt=at
    ).first()
    if row is None:
        raise PassOver
    return _pass(row)


def passes_of(*, account_id: int, now: datetime) -> list[Pass]:
    """
    Return the passes of an account that still open something, newest first.
    """
    return [_pass(row) for row in _open(account_id=account_id, now=now).order_by("-pk")]


@owns_transaction
def end(*, pass_id: int, account_id: int, actor: str, now: datetime) -> bool:
    """
    End a pass of an account before its days are over, and tell whether it was still open.

    :raises ContactCode.DoesNotExist: if the account has no such pass.
    """
    row = ContactCode.objects.select_for_update().get(
        pk=pass_id, account_id=account_id, purpose__in=list(Kind)
    )
    if row.used_at is not None or row.expires_at <= now:
        return False
    row.used_at = now
    row.save(update_fields=["used_at"])
    audit.record(
        action="reading_pass.ended",
        subject=f"account:{account_id}",
        actor=actor,
        detail={"kind": row.purpose, "pass": row.pk},
        now=now,
    )
    return True


def _open(*, account_id: int, now: datetime):  # type: ignore[no-untyped-def]
    return ContactCode.objects.filter(
        account_id=account_id, purpose__in=list(Kind), used_at=None, expires_at__gt=now
    )


def _hash(kind: Kind, secret: str) -> str:
    return digest(kind, plain(secret) if kind is Kind.CARD else secret)


def _days(one: Read) -> tuple[date, date, date]:
    return one.period_start, one.from_date, one.until_date


def _pass(row: ContactCode) -> Pass:
    return Pass(
        id=row.pk,
        kind=Kind(row.purpose),
        account_id=row.account_id,
        supply_point_ids=frozenset(row.evidence["points"]),
        reads=tuple(
            Read(register_id, *(date.fromisoformat(day) for day in days))
            for register_id, *days in row.evidence["reads"]
        ),
        made_at=row.created_at,
        ends_at=row.expires_at,
    )
