"""Tokens and idempotency keys of the API."""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from mains.api.models import IdempotencyKey
from mains.core.transactions import owns_transaction
from mains.identity.models import ApiToken, User

TOKEN_LIFE, KEY_LIFE = timedelta(days=30), timedelta(days=30)
# Longer than any request may take: what is still unanswered then, its process died on.
RUN_LIFE = timedelta(minutes=5)
LAST_USED_EVERY = timedelta(minutes=5)


class OtherBody(Exception):
    """The same key came with another body: nothing was done."""


class StillRunning(Exception):
    """The first request with this key has not been answered yet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What a POST is answered with; `replayed` says that it was answered before.
    """

    status: int
    body: Any
    replayed: bool = False


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@owns_transaction
def issue_token(*, user_id: int, tenant: str, now: datetime) -> tuple[str, datetime]:
    """
    Issue a token for a login and return it with its end; only its hash is kept.

    The tenant is in the token for people and secret scanners; what counts is whose table has it.
    """
    token = f"mk_{tenant}_{secrets.token_urlsafe(32)}"
    ends = now + TOKEN_LIFE
    ApiToken.objects.create(
        user_id=user_id, token_hash=_digest(token), created_at=now, expires_at=ends
    )
    return token, ends


@owns_transaction
def revoke_token(*, token: str) -> None:
    """
    End a token; ending it again does nothing.
    """
    ApiToken.objects.filter(token_hash=_digest(token)).delete()


def user_of_token(*, token: str, now: datetime) -> User | None:
    """
    Return the login of a token that holds, or None.
    """
    return User.objects.filter(
        is_active=True,
        must_change_password=False,
        api_tokens__token_hash=_digest(token),
        api_tokens__expires_at__gt=now,
    ).first()


def once(
    *,
    key: str,
    user_id: int,
    route: str,
    body: object,
    now: datetime,
    act: Callable[[], Answer],
) -> Answer:
    """
    Act once for a key: the same key and body again gets the first answer, for 30 days.

    Without a key it acts every time. An act that raises leaves no answer behind.

    :raises OtherBody: if the key was used with another body or route.
    :raises StillRunning: if the first request is still at work.
    """
    if not key:
        return act()
    fingerprint = _digest(f"{route}\n{json.dumps(body, sort_keys=True, default=str)}")
    row = _reserve(key=key, user_id=user_id, route=route, fingerprint=fingerprint, now=now)
    if isinstance(row, Answer):
        return row
    try:
        answer = act()
    except Exception:
        _release(row_id=row)
        raise
    _remember(row_id=row, answer=answer)
    return answer


@owns_transaction
def _clear_old(*, key: str, user_id: int, now: datetime) -> None:
    dead = Q(status__isnull=True, created_at__lt=now - RUN_LIFE)
    IdempotencyKey.objects.filter(
        dead | Q(created_at__lt=now - KEY_LIFE), key=key, user_id=user_id
    ).delete()


def _reserve(
    *, key: str, user_id: int, route: str, fingerprint: str, now: datetime
) -> int | Answer:
    _clear_old(key=key, user_id=user_id, now=now)
    try:
        return _insert(key=key, user_id=user_id, route=route, fingerprint=fingerprint, now=now)
    except IntegrityError:
        row = IdempotencyKey.objects.get(key=key, user_id=user_id)
    if row.body_hash != fingerprint:
        raise OtherBody(key)
    if row.status is None:
        raise StillRunning(key)
    return Answer(row.status, row.answer, replayed=True)


@owns_transaction
def _insert(*, key: str, user_id: int, route: str, fingerprint: str, now: datetime) -> int:
    row = IdempotencyKey.objects.create(
        key=key, user_id=user_id, route=route, body_hash=fingerprint, created_at=now
    )
    return int(row.pk)


@owns_transaction
def _remember(*, row_id: int, answer: Answer) -> None:
    IdempotencyKey.objects.filter(pk=row_id).update(status=answer.status, answer=answer.body)


@owns_transaction
def _release(*, row_id: int) -> None:
    IdempotencyKey.objects.filter(pk=row_id, status__isnull=True).delete()
