"""The code of the place where the service is delivered, such as a CUPS, POD, EIC or POC."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim


class SupplyPointCode:
    label = _("Supply point code")
    hint = _("It names the place of delivery, and stands beside the meter's number on your bill.")
    inputmode = "text"

    def candidates(self, claim: Claim) -> QuerySet[Account]:
        return Account.objects.filter(contracts__supply_point__plain_code=claim.number()).distinct()

    def holds(self, account: Account, claim: Claim) -> bool:
        return account.contracts.filter(supply_point__plain_code=claim.number()).exists()
