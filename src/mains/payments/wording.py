"""What people read about payments, wherever they read it."""

import re

from django.utils.translation import gettext as _

from mains.core.money import Money
from mains.core.wording import money_text

_LINE_KEY = re.compile(r"[0-9a-f]{64}")
_BEGINNING = 12


def reference_text(booking_key: str) -> str:
    """
    Return the bank's or the gateway's own reference, as a statement shows it.

    `bank:<company>:<reference>` and `<gateway>:<reference>` are what the database keeps apart. What
    a line of a statement is known by says nothing to people; its beginning is enough to find it.
    """
    kind, rest = booking_key.split(":", 1)
    reference = rest.split(":", 1)[1] if kind == "bank" else rest
    return reference[:_BEGINNING] if _LINE_KEY.fullmatch(reference) else reference


def credit_note(credit: Money, *, language: str) -> str:
    """
    Say how much of a payment settled no bill; nothing where all of it did.
    """
    if not credit.minor:
        return ""
    return _("%(amount)s of it stays as credit") % {"amount": money_text(credit, language=language)}
