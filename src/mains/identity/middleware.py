"""Resolve who is signed in while writing is still allowed, and hold back who may not go on."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mains.guard import context
from mains.identity import queries


class ResolveUserMiddleware:
    """
    Load `request.user` before the read-only transaction begins.

    Loading it may have to write: after a password change or a new SECRET_KEY the session is
    emptied, and inside a read-only transaction that would end in an error page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if context.current() is not None:
            request.user.is_authenticated  # noqa: B018
        return self.get_response(request)


class PersonalAnswersMiddleware:
    """
    Let nobody keep a copy of what was answered to somebody: no shared cache, and no browser.

    Somebody is who is signed in, who sends a token, and who has typed something that the session
    holds. What says itself how it may be kept, such as a stylesheet, stays as it says.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        personal = self._is_somebody(request)
        response = self.get_response(request)
        if personal or self._is_somebody(request):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def _is_somebody(self, request: HttpRequest) -> bool:
        if context.current() is None:
            return False
        return "Authorization" in request.headers or not request.session.is_empty()


CHOOSE_PASSWORD = "/me/security/password/"  # noqa: S105
# Open to somebody who came in with a temporary password: the new one, leaving, and the look.
OPEN = (CHOOSE_PASSWORD, "/account/logout/", "/brand/", "/static/")


class ForcedPasswordMiddleware:
    """
    Lead who signed in with a temporary password to choosing a new one, and nowhere else (S2.23).

    The API knows no sessions: there, such a login has no token that holds.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if context.current() is None or request.path.startswith(OPEN):
            return self.get_response(request)
        if getattr(request.user, "must_change_password", False):
            return redirect(CHOOSE_PASSWORD)
        return self.get_response(request)


# Hosts on which nobody but staff signs in.
STAFF_SURFACES = frozenset({"console", "admin"})
# Open to staff without a second step: setting one up, leaving, and the look.
OPEN_TO_SET_UP = (
    "/account/2fa/",
    "/account/reauthenticate/",
    "/account/confirm-email/",
    "/account/logout/",
    "/brand/",
    "/static/",
)


class SecondStepMiddleware:
    """
    Lead staff without a second step to setting one up, and nowhere else.

    It stands before every page of the console and the back office, so no page can forget it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "surface", "") not in STAFF_SURFACES:
            return self.get_response(request)
        if not request.user.is_authenticated or request.path.startswith(OPEN_TO_SET_UP):
            return self.get_response(request)
        if queries.has_second_factor(user_id=request.user.pk):
            return self.get_response(request)
        return render(request, "identity/second_step.html", status=403)
