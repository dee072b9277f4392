"""Names that carry the tenant: cache keys, signing salts, storage keys."""

from django.core import signing
from django.utils.crypto import salted_hmac

from mains.guard import context

PLATFORM = "platform:"


class UnusableFileName(ValueError):
    """A file name that would lead out of its tenant's folder."""


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """
    Return the key under which the cache keeps a value of the tenant being served.

    :raises NoTenant: for a key outside the platform's own, where nobody is being served.
    """
    if key.startswith(PLATFORM):
        return f"{key_prefix}:{version}:{key}"
    return f"{key_prefix}:{version}:t:{context.required()}:{key}"


def sign(value: object, *, purpose: str) -> str:
    """
    Sign a JSON value for one purpose of the tenant being served.

    :raises NoTenant: where nobody is being served.
    """
    return signing.dumps(value, salt=_salt(purpose), compress=True)


def unsign(token: str, *, purpose: str, max_age_seconds: int | None = None) -> object:
    """
    Return the value of a token that this tenant signed for this purpose.

    :raises signing.BadSignature: if another tenant, purpose or key signed it, or it is too old.
    """
    return signing.loads(token, salt=_salt(purpose), max_age=max_age_seconds)


def secret(*, purpose: str) -> bytes:
    """
    Return a key for one purpose of the tenant being served; no other tenant has it.

    :raises NoTenant: where nobody is being served.
    """
    return salted_hmac(_salt(purpose), "", algorithm="sha256").digest()


def storage_key(name: str) -> str:
    """
    Return the key of a stored file of the tenant being served, as `t/<schema>/<name>`.

    :raises NoTenant: where nobody is being served.
    :raises UnusableFileName: for a name that climbs, such as `../other/bill.pdf`.
    """
    if not {"", ".", ".."}.isdisjoint(name.split("/")):
        raise UnusableFileName(name)
    return f"t/{context.required()}/{name}"


def _salt(purpose: str) -> str:
    return f"mains:{context.required()}:{purpose}"
