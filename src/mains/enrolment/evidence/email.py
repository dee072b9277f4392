"""The e-mail address that the provider has on file."""

from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim


class EmailOnFile:
    label = _("E-mail address that we have on file")
    hint = _("The address to which we write to you today.")
    inputmode = "email"

    def holds(self, account: Account, claim: Claim) -> bool:
        stored = account.customer.email.casefold()
        return bool(stored) and stored == claim.typed.strip().casefold()
