"""Signed webhooks: HMAC-SHA256 over `timestamp.body`, with a secret of each merchant's own."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings

HEADER = "Cards-Signature"
TOLERANCE_SECONDS = 300


class BadSignature(Exception):
    """The signature is missing, wrong, too old, or another merchant's."""


def secret_of(merchant: str) -> bytes:
    """
    Return a merchant's secret; nobody has to store it, because it follows from ours.
    """
    return hmac.digest(settings.SECRET_KEY.encode(), f"cards:{merchant}".encode(), "sha256")


def sign(*, merchant: str, body: bytes, now: datetime) -> str:
    """
    Return the header `t=<unix seconds>,v1=<hex>` of a body.
    """
    stamp = str(int(now.timestamp()))
    return f"t={stamp},v1={_digest(merchant, stamp, body)}"


def check(*, merchant: str, body: bytes, header: str, now: datetime) -> None:
    """
    Accept a body that this merchant's secret signed within the last five minutes.

    :raises BadSignature: otherwise.
    """
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not stamp.isdigit() or not hmac.compare_digest(given, _digest(merchant, stamp, body)):
        raise BadSignature("The signature is not this merchant's.")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise BadSignature("The signature is too old.")


def _digest(merchant: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret_of(merchant), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
