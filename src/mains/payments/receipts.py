"""The words of a receipt."""

from collections.abc import Sequence

from mains.billing.models import Bill
from mains.core.money import Money
from mains.core.wording import date_text, money_text
from mains.payments.models import Payment


def receipt_values(*, payment: Payment, bills: Sequence[Bill], language: str) -> dict[str, str]:
    """
    Return the flat texts of a receipt message; only the end of an account number is told.
    """
    return {
        "amount": money_text(Money(payment.amount_minor, payment.currency), language=language),
        "number": ", ".join(bill.number for bill in bills),
        "account": ", ".join(sorted({bill.account.number[-3:] for bill in bills})),
        "when": date_text(payment.value_date, language=language),
        "reference": f"P{payment.pk:08d}",
    }
