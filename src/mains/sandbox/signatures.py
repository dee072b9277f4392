"""Signed webhooks of the pretend gateway, with a secret of each merchant's own."""

from datetime import datetime

from mains.core import signatures
from mains.core.signatures import TOLERANCE_SECONDS, BadSignature

__all__ = ["HEADER", "TOLERANCE_SECONDS", "BadSignature", "check", "secret_of", "sign"]
HEADER = "Cards-Signature"


def secret_of(merchant: str) -> bytes:
    """
    Return a merchant's secret.
    """
    return signatures.secret_of(f"cards:{merchant}")


def sign(*, merchant: str, body: bytes, now: datetime) -> str:
    """
    Return the header `t=<unix seconds>,v1=<hex>` of a body.
    """
    return signatures.sign(secret=secret_of(merchant), body=body, now=now)


def check(*, merchant: str, body: bytes, header: str, now: datetime) -> None:
    """
    Accept a body that this merchant's secret signed within the last five minutes.

    :raises BadSignature: otherwise.
    """
    signatures.check(secret=secret_of(merchant), body=body, header=header, now=now)
