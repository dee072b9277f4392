"""From a queued message to a subject, a plain text and an HTML part in the tenant's brand."""

from dataclasses import dataclass
from email.header import decode_header, make_header
from email.utils import formataddr

from django.template.loader import render_to_string
from django.utils import translation

from mains.guard.context import PUBLIC, required
from mains.notifications.kinds import KINDS
from mains.notifications.models import Message
from mains.tenancy import queries


@dataclass(frozen=True, slots=True)
class Rendered:
    """
    `link` is the address behind the message's one button, or an empty text.
    """

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    link: str
    key: str
    language: str

    @property
    def sender_words(self) -> str:
        """
        Return the sender as it is read; in `sender` other letters than ours stand encoded.
        """
        return str(make_header(decode_header(self.sender)))


@dataclass(frozen=True, slots=True)
class Sender:
    """
    Whose name and address a message carries; `footer` says how to reach them.
    """

    name: str
    address: str
    footer: str


def sender() -> Sender:
    """
    Return who sends messages of the tenant being served; asked before a transaction begins.
    """
    if required() == PUBLIC:
        return Sender("Mains", "hello@mains.example", "Mains")
    brand = queries.current_tenant().file.brand
    return Sender(
        brand.name, brand.sender, f"{brand.name} · {brand.address} · {brand.support_phone}"
    )


def render(message: Message, *, sender: Sender) -> Rendered:
    """
    Render a message in its language and in its sender's name.
    """
    kind = KINDS[message.kind]
    link = message.values.get(kind.link, "") if kind.link else ""
    values = {
        **message.values,
        "brand": sender.name,
        "footer": sender.footer,
        "link": link,
        "recipient": message.recipient,
    }
    with translation.override(message.language):
        subject, _, text = _part(f"notifications/{message.kind}.txt", values).partition("\n")
        html = render_to_string(
            "notifications/shell.html",
            {**values, "subject": subject, "paragraphs": text.strip().split("\n\n")},
        )
    return Rendered(
        sender=formataddr((sender.name, sender.address)),
        recipient=message.recipient,
        subject=subject.strip(),
        text=f"{text.strip()}\n\n{sender.footer}\n",
        html=html,
        link=link,
        key=message.key,
        language=message.language,
    )


def subject(*, kind: str, values: dict[str, str], language: str) -> str:
    """
    Return what a message of a kind is about, in a language that need not be the message's.
    """
    with translation.override(language):
        return _part(f"notifications/{kind}.txt", values).partition("\n")[0].strip()


def _part(template: str, values: dict[str, str]) -> str:
    return render_to_string(template, values).strip()
