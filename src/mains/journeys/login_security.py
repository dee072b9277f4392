"""What somebody who is signed in changes about their own login."""

from datetime import datetime

from mains.core.transactions import owns_transaction
from mains.identity import passwords
from mains.identity.models import User
from mains.journeys.login_notices import record, tell


@owns_transaction
def change_password(
    *, user_id: int, current: str, new: str, keep_session: str, site: str, now: datetime
) -> User:
    """
    Change a password, end every other session and token, and send a notice.

    :raises WrongPassword: if the current password is another one.
    :raises SamePassword: if the new one is no new one.
    """
    user = passwords.change(user_id=user_id, current=current, new=new, keep_session=keep_session)
    tell(user=user, what="password_changed", site=site, now=now)
    record(action="password.changed", user_id=user.pk, now=now)
    return user


@owns_transaction
def end_session(*, user_id: int, session_id: int, now: datetime) -> int:
    """
    Sign a login out in one place; where it is no longer signed in, do nothing.
    """
    ended = passwords.end_sessions(user_id=user_id, only=session_id)
    if ended:
        record(action="session.ended", user_id=user_id, now=now, session=session_id)
    return ended


@owns_transaction
def end_other_sessions(*, user_id: int, keep: str, now: datetime) -> int:
    """
    Sign a login out everywhere but here, API tokens included.
    """
    ended = passwords.end_sessions(user_id=user_id, keep=keep)
    tokens = passwords.end_tokens(user_id=user_id)
    record(action="sessions.ended", user_id=user_id, now=now, sessions=ended, tokens=tokens)
    return ended + tokens


@owns_transaction
def carry_session(*, before: str, after: str) -> None:
    """
    Let the list of open sessions follow one whose key was renewed.
    """
    passwords.carry_session(before=before, after=after)
