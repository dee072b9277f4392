"""E-mail: by the server of SMTP_URL, or nowhere, where the outbox page shows what would be sent."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from django.conf import settings

from mains.notifications.rendering import Rendered
from mains.notifications.rules.alignment import domain_of

TIMEOUT_SECONDS = 10


class MailServerUnavailable(Exception):
    """The mail server did not take the message; it is tried again later."""


def send(message: Rendered) -> None:
    """
    Hand a message to the mail server; without SMTP_URL it stays in the outbox.

    :raises MailServerUnavailable: if the server refuses or does not answer.
    """
    if not settings.SMTP_URL:
        return
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = message.sender, message.recipient, message.subject
    mail["Message-ID"] = (
        f"<{message.key.replace(':', '.')}@{domain_of(parseaddr(message.sender)[1])}>"
    )
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    try:
        _deliver(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerUnavailable(f"{type(error).__name__}: {error}") from error


def _deliver(mail: EmailMessage) -> None:
    """
    Send through `smtp://user:password@host:587` (STARTTLS offered), or `smtps://…:465`.

    The envelope names the tenant's own address as the header does: SPF is judged by the envelope,
    and passes as the tenant's only if both are of one domain. The server signs (DKIM).
    """
    parts = urlsplit(settings.SMTP_URL)
    host = parts.hostname or "localhost"
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_SECONDS)
    with server:
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(mail, from_addr=parseaddr(str(mail["From"]))[1])
