"""The tax number of the contract; a name may give it away, so it never stands alone."""

from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim
from mains.enrolment.rules.tax_numbers import canonical


class TaxId:
    label = _("Tax number")
    hint = _("The tax number that the contract is in.")
    inputmode = "text"

    def holds(self, account: Account, claim: Claim) -> bool:
        stored = canonical(account.customer.tax_id, country=claim.country)
        return bool(stored) and stored == canonical(claim.typed, country=claim.country)
