"""The words of a receipt, and telling a payer what went back to them."""

from collections.abc import Sequence
from datetime import datetime

from mains.billing.models import Bill
from mains.core.money import Money
from mains.core.transactions import inside_transaction
from mains.core.wording import date_text, money_text
from mains.notifications import actions as notifications
from mains.payments.models import Payment, PaymentAttempt


@inside_transaction
def tell_back(*, payment: Payment, back: Payment, now: datetime) -> None:
    """
    Tell the payer of a payment, where it has an address, what of it was given back.
    """
    attempt = PaymentAttempt.objects.filter(payment=payment).first()
    if attempt is None or not attempt.email:
        return
    bills = Bill.objects.filter(attempt_parts__attempt=attempt).select_related("account")
    values = receipt_values(
        payment=payment, bills=list(bills.order_by("pk")), language=attempt.language
    )
    given = Money(-back.amount_minor, back.currency)
    notifications.queue(
        kind="payment-refunded",
        key=str(back.pk),
        recipient=attempt.email,
        language=attempt.language,
        values=values
        | {
            "amount": money_text(given, language=attempt.language),
            "when": date_text(back.value_date, language=attempt.language),
        },
        now=now,
    )


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
