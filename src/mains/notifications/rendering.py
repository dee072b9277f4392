"""From a queued message to a subject, a plain text and an HTML part in the tenant's brand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.utils import formataddr

from django.template.loader import render_to_string
from django.utils import translation

from mains.branding.rules.colour import palette
from mains.branding.rules.oklch import to_hex
from mains.branding.themes import load_theme
from mains.guard.context import PUBLIC, required
from mains.notifications.kinds import KINDS
from mains.notifications.models import Message
from mains.notifications.rules.own_words import filled
from mains.tenancy import queries
from mains.tenancy.tenantfile import TenantFile


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
    # Messages in the sender's own words: subject and text by kind and language.
    own: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    colour: str = ""


def sender() -> Sender:
    """
    Return who sends messages of the tenant being served; asked before a transaction begins.
    """
    if required() == PUBLIC:
        return Sender("Mains", "hello@mains.example", "Mains")
    return sender_of(queries.current_tenant().file)


def sender_of(file: TenantFile) -> Sender:
    """
    Return a utility as the sender of its messages.
    """
    brand = file.brand
    footer = [brand.name, brand.address, brand.support_phone, brand.support_email]
    colour = (brand.colour or load_theme(name=brand.theme).colour).lower()
    return Sender(
        name=brand.name,
        address=brand.sender,
        footer=" · ".join(filter(None, footer)),
        own={
            (one.kind, language): (one.subject[language], text)
            for one in file.mails
            for language, text in one.text.items()
        },
        colour=to_hex(palette(brand=colour).light.fill),
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
        subject, text = _texts(message, sender, values)
        html = render_to_string(
            "notifications/shell.html",
            {
                **values,
                "subject": subject,
                "colour": sender.colour,
                "paragraphs": text.strip().split("\n\n"),
            },
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


def _texts(message: Message, sender: Sender, values: dict[str, str]) -> tuple[str, str]:
    """
    Return subject and text: in the sender's own words where it has some, else in ours.
    """
    subject, _, text = _part(f"notifications/{message.kind}.txt", values).partition("\n")
    own = sender.own.get((message.kind, message.language))
    if own is None:
        return subject, text
    # A subject is one line, whatever is put into it; without its value it is ours.
    return " ".join(filled(own[0], values).split()) or subject, filled(own[1], values)


def subject(*, kind: str, values: dict[str, str], language: str) -> str:
    """
    Return what a message of a kind is about, in a language that need not be the message's.
    """
    with translation.override(language):
        return _part(f"notifications/{kind}.txt", values).partition("\n")[0].strip()


def _part(template: str, values: dict[str, str]) -> str:
    return render_to_string(template, values).strip()
