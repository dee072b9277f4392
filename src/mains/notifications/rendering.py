"""From a queued message to a subject, a plain text and an HTML part in the tenant's brand."""

from dataclasses import dataclass
from email.utils import formataddr

from django.template.loader import render_to_string
from django.utils import translation

from mains.guard.context import PUBLIC, required
from mains.notifications.kinds import KINDS
from mains.notifications.models import Message
from mains.tenancy import queries

PLATFORM_SENDER = ("Mains", "hello@mains.example")


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


def render(message: Message) -> Rendered:
    """
    Render a message in its language and the brand of the tenant being served.
    """
    name, address, footer = _sender()
    kind = KINDS[message.kind]
    link = message.values.get(kind.link, "") if kind.link else ""
    values = {**message.values, "brand": name, "footer": footer, "link": link}
    with translation.override(message.language):
        subject, _, text = _part(f"notifications/{message.kind}.txt", values).partition("\n")
        html = render_to_string(
            "notifications/shell.html",
            {**values, "subject": subject, "paragraphs": text.strip().split("\n\n")},
        )
    return Rendered(
        sender=formataddr((name, address)),
        recipient=message.recipient,
        subject=subject.strip(),
        text=f"{text.strip()}\n\n{footer}\n",
        html=html,
        link=link,
        key=message.key,
    )


def _part(template: str, values: dict[str, str]) -> str:
    return render_to_string(template, values).strip()


def _sender() -> tuple[str, str, str]:
    if required() == PUBLIC:
        return (*PLATFORM_SENDER, "Mains")
    brand = queries.current_tenant().file.brand
    return brand.name, brand.sender, f"{brand.name} · {brand.address} · {brand.support_phone}"
