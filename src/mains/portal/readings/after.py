"""What a reading leads to: what the next bill comes to now, and what is open to pay."""

from collections.abc import Collection

from django.contrib import messages as notices
from django.utils.translation import gettext as _

from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right, allowed
from mains.journeys import next_bill
from mains.payments import queries as payments
from mains.portal.access import PortalRequest, ids_with, noted
from mains.portal.home.dues import Due, dues
from mains.portal.next_bill.wording import headline

# Who reads for more accounts than these finds their next bills on a page of their own.
MOST = 3


def payers(request: PortalRequest, account_ids: Collection[int]) -> list[int]:
    """
    Return those of some accounts whose bills somebody may see as well as their readings.
    """
    return sorted(
        set(account_ids)
        & set(ids_with(request.accounts, Right.READ))
        & set(ids_with(request.accounts, Right.PAY))
    )


def tell_next_bill(request: PortalRequest, account_ids: Collection[int]) -> None:
    """
    Say once what the next bill of a few accounts comes to, by all that is read so far.

    It is asked while the readings are sent: the receipt itself stays a page of few queries.
    """
    shown = payers(request, account_ids)
    if len(shown) > MOST:
        return
    noted(request, Deed.BILLS, shown)
    bills = next_bill.foresee(tenant=request.tenant, account_ids=shown, today=request.today)
    for bill in bills:
        if bill.total is not None:
            about = {"account": bill.account_number, "bill": headline(bill)}
            notices.info(request, _("Your next bill of account %(account)s. %(bill)s.") % about)


def open_dues(request: PortalRequest, account_ids: Collection[int]) -> list[Due]:
    """
    Return what is open to pay on some accounts, by company; what is collected is left out.
    """
    ids = payers(request, account_ids)
    if not ids:
        return []
    noted(request, Deed.BILLS, ids)
    bills = payments.payable(account_ids=ids, today=request.today)
    accounts = [one for one in allowed(request.accounts, Right.PAY) if one.pk in ids]
    to_pay = [bill for bill in bills if bill.collection_date is None]
    found = dues(accounts=accounts, bills=to_pay, balances_minor={})
    return [due for due in found if due.bills]
