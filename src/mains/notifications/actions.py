"""Queue a message in the transaction of what it tells; send it when that has committed."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from mains.notifications import jobs, rendering
from mains.notifications.channels import email
from mains.notifications.kinds import KINDS
from mains.notifications.models import Channel, Message, MessageState

log = structlog.get_logger()
TRIES, BATCH = 8, 50
FORGOTTEN = "–"


class UnknownMessage(Exception):
    """A message of a kind that has no texts, or with values that its texts do not know."""


def queue(
    *,
    kind: str,
    key: str,
    recipient: str,
    language: str,
    values: dict[str, str],
    now: datetime,
    channel: Channel = Channel.EMAIL,
) -> bool:
    """
    Queue a message and tell whether it is new; the same key again queues nothing.

    A letter's recipient is a postal address; it waits until the provider has printed it.

    Called inside the transaction of what it tells, so either both happen or neither.

    :raises UnknownMessage: for a kind or a value that has no text.
    """
    check(kind=kind, values=values)
    _message, made = Message.objects.get_or_create(
        key=f"{kind}:{key}",
        defaults={
            "kind": kind,
            "channel": channel,
            "recipient": recipient,
            "language": language,
            "values": values,
            "created_at": now,
        },
    )
    if made and channel == Channel.EMAIL:
        jobs.SEND_MESSAGES.send_after_commit()
    return made


def check(*, kind: str, values: dict[str, str]) -> None:
    """
    Refuse a message that could not be rendered later.

    :raises UnknownMessage: for a kind or a value that has no text.
    """
    known = KINDS.get(kind)
    if known is None or not set(values) <= known.values:
        raise UnknownMessage(f"{kind} with {sorted(values)}")


def send_queued(*, now: datetime) -> int:
    """
    Send what is queued for the tenant being served and return how many were sent.

    Each message is claimed in its own short transaction. A crash between handing it to the mail
    server and the commit sends it again: twice is better than never.
    """
    sent, sender = 0, rendering.sender()
    while _send_next(sender=sender, now=now):
        sent += 1
    return sent


@transaction.atomic(durable=True)
def _send_next(*, sender: rendering.Sender, now: datetime) -> bool:
    message = (
        Message.objects.select_for_update(skip_locked=True)
        .filter(state=MessageState.QUEUED, channel=Channel.EMAIL)
        .order_by("tries", "created_at", "pk")
        .first()
    )
    if message is None:
        return False
    message.tries += 1
    try:
        email.send(rendering.render(message, sender=sender))
    except email.MailServerUnavailable as error:
        message.error = str(error)[:200]
        if message.tries >= TRIES:
            message.state = MessageState.FAILED
        message.save(update_fields=["tries", "error", "state"])
        log.warning("message.not_sent", kind=message.kind, tries=message.tries)
        return message.state == MessageState.FAILED
    message.state, message.sent_at = MessageState.SENT, now
    if settings.SMTP_URL and KINDS[message.kind].secret:
        # Its reader has it now; nobody else may find a way in here.
        message.values = {}
    if KINDS[message.kind].last:
        message.recipient = FORGOTTEN
    message.save(update_fields=["tries", "state", "sent_at", "values", "recipient"])
    return True


@transaction.atomic(durable=True)
def mark_posted(*, message_ids: Sequence[int], now: datetime) -> int:
    """
    Say that letters were printed and posted, and return how many; again says so of none.
    """
    return Message.objects.filter(
        pk__in=message_ids, channel=Channel.LETTER, state=MessageState.QUEUED
    ).update(state=MessageState.SENT, sent_at=now)
