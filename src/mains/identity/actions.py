"""Make logins, and confirm who they belong to."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.db import IntegrityError
from django.http import HttpRequest

from mains.core.transactions import inside_transaction, owns_transaction
from mains.identity import queries
from mains.identity.models import ApiToken, User


class WrongPassword(Exception):
    """The password is not the one of this login."""


class UsernameTaken(Exception):
    """Another login of this tenant has the user name, in some spelling."""


@inside_transaction
def ensure_login(*, email: str, password: str, name: str, language: str) -> tuple[User, bool]:
    """
    Return the login of an e-mail and whether it is new; one that exists keeps its password.

    A new login has to confirm its e-mail before it may sign in.
    """
    known = queries.by_email(email=email)
    if known is not None:
        return known, False
    user = User.objects.create_user(email=email, password=password, name=name, language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    return user, True


@owns_transaction
def confirm_email(*, user_id: int, password: str) -> User:
    """
    Confirm the e-mail of a login that knows its password; again changes nothing.

    Who opens the message has to know the password as well, so a login that a stranger made with
    somebody's address never becomes usable by the stranger.

    :raises WrongPassword: if the password is another one.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if not user.check_password(password):
        raise WrongPassword(user_id)
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
    return user


@owns_transaction
def change_details(*, user_id: int, name: str, username: str) -> User:
    """
    Change the name of a login, and the user name it may sign in with; an empty one takes it away.

    :raises UsernameTaken: if another login has it, in whatever spelling.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    user.name, user.username = name, username or None
    others = User.objects.filter(username__iexact=username).exclude(pk=user_id)
    if username and others.exists():
        raise UsernameTaken(username)
    try:
        user.save(update_fields=["name", "username"])
    except IntegrityError as error:  # Somebody else took it in the same moment.
        raise UsernameTaken(username) from error
    return user


@owns_transaction
def use_code(*, user_id: int, code: str) -> bool:
    """
    Tell whether a code of an app or a recovery code is right, and use it up.
    """
    rows = Authenticator.objects.filter(user_id=user_id).exclude(type=Authenticator.Type.WEBAUTHN)
    return bool(code) and any(row.wrap().validate_code(code) for row in rows)


@owns_transaction
def set_active(*, user_id: int, active: bool) -> None:
    """
    Let a login sign in, or put it out at once: its sessions and tokens end.
    """
    User.objects.filter(pk=user_id).update(is_active=active)
    if not active:
        ApiToken.objects.filter(user_id=user_id).delete()
        for session in UserSession.objects.filter(user_id=user_id):
            session.end()


@inside_transaction
def delete_user(*, user_id: int) -> bool:
    """
    Delete a login with its e-mails, second steps, sessions and tokens; again does nothing.

    What else names the login does so by a plain number, and is ended by whoever calls this.
    """
    for session in UserSession.objects.filter(user_id=user_id):
        session.end()
    deleted, _by_model = User.objects.filter(pk=user_id).delete()
    return bool(deleted)


def begin_session(*, request: HttpRequest, user: User) -> None:
    """
    Sign in somebody who has just typed a password elsewhere than at the sign-in page.

    The session is listed and can be ended like any other, and counts as proven for five minutes.
    """
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, user, method="password")
    UserSession.objects.create_from_request(request)
