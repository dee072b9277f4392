"""allauth's messages, said in our words and sent through the outbox."""

import secrets
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from mains.notifications import actions as notifications
from mains.notifications import rendering


class UnknownMail(Exception):
    """allauth wants to send something that we have no words for."""


def queue(*, template_prefix: str, email: str, values: dict[str, Any]) -> None:
    """
    Queue the code that allauth wants to send; everything else of ours is sent by journeys.

    :raises UnknownMail: for a message that no page of ours can cause.
    """
    if not values.get("code"):
        raise UnknownMail(template_prefix)
    with transaction.atomic():
        notifications.queue(
            kind="sign-in-code",
            key=secrets.token_hex(12),
            recipient=email,
            language=get_language() or "en",
            values={"code": str(values["code"])},
            now=datetime.now(UTC),
        )


def brand_name() -> str:
    """
    Return the name under which messages of the schema being served are sent.
    """
    return rendering.sender().name
