"""allauth's messages, said in our words and sent through the outbox."""

import secrets
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from mains.notifications import actions as notifications


def queue(*, template_prefix: str, email: str, values: dict[str, Any]) -> None:
    """
    Queue the message that allauth wants to send; what has no words of its own says what happened.
    """
    kind, texts = _kind(template_prefix, values)
    with transaction.atomic():
        notifications.queue(
            kind=kind,
            key=secrets.token_hex(12),
            recipient=email,
            language=get_language() or "en",
            values=texts,
            now=datetime.now(UTC),
        )


def _kind(template_prefix: str, values: dict[str, Any]) -> tuple[str, dict[str, str]]:
    if "password_reset_url" in values:
        return "password-reset", {"url": str(values["password_reset_url"])}
    if values.get("code"):
        return "sign-in-code", {"code": str(values["code"])}
    if values.get("activate_url"):
        return "confirm-sign-up", {"name": email_name(values), "url": str(values["activate_url"])}
    return "account-notice", {"text": template_prefix.rsplit("/", 1)[-1].replace("_", " ")}


def email_name(values: dict[str, Any]) -> str:
    """
    Return how to address the reader.
    """
    return str(values.get("user", ""))
