"""Who may sign in to the schema being served."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from mains.identity.models import EmailChange, User
from mains.identity.rules.devices import device


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    email: str
    name: str
    last_login: datetime | None
    language: str


def people(*, user_ids: Collection[int]) -> list[Person]:
    """
    Return logins by their ids, by e-mail.
    """
    rows = User.objects.filter(pk__in=user_ids).order_by("email")
    return [Person(row.pk, row.email, row.name, row.last_login, row.language) for row in rows]


def by_email(*, email: str) -> User | None:
    """
    Return the login with an e-mail, or None.
    """
    return User.objects.filter(email=email.lower()).first()


def by_login(*, name: str) -> User | None:
    """
    Return the login that somebody means who types an e-mail or a user name, or None.
    """
    typed = name.strip()
    if "@" in typed:
        return by_email(email=typed)
    return User.objects.filter(username__iexact=typed).first() if typed else None


def user(*, user_id: int) -> User | None:
    """
    Return a login by its id, or None.
    """
    return User.objects.filter(pk=user_id).first()


def is_verified(*, user_id: int) -> bool:
    """
    Tell whether a login has confirmed its e-mail.
    """
    return EmailAddress.objects.filter(user_id=user_id, verified=True).exists()


def has_second_factor(*, user_id: int) -> bool:
    """
    Tell whether a login needs more than its password to sign in.
    """
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user_id=user_id, type__in=kinds).exists()


def active(*, email: str) -> User | None:
    """
    Return the login with a confirmed e-mail that may sign in, or None.
    """
    confirmed = EmailAddress.objects.filter(email=email.lower(), verified=True).values("user_id")
    return User.objects.filter(email=email.lower(), is_active=True, pk__in=confirmed).first()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """
    One browser in which somebody is signed in.
    """

    id: int
    since: datetime
    user_agent: str
    ip: str
    current: bool

    @property
    def device(self) -> str:
        return device(self.user_agent)


def sessions(*, user_id: int, current: str) -> list[SignedIn]:
    """
    Return where a login is signed in, the browser with session key `current` first.
    """
    rows = UserSession.objects.filter(user_id=user_id).order_by("-created_at")
    found = [
        SignedIn(row.pk, row.created_at, row.user_agent, str(row.ip), row.session_key == current)
        for row in rows
        if row.exists()
    ]
    return sorted(found, key=lambda entry: not entry.current)


def waiting_email_change(*, user_id: int, now: datetime) -> EmailChange | None:
    """
    Return the change of e-mail that waits for its confirmations, or None.
    """
    return EmailChange.objects.filter(
        user_id=user_id, applied_at=None, ended_at=None, expires_at__gt=now
    ).first()


def passkeys(*, user_id: int) -> int:
    """
    Return how many passkeys a login has.
    """
    return Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.WEBAUTHN).count()
