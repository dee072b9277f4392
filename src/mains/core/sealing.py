"""
Secrets sealed so that only this installation opens them, and only as whose they are.

Each is sealed by a key of its own, and that key by the platform's: when the platform's changes, the
secrets themselves are not touched. Both carry whose they are, so what is moved to another owner or
name opens nothing (AES-256-GCM, NIST SP 800-38D; HKDF, RFC 5869).
"""

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


class NoMasterKey(Exception):
    """The installation has no key to seal with; whoever runs it sets MASTER_KEYS."""


class CannotOpen(Exception):
    """None of the platform's keys opens it, or it was sealed as something else."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """
    A sealed secret with its sealed key, each with its nonce before it.
    """

    key: bytes = field(repr=False)
    value: bytes = field(repr=False)


def seal(value: str, *, whose: str) -> Sealed:
    """
    Return a secret sealed as whose it is, such as `balta/stripe-1f0c`.

    :raises NoMasterKey: if there is no key to seal with.
    """
    key = AESGCM.generate_key(bit_length=256)
    return Sealed(key=_sealed(_masters()[0], key, whose), value=_sealed(key, value.encode(), whose))


def opened(sealed: Sealed, *, whose: str) -> str:
    """
    Return what was sealed as somebody's.

    :raises NoMasterKey: if there is no key to open with.
    :raises CannotOpen: if no key of ours opens it, or it is another's.
    """
    return _opened(_key_of(sealed, whose), sealed.value, whose).decode()


def sealed_again(sealed: Sealed, *, whose: str) -> Sealed:
    """
    Return the same secret with its key sealed by the first of the platform's keys.

    :raises NoMasterKey: if there is no key.
    :raises CannotOpen: if no key of ours opens it, or it is another's.
    """
    return Sealed(key=_sealed(_masters()[0], _key_of(sealed, whose), whose), value=sealed.value)


def _key_of(sealed: Sealed, whose: str) -> bytes:
    for master in _masters():
        try:
            return _opened(master, sealed.key, whose)
        except CannotOpen:
            continue
    raise CannotOpen(whose)


def _masters() -> list[bytes]:
    if not settings.MASTER_KEYS:
        raise NoMasterKey
    return [
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mains sealing").derive(text.encode())
        for text in settings.MASTER_KEYS
    ]


def _sealed(key: bytes, value: bytes, whose: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, whose.encode())


def _opened(key: bytes, box: bytes, whose: str) -> bytes:
    try:
        return AESGCM(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], whose.encode())
    except InvalidTag:
        raise CannotOpen(whose) from None
