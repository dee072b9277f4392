"""
Secrets are never in the configuration: it names where they are kept, and they are read there.

Owners type them in the console (`kept:`), or whoever runs the platform puts them into its
environment (`env:`) or a folder of files, as orchestrators mount them (`vault:`).
"""

import os
import secrets
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction

from mains.core.sealing import CannotOpen, NoMasterKey, Sealed, opened, seal, sealed_again
from mains.guard.context import PUBLIC, inside
from mains.tenancy import queries
from mains.tenancy.models import KeptSecret, Tenant
from mains.tenancy.queries import TenantInfo

log = structlog.get_logger()
# Of a shorter one its last four letters would say too much.
SHORTEST = 12


class SecretMissing(Exception):
    """Nothing that can be read is kept where the configuration says."""


class TooShort(Exception):
    """It is no key of a gateway: those are longer."""


def secret_at(place: str, *, tenant: TenantInfo) -> str:
    """
    Return the secret of a place such as `kept:stripe-1f0c22ab` or `env:MAINS_SECRET_BALTA__CARDS`.

    No place means no secret.

    :raises SecretMissing: if nothing is kept there, or it opens with no key of the platform.
    """
    kind, _colon, name = place.partition(":")
    if not place:
        return ""
    match kind:
        case "kept":
            found = _kept(name, tenant)
        case "env":
            found = os.environ.get(name, "")
        case _:
            found = _in_vault(name)
    if not found:
        raise SecretMissing(place)
    return found


def last_four(place: str, *, tenant: TenantInfo) -> str:
    """
    Return the last four letters of a secret, by which its owner knows it again; empty without any.
    """
    try:
        return secret_at(place, tenant=tenant)[-4:]
    except SecretMissing:
        return ""


def keep(*, schema_name: str, kind: str, value: str, author: str, now: datetime) -> str:
    """
    Seal a secret of a tenant and return the place by which its configuration names it.

    The place is new each time: until a version names it nothing uses it, and an earlier version
    still names the earlier secret.

    :raises NoMasterKey: if there is no key to seal with.
    :raises TooShort: if it has fewer than 12 characters.
    """
    value = value.strip()
    if len(value) < SHORTEST:
        raise TooShort
    name = f"{kind.replace('_', '-')}-{secrets.token_hex(4)}"
    sealed = seal(value, whose=f"{schema_name}/{name}")
    with inside(PUBLIC), transaction.atomic(durable=True):
        KeptSecret.objects.create(
            tenant=Tenant.objects.get(schema_name=schema_name),
            name=name,
            sealed_key=sealed.key,
            sealed=sealed.value,
            author=author,
            kept_at=now,
        )
        transaction.on_commit(queries.forget)
    log.info("secret.kept", tenant=schema_name, name=name, author=author)
    return f"kept:{name}"


def seal_all_again() -> int:
    """
    Seal the key of every secret with the first of the platform's, and return how many there are.

    Twice only makes new nonces. Until it is done the earlier key has to stay among MASTER_KEYS.

    :raises NoMasterKey: if there is no key.
    :raises CannotOpen: if one opens with none of the platform's keys; then nothing is changed.
    """
    with inside(PUBLIC), transaction.atomic(durable=True):
        rows = list(KeptSecret.objects.select_for_update(of=("self",)).select_related("tenant"))
        for row in rows:
            sealed = Sealed(bytes(row.sealed_key), bytes(row.sealed))
            row.sealed_key = sealed_again(sealed, whose=f"{row.tenant.schema_name}/{row.name}").key
        KeptSecret.objects.bulk_update(rows, ["sealed_key"])
        transaction.on_commit(queries.forget)
    return len(rows)


def _kept(name: str, tenant: TenantInfo) -> str:
    sealed = tenant.kept.get(name)
    if sealed is None:
        return ""
    try:
        return opened(sealed, whose=f"{tenant.schema_name}/{name}")
    except (NoMasterKey, CannotOpen) as error:
        raise SecretMissing(f"kept:{name}") from error


def _in_vault(name: str) -> str:
    try:
        return (Path(settings.VAULT_DIR) / name).read_text().strip()
    except OSError:
        return ""
