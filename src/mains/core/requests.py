"""An id for every request, shown to people who ask for help and written in every log line."""

import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.typing import EventDict

from mains.core.health import REQUESTS, SECONDS

log = structlog.get_logger()
HEADER = "X-Request-Id"
_request_id: ContextVar[str] = ContextVar("mains_request_id", default="")


def request_id() -> str:
    """
    Return the id of the request being answered, or an empty text outside one.
    """
    return _request_id.get()


def add_request(_logger: object, _method: str, event: EventDict) -> EventDict:
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
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response[HEADER] = _request_id.get()
            _measure(request, response, time.perf_counter() - began)
            return response
        finally:
            _request_id.reset(token)


def _measure(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    # By surface, never by tenant or address: the number of series has to stay small.
    surface = getattr(request, "surface", "none")
    REQUESTS.labels(surface, response.status_code).inc()
    SECONDS.labels(surface).observe(seconds)
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round(seconds * 1000),
        tenant=getattr(getattr(request, "tenant", None), "schema_name", None),
    )
