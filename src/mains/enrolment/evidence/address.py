"""Where the service is delivered, however the street is abbreviated."""

from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim
from mains.enrolment.rules.addresses import is_same_place


class Address:
    label = _("Address of the supply")
    hint = _("Street and house number, with the flat if there is one. Abbreviations do not matter.")
    inputmode = "text"

    def holds(self, account: Account, claim: Claim) -> bool:
        points = [
            contract.supply_point for contract in account.contracts.select_related("supply_point")
        ]
        return any(
            is_same_place(claim.typed, street=point.street, rest=f"{point.post_code} {point.city}")
            for point in points
        )
