"""Errors as RFC 9457 problem details; `code` is for programs, `detail` for people."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from mains.core.requests import request_id

DOCUMENTED = "https://mains.example/docs/reference/errors#"


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
        codes = error.get_codes()
        answer = _answer(
            error.status_code, str(codes), str(error.default_detail), str(error.detail), []
        )
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
    detail = error.detail if isinstance(error.detail, dict) else {"": error.detail}
    return [
        {
            "pointer": f"/{field}" if field else "",
            "code": str(getattr(problem, "code", "") or "unusable"),
            "detail": str(problem),
        }
        for field, problems in detail.items()
        for problem in (problems if isinstance(problems, list) else [problems])
    ]
