"""What is collected by itself, in one line at the top of the home page."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from mains.core.money import Money
from mains.core.wording import date_text, money_text
from mains.payments.queries import BillRow


def headline(bills: Sequence[BillRow], *, today: date, language: str) -> str:
    """
    Say how much is collected on which day; empty where nothing is.

    Neither is said of several companies, currencies or days: the bills below say their own.
    """
    kinds = {(row.company_code, row.outstanding.currency, row.collection_date) for row in bills}
    if len(kinds) != 1:
        return _("Your bills are collected by themselves") if bills else ""
    ((_company, currency, day),) = kinds
    if day is None:
        return ""
    amount = Money.total((row.outstanding for row in bills), currency=currency)
    text = (
        _("%(amount)s is being collected since %(day)s")
        if day < today
        else _("%(amount)s will be collected on %(day)s")
    )
    return text % {
        "amount": money_text(amount, language=language),
        "day": date_text(day, language=language),
    }
