"""Facts that are amounts of money."""

from django.utils.translation import gettext_lazy as _

from mains.core.money import Money
from mains.core.typed import NotAnAmount, parse_amount
from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim, plain
from mains.enrolment.evidence.numbers import recent_bills
from mains.payments.models import Payment


class BillAmount:
    label = _("Amount of that bill")
    hint = _("The total of the same bill. A bill of zero cannot be used.")
    inputmode = "decimal"

    def holds(self, account: Account, claim: Claim) -> bool:
        amount = _amount(claim, account.currency)
        # A zero bill proves nothing: there is nothing to know.
        if amount is None or amount.minor == 0:
            return False
        bills = recent_bills(account, claim).values_list("number", "total_minor")
        return any(
            total == amount.minor
            and (not claim.bill_number or plain(number) == plain(claim.bill_number))
            for number, total in bills
        )


class LastPayment:
    label = _("Amount of your last payment")
    hint = _("The last amount that you paid to this account.")
    inputmode = "decimal"

    def holds(self, account: Account, claim: Claim) -> bool:
        amount = _amount(claim, account.currency)
        latest = (
            Payment.objects.filter(allocations__bill__account=account, currency=account.currency)
            .order_by("-received_at", "-pk")
            .first()
        )
        return amount is not None and latest is not None and latest.amount_minor == amount.minor


def _amount(claim: Claim, currency: str) -> Money | None:
    try:
        return Money.round_from(parse_amount(claim.typed, language=claim.language), currency)
    except NotAnAmount:
        return None
