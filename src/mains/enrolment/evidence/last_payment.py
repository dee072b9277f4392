"""
The amount of the last payment that was booked to the account.

Without a payment, after it was given back, or where it came in another currency there is no such
fact, and nothing proves it; a policy has an alternative for those customers.
"""

from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim
from mains.payments import queries as payments


class LastPayment:
    label = _("Amount of your last payment")
    hint = _("The last amount that you paid to this account.")
    inputmode = "text"

    def holds(self, account: Account, claim: Claim) -> bool:
        stated = claim.amount_minor(account.currency)
        return stated is not None and stated in payments.last_payment_minor(account_id=account.pk)
