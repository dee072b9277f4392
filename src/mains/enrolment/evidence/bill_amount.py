"""The total of a recent bill, with its sign."""

from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim
from mains.enrolment.evidence.bill_number import bills_stated


class BillAmount:
    label = _("Amount of that bill")
    hint = _("The total of the same bill. A bill of zero cannot be used.")
    inputmode = "text"

    def holds(self, account: Account, claim: Claim) -> bool:
        amount = claim.amount_minor(account.currency)
        bills = bills_stated(account, claim).filter(total_minor=amount or 0)
        # A zero bill proves nothing: there is nothing to know.
        return bills.exists() and bool(amount)
