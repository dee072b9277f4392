"""The post code of the place of delivery."""

from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim
from mains.enrolment.rules.typed import plain


class PostCode:
    label = _("Post code")
    hint = _("Of the place where the service is delivered.")
    inputmode = "text"

    def holds(self, account: Account, claim: Claim) -> bool:
        stated = plain(claim.typed).removeprefix(claim.country)
        codes = account.contracts.values_list("supply_point__post_code", flat=True)
        return any(plain(code).removeprefix(claim.country) == stated for code in codes if code)
