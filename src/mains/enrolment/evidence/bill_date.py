"""The day on which a recent bill was issued."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim
from mains.enrolment.evidence.bill_number import bills_stated

FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y.%m.%d", "%Y. %m. %d", "%d.%m.%y")


class BillDate:
    label = _("Date of that bill")
    hint = _("The day on which the same bill was issued, for example 31.10.2026.")
    inputmode = "text"

    def holds(self, account: Account, claim: Claim) -> bool:
        stated = read_date(claim.typed)
        return bills_stated(account, claim).filter(issue_date=stated or date.min).exists()


def read_date(typed: str) -> date | None:
    """
    Read a day in figures as the languages served write it, or return None.
    """
    for form in FORMATS:
        try:
            return datetime.strptime(typed.strip().rstrip("."), form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
