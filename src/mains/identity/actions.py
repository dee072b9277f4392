"""Make logins, and confirm who they belong to."""

from allauth.account.models import EmailAddress

from mains.core.transactions import inside_transaction, owns_transaction
from mains.identity import queries
from mains.identity.models import User


class WrongPassword(Exception):
    """The password is not the one of this login."""


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


@inside_transaction
def delete_user(*, user_id: int) -> bool:
    """
    Delete a login with its e-mails, second steps, sessions and tokens; again does nothing.

    What else names the login does so by a plain number, and is ended by whoever calls this.
    """
    found = User.objects.filter(pk=user_id)
    deleted, _by_model = found.delete()
    return bool(deleted)
