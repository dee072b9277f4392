"""Links and temporary passwords that let somebody in once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection

from mains.core.transactions import inside_transaction
from mains.identity.models import OneTimeSecret, Purpose, User

# Without letters and digits that look alike: it is read from a letter and typed.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
RESET_LIFE, SIGN_IN_LIFE = timedelta(minutes=60), timedelta(minutes=15)


class SecretUnknown(Exception):
    """No link with this token was sent for this purpose by this tenant, or it has ended."""


def digest(token: str) -> str:
    """
    Return what is stored of a token.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """
    Return a token of 256 random bits for a link.
    """
    return secrets.token_urlsafe(32)


def temporary_password() -> str:
    """
    Return a new temporary password of 79 random bits, such as `k7mq-w3xa-9rtd-pe4z`.
    """
    letters = [secrets.choice(ALPHABET) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


# One statement whether there is a login or not: it stores for whom it finds.
_STORE = """
insert into identity_onetimesecret (user_id, purpose, hash, created_at, expires_at)
select u.id, %s, %s, %s, %s from identity_user u where u.id = %s
"""


@inside_transaction
def make_link(*, user: User | None, purpose: Purpose, now: datetime, life: timedelta) -> str:
    """
    Return the token of a link for a login; an earlier one of the same purpose holds on.

    For nobody it does the same work, so the time it takes says nothing, and the token opens
    nothing.
    """
    token = new_token()
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE, [str(purpose), digest(token), now, now + life, user.pk if user else 0]
        )
    return token


def live(*, token: str, purpose: Purpose, now: datetime) -> User:
    """
    Return the login of a link that can still be used.

    :raises SecretUnknown: if it cannot.
    """
    row = _live(token, purpose, now).select_related("user").first()
    if row is None:
        raise SecretUnknown
    return row.user


@inside_transaction
def use(*, token: str, purpose: Purpose, now: datetime) -> User:
    """
    Use a link up and return its login, locked.

    :raises SecretUnknown: if it was used before, has ended, or nobody sent it.
    """
    if not _live(token, purpose, now).update(used_at=now):
        raise SecretUnknown
    row = OneTimeSecret.objects.get(hash=digest(token))
    return User.objects.select_for_update().get(pk=row.user_id)


@inside_transaction
def make_temporary(*, user: User, hashed: str, now: datetime, life: timedelta) -> None:
    """
    Store a temporary password beside the old one, which keeps working; a newer replaces it.
    """
    OneTimeSecret.objects.filter(user=user, purpose=Purpose.TEMPORARY, used_at=None).delete()
    OneTimeSecret.objects.create(
        user=user, purpose=Purpose.TEMPORARY, hash=hashed, created_at=now, expires_at=now + life
    )


def try_temporary(*, user: User | None, password: str, now: datetime) -> bool:
    """
    Use up the temporary password of a login and tell whether it was the right one.

    It hashes once whether there is one or not, so the time it takes says nothing.
    """
    row = (
        OneTimeSecret.objects.filter(
            user=user, purpose=Purpose.TEMPORARY, used_at=None, expires_at__gt=now
        ).first()
        if user is not None
        else None
    )
    if row is None:
        make_password(password)
        return False
    # `setter` would store a stronger hash; this one lives for a day.
    typed = password.strip().lower()
    if not check_password(typed, row.hash):
        return False
    return bool(OneTimeSecret.objects.filter(pk=row.pk, used_at=None).update(used_at=now))


def was_temporary(*, user: User, password: str) -> bool:
    """
    Tell whether a password is one that was sent as a temporary one.
    """
    rows = OneTimeSecret.objects.filter(user=user, purpose=Purpose.TEMPORARY)
    return any(check_password(password.strip().lower(), row.hash) for row in rows)


@inside_transaction
def forget_all(*, user: User) -> None:
    """
    Make every link and temporary password of a login useless.
    """
    OneTimeSecret.objects.filter(user=user).delete()


def forget_old(*, now: datetime) -> int:
    """
    Delete what ended more than a week ago, and return how many that were.
    """
    old = OneTimeSecret.objects.filter(expires_at__lt=now - timedelta(days=7))
    return old.delete()[0]


def _live(token: str, purpose: Purpose, now: datetime):  # type: ignore[no-untyped-def]
    return OneTimeSecret.objects.filter(
        hash=digest(token), purpose=purpose, used_at=None, expires_at__gt=now, user__is_active=True
    )
