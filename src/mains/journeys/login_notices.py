"""What the owner of a login is told, and what is written down, when its protection changes."""

import secrets
from datetime import datetime

from django.utils.translation import get_language

from mains.audit import actions as audit
from mains.core.transactions import inside_transaction
from mains.guard.context import PUBLIC, required
from mains.identity.models import User
from mains.notifications import actions as notifications


def language_of(user: User | None = None) -> str:
    """
    Return the language to write to somebody in: theirs, or the one of the page they are on.
    """
    return (user.language if user else "") or get_language() or "en"


@inside_transaction
def tell(*, user: User, what: str, site: str, now: datetime, recipient: str = "") -> None:
    """
    Tell the owner of a login what was changed, at the login's address or at another one.

    :param what: a case of the message `security-notice`, such as `password_changed`.
    """
    send(
        kind="security-notice",
        recipient=recipient or user.email,
        user=user,
        values={"what": what, "url": f"{site}/account/password/reset/"},
        now=now,
    )


@inside_transaction
def send(
    *, kind: str, recipient: str, values: dict[str, str], now: datetime, user: User | None = None
) -> None:
    """
    Queue one message about a login; each is its own, also if the same thing happens again.
    """
    notifications.queue(
        kind=kind,
        key=secrets.token_hex(12),
        recipient=recipient,
        language=language_of(user),
        values=values,
        now=now,
    )


@inside_transaction
def record(*, action: str, user_id: int, now: datetime, **detail: str | int) -> None:
    """
    Write down what the owner of a login did to it; called last in a transaction.
    """
    who = f"{'staff' if required() == PUBLIC else 'user'}:{user_id}"
    audit.record(action=action, subject=who, actor=who, detail=detail, now=now)
