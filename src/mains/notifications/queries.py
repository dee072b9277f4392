"""What was told to whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from mains.notifications import rendering
from mains.notifications.models import Channel, Message, MessageState


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


def is_queued(*, kind: str, key: str) -> bool:
    """
    Tell whether a message was queued under a key, sent or not.
    """
    return Message.objects.filter(key=f"{kind}:{key}").exists()


def written_at(*, kinds: Collection[str], recipient: str, since: datetime) -> list[datetime]:
    """
    Return when messages of some kinds were written to an address, from an instant on.
    """
    return list(
        _written(kinds, recipient, since)
        .order_by("created_at")
        .values_list("created_at", flat=True)
    )


def lock(*, kinds: Collection[str], recipient: str, since: datetime) -> None:
    """
    Let whoever wants to write to an address as well wait for the end of this transaction.
    """
    list(_written(kinds, recipient, since).select_for_update().values_list("pk"))


def _written(kinds: Collection[str], recipient: str, since: datetime) -> QuerySet[Message]:
    return Message.objects.filter(kind__in=kinds, recipient=recipient, created_at__gte=since)


@dataclass(frozen=True, slots=True)
class Letter:
    """
    A letter to be printed: the postal address line by line, and the text.
    """

    id: int
    address: list[str]
    subject: str
    paragraphs: list[str]
    created_at: datetime


def letters_to_post(*, limit: int = 200) -> list[Letter]:
    """
    Return the letters that wait to be printed, oldest first.
    """
    sender = rendering.sender()
    letters = []
    waiting = Message.objects.filter(channel=Channel.LETTER, state=MessageState.QUEUED)
    for message in waiting.order_by("created_at", "pk")[:limit]:
        text = rendering.render(message, sender=sender)
        letters.append(
            Letter(
                message.pk,
                message.recipient.splitlines(),
                text.subject,
                text.text.strip().split("\n\n"),
                message.created_at,
            )
        )
    return letters
