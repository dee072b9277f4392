"""What people read about payments, wherever they read it."""

from django.utils.translation import gettext as _

from mains.core.money import Money
from mains.core.wording import money_text


def credit_note(credit: Money, *, language: str) -> str:
    """
    Say how much of a payment settled no bill; nothing where all of it did.
    """
    if not credit.minor:
        return ""
    return _("%(amount)s of it stays as credit") % {"amount": money_text(credit, language=language)}
