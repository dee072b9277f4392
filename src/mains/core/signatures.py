"""Signed webhooks: HMAC-SHA256 over `timestamp.body`, as the header `t=<unix seconds>,v1=<hex>`."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings

TOLERANCE_SECONDS = 300


class BadSignature(Exception):
    """The signature is missing, wrong, too old, or made with another's secret."""


def secret_of(purpose: str) -> bytes:
    """
    Return the secret for a purpose, which names whose it is; nobody has to store it, because it
    follows from ours.
    """
    return hmac.digest(settings.SECRET_KEY.encode(), purpose.encode(), "sha256")


def sign(*, secret: bytes, body: bytes, now: datetime) -> str:
    """
    Return the header of a body.
    """
    stamp = str(int(now.timestamp()))
    return f"t={stamp},v1={_digest(secret, stamp, body)}"


def check(*, secret: bytes, body: bytes, header: str, now: datetime) -> None:
    """
    Accept a body that this secret signed within the last five minutes.

    :raises BadSignature: otherwise.
    """
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    fits = stamp.isascii() and stamp.isdigit() and given.isascii()
    if not fits or not hmac.compare_digest(given, _digest(secret, stamp, body)):
        raise BadSignature("The signature was not made with this secret.")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise BadSignature("The signature is too old.")


def _digest(secret: bytes, stamp: str, body: bytes) -> str:
    return hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
