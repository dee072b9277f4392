"""Messages that came back: which one it was, and how many of an address did."""

from dataclasses import dataclass
from datetime import datetime

from mains.core.transactions import inside_transaction
from mains.notifications.models import Channel, Message, MessageState

# So a message that came back is told from one that no server took; the report's name follows.
CAME_BACK = "came back"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Report:
    """
    What a mail provider reports: its own name for it, to whom, why, and which message if it knows.

    `message` is the Message-ID that the message was sent with, or its key.
    """

    name: str
    recipient: str
    reason: str
    message: str = ""


@inside_transaction
def mark(*, report: Report) -> int | None:
    """
    Mark the message that came back as failed, with the reason; return it, or None if none is new.

    The same report again, another one of the same message, and one of a message that was never sent
    there change nothing. Which message it was the report says, else it is the last one sent there.
    """
    sent = Message.objects.select_for_update().filter(
        channel=Channel.EMAIL, recipient__iexact=report.recipient
    )
    began = f"{CAME_BACK} [{report.name[:60]}]"
    if sent.filter(error__startswith=began).exists():
        return None
    found = sent.filter(state=MessageState.SENT)
    if report.message:
        found = found.filter(key__in=_keys(report.message))
    message = found.order_by("-sent_at", "-pk").first()
    if message is None:
        return None
    message.state = MessageState.FAILED
    message.error = f"{began}: {report.reason}"[:_LONGEST]
    message.save(update_fields=["state", "error"])
    return message.pk


def _keys(message: str) -> list[str]:
    """
    Return which key a Message-ID may stand for: it was sent with a full stop for the colon.
    """
    name = message.strip("<> ").partition("@")[0]
    return [name, name.replace(".", ":", 1)]


def came_back_at(*, recipient: str) -> list[datetime]:
    """
    Return when the messages to an address were written that came back.
    """
    rows = Message.objects.filter(
        recipient__iexact=recipient, state=MessageState.FAILED, error__startswith=CAME_BACK
    )
    return list(rows.values_list("created_at", flat=True).order_by("created_at"))


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    Why a message did not arrive, empty where it may have, and whether it may still come back.
    """

    error: str
    may_come_back: bool


def arrival_of(*, message_id: int) -> Arrival:
    """
    Return what is known of a message's arrival.

    :raises Message.DoesNotExist: if there is none.
    """
    message = Message.objects.get(pk=message_id)
    sent = message.state == MessageState.SENT and message.channel == Channel.EMAIL
    return Arrival(message.error if message.state == MessageState.FAILED else "", sent)
