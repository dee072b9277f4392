"""An id for every request, shown to people who ask for help and written in every log line."""

import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
_request_id: ContextVar[str] = ContextVar("mains_request_id", default="")


def request_id() -> str:
    """
    Return the id of the request being answered, or an empty text outside one.
    """
    return _request_id.get()


def add_request(_logger: object, _method: str, event: dict[str, object]) -> dict[str, object]:
    """
    Add the request's id to a log event.
    """
    if _request_id.get():
        event.setdefault("request_id", _request_id.get())
    return event


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request_id.set(secrets.token_hex(8))
        try:
            response = self.get_response(request)
            response[HEADER] = _request_id.get()
            return response
        finally:
            _request_id.reset(token)
