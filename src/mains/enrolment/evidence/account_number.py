"""The number of the account, as printed at the top of each bill."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim


class AccountNumber:
    label = _("Account number")
    hint = _("At the top of your bill. Spaces and hyphens do not matter.")
    inputmode = "text"

    def candidates(self, claim: Claim) -> QuerySet[Account]:
        return Account.objects.filter(plain_number=claim.number())

    def holds(self, account: Account, claim: Claim) -> bool:
        return account.plain_number == claim.number()
