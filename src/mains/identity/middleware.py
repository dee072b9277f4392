"""Resolve who is signed in while writing is still allowed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from mains.guard import context


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
