"""Who may sign in to the schema being served."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from mains.identity.models import User


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    email: str
    name: str
    last_login: datetime | None


def people(*, user_ids: Collection[int]) -> list[Person]:
    """
    Return logins by their ids, by e-mail.
    """
    rows = User.objects.filter(pk__in=user_ids).order_by("email")
    return [Person(row.pk, row.email, row.name, row.last_login) for row in rows]


def by_email(*, email: str) -> User | None:
    """
    Return the login with an e-mail, or None.
    """
    return User.objects.filter(email=email.lower()).first()


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
