"""Tell payers that their transfer arrived, once somebody has placed it."""

from collections.abc import Sequence
from datetime import datetime

from mains.billing.models import Bill
from mains.core.money import Money
from mains.core.transactions import inside_transaction
from mains.core.wording import money_text
from mains.notifications import actions as notifications
from mains.payments.models import Payment
from mains.payments.receipts import receipt_values


@inside_transaction
def tell(*, payment: Payment, parts: Sequence[tuple[int, int]], now: datetime) -> None:
    """
    Queue a receipt for each account of which bills were paid, over (bill, minor units).

    An account is told of a payment once, also where it was taken back and booked there again.
    """
    minors = dict(parts)
    accounts: dict[int, list[Bill]] = {}
    for bill in Bill.objects.select_related("account__customer").filter(pk__in=minors):
        accounts.setdefault(bill.account_id, []).append(bill)
    for account_id, bills in sorted(accounts.items()):
        customer = bills[0].account.customer
        if not customer.email:
            continue
        values = receipt_values(payment=payment, bills=bills, language=customer.language)
        amount = Money(sum(minors[bill.pk] for bill in bills), payment.currency)
        notifications.queue(
            kind="payment-received",
            key=f"{payment.pk}:{account_id}",
            recipient=customer.email,
            language=customer.language,
            values={**values, "amount": money_text(amount, language=customer.language)},
            now=now,
        )
