"""Secrets are never in the configuration: it names where they are kept, and they are read there."""

import os
from pathlib import Path

from django.conf import settings


class SecretMissing(Exception):
    """Nothing is kept where the configuration says; whoever runs the platform puts it there."""


def secret_at(place: str) -> str:
    """
    Return the secret of a place such as `env:MAINS_SECRET_BALTA__CARDS` or `vault:balta/cards`.

    The vault is a folder of files, as orchestrators mount them; no place means no secret.

    :raises SecretMissing: if nothing is kept there.
    """
    kind, _colon, name = place.partition(":")
    if not place:
        return ""
    found = os.environ.get(name, "") if kind == "env" else _in_vault(name)
    if not found:
        raise SecretMissing(place)
    return found


def _in_vault(name: str) -> str:
    try:
        return (Path(settings.VAULT_DIR) / name).read_text().strip()
    except OSError:
        return ""
