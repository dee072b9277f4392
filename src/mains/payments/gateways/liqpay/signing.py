"""
What LiqPay signs and how: JSON in base64, SHA-1 between two copies of the private key.

www.liqpay.ua/documentation/en/data_signature
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


class Unreadable(ValueError):
    """It is no JSON object in base64."""


def pack(params: Mapping[str, Any]) -> str:
    """
    Return parameters as `data`; the same ones always give the same text.
    """
    text = json.dumps(params, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def unpack(data: str) -> dict[str, Any]:
    """
    Return the parameters in `data`, amounts as decimals.

    :raises Unreadable: if there are none.
    """
    try:
        found = json.loads(base64.b64decode(data, validate=True), parse_float=Decimal)
    except (binascii.Error, ValueError) as error:
        raise Unreadable from error
    if not isinstance(found, dict):
        raise Unreadable
    return found


def sign(data: str, private_key: str) -> str:
    """
    Return the signature of `data`.
    """
    digest = hashlib.sha1(f"{private_key}{data}{private_key}".encode()).digest()  # noqa: S324
    return base64.b64encode(digest).decode()


def is_signed(data: str, signature: str, private_key: str) -> bool:
    """
    Tell whether a signature is one of this key.
    """
    return hmac.compare_digest(signature.encode(), sign(data, private_key).encode())
