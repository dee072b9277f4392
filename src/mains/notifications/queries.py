"""What was told to whom."""

from dataclasses import dataclass
from datetime import datetime

from mains.notifications import rendering
from mains.notifications.models import Message


@dataclass(frozen=True, slots=True)
class SentMessage:
    id: int
    kind: str
    recipient: str
    subject: str
    state: str
    created_at: datetime


def latest(*, limit: int = 50) -> list[SentMessage]:
    """
    Return the latest messages of the tenant being served, newest first.
    """
    sender = rendering.sender()
    return [
        SentMessage(
            message.pk,
            message.kind,
            message.recipient,
            rendering.render(message, sender=sender).subject,
            message.state,
            message.created_at,
        )
        for message in Message.objects.order_by("-created_at", "-pk")[:limit]
    ]


def rendered(*, message_id: int) -> rendering.Rendered | None:
    """
    Return one message as it is sent, or None where there is none.
    """
    message = Message.objects.filter(pk=message_id).first()
    return rendering.render(message, sender=rendering.sender()) if message else None
