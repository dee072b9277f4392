"""Who wants to be told once, without a login, when readings of an account are taken again.

Each is one row with an address that somebody else than the holder may have left: it is confirmed by
its reader, told once, and deleted then, or when its days are over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account
from mains.enrolment.models import CodeChannel, ContactCode
from mains.enrolment.tokens import digest, new_token

PURPOSE = "reading_open"
# An address that nobody confirms is nobody's; a window that long shut was missed.
CONFIRMED_WITHIN, HOLDS = timedelta(days=1), timedelta(days=60)
MOST = 3


class TooManyAsked(Exception):
    """As many addresses wait for this account as may."""


class AskedOver(Exception):
    """There is no such wish: it was never left, is over, or was told already."""


@dataclass(frozen=True, slots=True)
class Wish:
    """
    An address that was confirmed, and the services that were suspended when it was left.
    """

    id: int
    account_id: int
    email: str
    language: str
    services: tuple[str, ...]


@inside_transaction
def ask(
    *, account_id: int, email: str, language: str, services: list[str], now: datetime
) -> str | None:
    """
    Keep an address until it is confirmed, and return the secret for that; None if it is kept.

    :raises TooManyAsked: if three others wait for the account.
    """
    # Behind the account's row, so that two forms at once do not both find room.
    Account.objects.select_for_update().get(pk=account_id)
    mine = _open(now).filter(account_id=account_id)
    if any(row.evidence["email"] == email for row in mine):
        return None
    if len(mine) >= MOST:
        raise TooManyAsked
    secret = new_token()
    ContactCode.objects.create(
        token_hash=digest(PURPOSE, secret),
        code_hash=digest(PURPOSE, secret),
        account_id=account_id,
        purpose=PURPOSE,
        channel=CodeChannel.EMAIL,
        evidence={"email": email, "language": language, "services": services},
        created_at=now,
        expires_at=now + CONFIRMED_WITHIN,
    )
    return secret


def is_asked(*, secret: str, now: datetime) -> bool:
    """
    Tell whether a secret confirms an address.
    """
    return _open(now).filter(token_hash=digest(PURPOSE, secret)).exists()


@owns_transaction
def confirm(*, secret: str, now: datetime) -> None:
    """
    Keep an address until it is told, for sixty days at most; again changes nothing.

    :raises AskedOver: if nothing waits for this secret.
    """
    row = _open(now).select_for_update().filter(token_hash=digest(PURPOSE, secret)).first()
    if row is None:
        raise AskedOver
    if row.used_at is None:
        row.used_at, row.expires_at = now, now + HOLDS
        row.save(update_fields=["used_at", "expires_at"])


def confirmed(*, now: datetime) -> list[Wish]:
    """
    Return the wishes whose addresses are confirmed, oldest first.
    """
    return [
        Wish(
            id=row.pk,
            account_id=row.account_id,
            email=row.evidence["email"],
            language=row.evidence["language"],
            services=tuple(row.evidence["services"]),
        )
        for row in _open(now).exclude(used_at=None).order_by("pk")
    ]


@inside_transaction
def forget(*, wish_id: int) -> bool:
    """
    Delete a wish, and tell whether it was still there.
    """
    return bool(ContactCode.objects.filter(pk=wish_id, purpose=PURPOSE).delete()[0])


def forget_over(*, now: datetime) -> int:
    """
    Delete addresses that nobody confirmed in time, or whose days are over; return how many.
    """
    return ContactCode.objects.filter(purpose=PURPOSE, expires_at__lte=now).delete()[0]


def _open(now: datetime):  # type: ignore[no-untyped-def]
    return ContactCode.objects.filter(purpose=PURPOSE, expires_at__gt=now)
