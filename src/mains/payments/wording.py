"""What people read about payments, wherever they read it."""

from django.utils.translation import gettext as _

from mains.core.money import Money
from mains.core.wording import money_text


def reference_text(booking_key: str) -> str:
    """
    Return the bank's or the gateway's own reference, as a statement shows it.

    `bank:<company>:<reference>` and `<gateway>:<reference>` are what the database keeps apart.
    """
    kind, rest = booking_key.split(":", 1)
    return rest.split(":", 1)[1] if kind == "bank" else rest


def credit_note(credit: Money, *, language: str) -> str:
    """
    Say how much of a payment settled no bill; nothing where all of it did.
    """
    if not credit.minor:
        return ""
    return _("%(amount)s of it stays as credit") % {"amount": money_text(credit, language=language)}


def method_name(code: str) -> str:
    """
    Return what a way of paying is called.
    """
    return {
        "CARD": _("Card"),
        "BANK_TRANSFER": _("Bank transfer"),
        "DIRECT_DEBIT": _("Direct debit"),
        "CASH": _("Cash"),
    }.get(code, code)
