"""Passwords and what ends with them."""

from allauth.usersessions.models import UserSession

from mains.core.transactions import inside_transaction
from mains.identity import secrets
from mains.identity.actions import WrongPassword
from mains.identity.models import ApiToken, User


class SamePassword(Exception):
    """The new password is the old one, or the temporary one that has to be replaced."""


@inside_transaction
def change(*, user_id: int, current: str, new: str, keep_session: str = "") -> User:
    """
    Change a password for somebody who knows it, and end every other way in.

    Who signed in with a temporary password has proven enough and is not asked for it again.

    :param keep_session: key of the session that stays; all others end, and all tokens.
    :raises WrongPassword: if the current password is another one.
    :raises SamePassword: if the new one is no new one.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user.must_change_password:
        if secrets.was_temporary(user=user, password=new):
            raise SamePassword(user_id)
    elif not user.check_password(current):
        raise WrongPassword(user_id)
    elif current == new:
        raise SamePassword(user_id)
    return store(user=user, new=new, keep_session=keep_session)


@inside_transaction
def store(*, user: User, new: str | None, keep_session: str = "") -> User:
    """
    Store a password, or none at all, and end every other way in.
    """
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    secrets.forget_all(user=user)
    end_sessions(user_id=user.pk, keep=keep_session)
    end_tokens(user_id=user.pk)
    return user


@inside_transaction
def begin_forced_change(*, user: User) -> None:
    """
    Leave a login that came in with a temporary password nothing but choosing a new one.

    The old password ends here and not earlier, so a stranger who asked for the letter locked
    nobody out.
    """
    user.set_unusable_password()
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    end_sessions(user_id=user.pk)
    end_tokens(user_id=user.pk)


@inside_transaction
def end_sessions(*, user_id: int, keep: str = "", only: int | None = None) -> int:
    """
    Sign a login out everywhere but in one session, or in one place; return in how many.
    """
    rows = UserSession.objects.filter(user_id=user_id).exclude(session_key=keep)
    if only is not None:
        rows = rows.filter(pk=only)
    ended = 0
    for row in rows:
        row.end()
        ended += 1
    return ended


@inside_transaction
def end_tokens(*, user_id: int) -> int:
    """
    End every API token of a login, and return how many there were.
    """
    return ApiToken.objects.filter(user_id=user_id).delete()[0]


@inside_transaction
def carry_session(*, before: str, after: str) -> None:
    """
    Let the list of open sessions follow one whose key was renewed.
    """
    UserSession.objects.filter(session_key=before).update(session_key=after)
