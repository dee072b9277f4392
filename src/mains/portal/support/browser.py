"""The cookie and the session of a support view, apart from those of whoever signs in here."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse

COOKIE, VIEW = "support_view", "support_view"


def session_of(request: HttpRequest) -> SessionStore:
    """
    Return the session of the view that a browser has, empty where its cookie is unknown or old.
    """
    return SessionStore(request.COOKIES[COOKIE])


def remember(response: HttpResponse, *, view_id: int, life: timedelta) -> None:
    """
    Give a browser a new session for a view.

    Its end is an instant of real time, so neither a click nor a sandbox's clock moves it.
    """
    session = SessionStore()
    session[VIEW] = view_id
    session.set_expiry(datetime.now(UTC) + life)
    session.create()
    response.set_cookie(
        COOKIE,
        session.session_key or "",
        max_age=life,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def keep(session: SessionStore) -> None:
    """
    Keep which account is looked at. Where the view has ended meanwhile, there is nothing to keep.
    """
    if session.is_empty() or not session.modified:
        return
    try:
        session.save()
    except UpdateError:
        return


def forget(response: HttpResponse) -> None:
    """
    Let a browser forget its view.
    """
    response.delete_cookie(COOKIE, samesite="Lax")
