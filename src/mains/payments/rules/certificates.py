"""The number of a certificate: everything that may be checked of it, signed, and nothing else."""

import base64
import hmac
from datetime import UTC, datetime
from typing import NamedTuple

from mains.payments.rules.standing import Debt

# Account (5 bytes), minutes since 1970 (4), answer (1), and 80 bits of its signature: 32 signs.
_ACCOUNT, _MINUTES, _SIGNED, _MAC = 5, 4, 10, 10
_GROUP = 4
# What people read where base32 has no such digit.
_MISREAD = str.maketrans("0189", "OIBG")
_ANSWERS = tuple(Debt)


class NoCertificate(ValueError):
    """It is no number of a certificate of this utility."""


class Certified(NamedTuple):
    """
    What a certificate says: as of a minute in UTC, how an account stood.
    """

    account_id: int
    at: datetime
    debt: Debt


def code_of(certified: Certified, *, key: bytes) -> str:
    """
    Return the number of a certificate: eight groups of four signs, the same for the same facts.
    """
    facts = (
        certified.account_id.to_bytes(_ACCOUNT)
        + (int(certified.at.timestamp()) // 60).to_bytes(_MINUTES)
        + bytes([_ANSWERS.index(certified.debt)])
    )
    text = base64.b32encode(facts + _mac(facts, key)).decode()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def read_code(typed: str, *, key: bytes) -> Certified:
    """
    Read the number of a certificate as it is typed: with or without hyphens and spaces.

    :raises NoCertificate: if it was not made with this key.
    """
    plain = "".join(typed.upper().split()).replace("-", "").translate(_MISREAD)
    try:
        raw = base64.b32decode(plain)
    except ValueError as error:
        raise NoCertificate(typed) from error
    facts, mac = raw[:_SIGNED], raw[_SIGNED:]
    if len(raw) != _SIGNED + _MAC or not hmac.compare_digest(mac, _mac(facts, key)):
        raise NoCertificate(typed)
    minutes = int.from_bytes(facts[_ACCOUNT : _ACCOUNT + _MINUTES])
    return Certified(
        account_id=int.from_bytes(facts[:_ACCOUNT]),
        at=datetime.fromtimestamp(minutes * 60, UTC),
        debt=_ANSWERS[facts[-1]],
    )


def _mac(facts: bytes, key: bytes) -> bytes:
    return hmac.digest(key, facts, "sha256")[:_MAC]
