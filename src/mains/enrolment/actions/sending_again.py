"""Send the activation message of a sign-up once more, with a pause in between."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mains.core.transactions import owns_transaction
from mains.enrolment.actions.sign_ups import SignUpExpired, tell_confirm, tell_registered
from mains.enrolment.models import SignUp
from mains.enrolment.rules import cooling
from mains.enrolment.tokens import digest, new_token
from mains.identity.models import User
from mains.notifications import queries as notifications

KINDS = ("confirm-sign-up", "already-registered")


@dataclass
class TooSoon(Exception):
    """The last message went out a moment ago, or there were five in an hour."""

    possible_from: datetime


def next_possible(*, email: str, now: datetime) -> datetime | None:
    """
    Return from when the activation message of an address may be sent again, or None for now.

    Asked of messages and not of sign-ups, so it is the same for who has a login already.
    """
    since = now - cooling.WINDOW
    sent = notifications.written_at(kinds=KINDS, recipient=email, since=since)
    return cooling.possible_from(sent, now=now)


@owns_transaction
def send_again(*, email: str, language: str, site: str, now: datetime) -> None:
    """
    Send the activation message of the latest pending sign-up of an address again.

    The message has a new link; the one sent before holds on until the sign-up expires. Who has a
    login gets the message that says so, as the first time.

    :raises TooSoon: within a minute of the last one, or after five in an hour.
    :raises SignUpExpired: if no sign-up waits any more.
    """
    # Two at once wait for each other here, and the second looks again.
    notifications.lock(kinds=KINDS, recipient=email, since=now - cooling.WINDOW)
    possible = next_possible(email=email, now=now)
    if possible is not None:
        raise TooSoon(possible)
    token = new_token()
    if User.objects.filter(email=email).exists():
        tell_registered(email=email, language=language, token=token, site=site, now=now)
        return
    waiting = SignUp.objects.to_confirm().filter(email=email, confirmed_at=None, expires_at__gt=now)
    sign_up = waiting.order_by("-created_at", "-pk").first()
    if sign_up is None:
        raise SignUpExpired(email)
    # A second row for the second link: of the first one only its hash is known.
    sign_up.pk, sign_up.token_hash = None, digest(token)
    sign_up._state.adding = True
    sign_up.save(force_insert=True)
    hours = max(1, round((sign_up.expires_at - now) / timedelta(hours=1)))
    tell_confirm(sign_up=sign_up, token=token, hours=hours, site=site, now=now)
