"""Facts that are numbers printed on a bill."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mains.billing.models import Bill, BillState
from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim, plain


class AccountNumber:
    label = _("Account number")
    hint = _("At the top of your bill. Spaces and hyphens do not matter.")
    inputmode = "text"

    def holds(self, account: Account, claim: Claim) -> bool:
        return plain(account.number) == plain(claim.typed)


class CustomerCode(AccountNumber):
    label = _("Customer code")
    hint = _("The code that begins with a letter, at the top of your bill.")


class BillNumber:
    label = _("Bill number")
    hint = _("Of a bill less than a year old.")
    inputmode = "text"

    def holds(self, account: Account, claim: Claim) -> bool:
        return any(
            plain(number) == plain(claim.typed)
            for number in recent_bills(account, claim).values_list("number", flat=True)
        )


class TaxId:
    label = _("Tax number")
    hint = _("The tax number that the contract is in.")
    inputmode = "text"

    def holds(self, account: Account, claim: Claim) -> bool:
        stored = plain(account.customer.tax_id)
        return bool(stored) and stored == plain(claim.typed)


def recent_bills(account: Account, claim: Claim) -> QuerySet[Bill]:
    """
    Return the bills of an account that are young enough to prove anything.
    """
    oldest = claim.today - timedelta(days=claim.bill_max_age_days)
    return Bill.objects.filter(account=account, state=BillState.ISSUED, issue_date__gt=oldest)
