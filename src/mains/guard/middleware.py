"""Safe requests run in one READ ONLY transaction."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse

from mains.guard import context

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# allauth confirms addresses and rotates codes on GET; a gateway brings its visitor back by GET.
WRITES_ON_GET = ("/account/", "/pay/result/", "/autopay/back/")


class ReadOnlyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.method not in SAFE
            or context.current() is None
            or request.path.startswith(WRITES_ON_GET)
        ):
            return self.get_response(request)
        with connection.reading():  # type: ignore[attr-defined]
            return self.get_response(request)
