"""The provider's own code of a customer; it may name several accounts."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim


class CustomerCode:
    label = _("Customer code")
    hint = _("The code that begins with a letter, at the top of your bill.")
    inputmode = "text"

    def candidates(self, claim: Claim) -> QuerySet[Account]:
        code = claim.number()
        return Account.objects.filter(customer__code=code).exclude(customer__code="")

    def holds(self, account: Account, claim: Claim) -> bool:
        return bool(account.customer.code) and account.customer.code == claim.number()
