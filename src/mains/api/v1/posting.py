"""POST once: the Idempotency-Key of a request, and what it means for the answer."""

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from mains.api import actions
from mains.api.models import KEY_LENGTH
from mains.api.problems import Problem
from mains.api.requests import http_of, user_of


def idempotently(request: Request, body: Any, act: Callable[[], actions.Answer]) -> Response:
    """
    Act once for the request's key, and say where the answer is a repeated one.
    """
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > KEY_LENGTH:
        # Cut short, two keys could become one and the second request would be lost.
        raise Problem(
            status=422,
            code="key_too_long",
            title="Key too long",
            detail=f"An Idempotency-Key has at most {KEY_LENGTH} characters, such as a UUID.",
        )
    try:
        answer = actions.once(
            key=key,
            user_id=user_of(request).pk,
            route=f"{request.method} {request.path}",
            body=body,
            now=http_of(request).now,
            act=act,
        )
    except actions.OtherBody as error:
        raise Problem(
            status=422,
            code="key_used_with_another_body",
            title="Key used before",
            detail="This Idempotency-Key came with another body. Use a new key.",
        ) from error
    except actions.StillRunning as error:
        raise Problem(
            status=409,
            code="still_running",
            title="Still running",
            detail="The first request with this key is not answered yet. Ask again in a second.",
        ) from error
    response = Response(answer.body, status=answer.status)
    if answer.replayed:
        response["Idempotent-Replayed"] = "true"
    return response
