"""A message as it would look, with the names of its values in the place of these."""

from dataclasses import dataclass

from mains.notifications.kinds import KINDS
from mains.notifications.models import Message
from mains.notifications.rendering import render, sender_of
from mains.tenancy.tenantfile import TenantFile


@dataclass(frozen=True, slots=True)
class Preview:
    """
    Subject and text of a message, in one language.
    """

    language: str
    subject: str
    text: str


def preview(*, kind: str, file: TenantFile, language: str = "") -> Preview:
    """
    Return a message of a utility with its values' names in brackets, in its first language or
    another one.
    """
    language = language or file.locale.languages[0]
    values = {name: f"[{name}]" for name in KINDS[kind].values}
    # Counts decide between one and many.
    counts = ("days", "hours", "minutes", "count", "others")
    values |= {name: "7" for name in counts if name in values}
    message = Message(
        kind=kind, key=f"{kind}:preview", recipient="name@example.com", language=language,
        values=values,
    )  # fmt: skip
    made = render(message, sender=sender_of(file))
    return Preview(language, made.subject, made.text)
