"""The number of a recent bill; it names the account where nothing else does."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mains.billing.models import Bill, BillState
from mains.core.calendars import add_months
from mains.customers.models import Account
from mains.enrolment.evidence.base import Claim
from mains.enrolment.rules.typed import plain
from mains.references.rf import reference_of
from mains.tenancy.tenantfile.identity import Policy


class BillNumber:
    label = _("Bill number")
    hint = _("Of a bill less than a year old.")
    inputmode = "text"

    def candidates(self, claim: Claim) -> QuerySet[Account]:
        return Account.objects.filter(bills__in=_named(claim)).distinct()

    def holds(self, account: Account, claim: Claim) -> bool:
        return _named(claim).filter(account=account).exists()


def recent_bills(claim: Claim) -> QuerySet[Bill]:
    """
    Return the bills that are young enough to prove anything.
    """
    return Bill.objects.filter(
        state=BillState.ISSUED, issue_date__gt=oldest_date(policy=claim.policy, today=claim.today)
    )


def bills_stated(account: Account, claim: Claim) -> QuerySet[Bill]:
    """
    Return an account's recent bills, or only the one that the visitor named.
    """
    bills = recent_bills(claim).filter(account=account)
    if claim.bill_number:
        return bills.filter(reference=reference_of(number=plain(claim.bill_number) or "0"))
    return bills


def oldest_date(*, policy: Policy, today: date) -> date:
    """
    Return the issue date on or before which a bill is too old.
    """
    if policy.bill_age == "calendar_year":
        return add_months(today, -12)
    return today - timedelta(days=policy.bill_max_age_days)


def _named(claim: Claim) -> QuerySet[Bill]:
    # A reference is made of the bill's number, and unlike the number it is stored without marks.
    return recent_bills(claim).filter(reference=reference_of(number=claim.number() or "0"))
