"""Requests to gateways that have no library of their own: one try, with an end."""

import urllib.request
from http.client import HTTPException
from urllib.error import HTTPError

from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable

TIMEOUT_SECONDS = 20
LARGEST_ANSWER = 1024 * 1024
TOO_MANY, BROKEN = 429, 500


def post(address: str, body: bytes, *, content_type: str) -> bytes:
    """
    Send a body and return the answer's.

    :raises GatewayUnavailable: if none comes, or one that says to come again.
    :raises GatewayRefused: if it does not want this.
    """
    request = urllib.request.Request(  # noqa: S310
        address, data=body, headers={"Content-Type": content_type}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read(LARGEST_ANSWER))
    except HTTPError as error:
        if error.code >= BROKEN or error.code == TOO_MANY:
            raise GatewayUnavailable(f"It answers {error.code}.") from error
        raise GatewayRefused(f"http_{error.code}") from error
    except (OSError, HTTPException) as error:
        raise GatewayUnavailable(type(error).__name__) from error
