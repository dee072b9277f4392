"""
Errors as RFC 9457 problem details, in English; programs tell people by `code`.

`mains.api.v1.urls` has every view speak English, the library's sentences included.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from mains.core.errors import DOCUMENTED
from mains.core.requests import request_id

# What the library's own refusals are called, by status.
TITLES = {
    400: "Unreadable request",
    401: "Not signed in",
    403: "Not allowed",
    404: "No such thing",
    405: "Method not offered",
    406: "Format not offered",
    415: "Format not taken",
    429: "Too many requests",
}
NON_FIELD_ERRORS_KEY = api_settings.NON_FIELD_ERRORS_KEY


class Problem(Exception):
    """
    Something the caller has to know; raised by views, answered by `handle`.
    """

    def __init__(
        self, *, status: int, code: str, title: str, detail: str, pointer: str = ""
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.pointer = pointer


def handle(error: Exception, context: dict[str, Any]) -> Response | None:  # noqa: ARG001
    """
    Answer an exception of a view as a problem, or leave it to Django.
    """
    if isinstance(error, Problem):
        errors = (
            [{"pointer": error.pointer, "code": error.code, "detail": error.detail}]
            if error.pointer
            else []
        )
        return _answer(error.status, error.code, error.title, error.detail, errors)
    if isinstance(error, exceptions.ValidationError):
        set_rollback()
        return _answer(
            422, "unusable_input", "Unusable input", "Some fields cannot be used.", _fields(error)
        )
    if isinstance(error, exceptions.APIException):
        set_rollback()
        # The library's default texts are patterns that it fills in for `detail` only.
        title = TITLES.get(error.status_code) or HTTPStatus(error.status_code).phrase
        answer = _answer(error.status_code, str(error.get_codes()), title, str(error.detail), [])
        if header := getattr(error, "auth_header", None):
            answer["WWW-Authenticate"] = header
        return answer
    return None


def _answer(
    status: int, code: str, title: str, detail: str, errors: list[dict[str, str]]
) -> Response:
    return Response(
        {
            "type": f"{DOCUMENTED}{code}",
            "title": title,
            "status": status,
            "detail": detail,
            "instance": request_id(),
            "code": code,
            "errors": errors,
        },
        status=status,
        content_type="application/problem+json",
    )


def _fields(error: exceptions.ValidationError) -> list[dict[str, str]]:
    return [
        {
            "pointer": pointer,
            "code": str(getattr(problem, "code", "") or "unusable"),
            "detail": str(problem),
        }
        for pointer, problem in _leaves(error.detail)
    ]


def _leaves(found: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """
    Yield each sentence with a pointer to what it is about, however deep that lies.
    """
    if isinstance(found, dict):
        for name, below in found.items():
            deeper = pointer if name == NON_FIELD_ERRORS_KEY else f"{pointer}/{name}"
            yield from _leaves(below, deeper)
    elif isinstance(found, list | tuple):
        for one in found:
            yield from _leaves(one, pointer)
    else:
        yield pointer, found
