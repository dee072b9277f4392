"""Letters about a bill, as documents: its reminder, and the parts it is paid in."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from mains.core.downloads import shown_as
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import bill_letters
from mains.payments import queries as payments
from mains.portal.access import PortalRequest, customer_required, noted, require


@require_safe
@customer_required
def reminder(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Give the reminder of a late bill.
    """
    return _letter(request, bill_id, bill_letters.reminder, name="reminder")


@require_safe
@customer_required
def plan(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Give the letter about a bill that is paid in parts.
    """
    return _letter(request, bill_id, bill_letters.plan, name="parts")


def _letter(
    request: PortalRequest, bill_id: int, make: Callable[..., bytes], *, name: str
) -> HttpResponse:
    row = payments.bill(bill_id=bill_id, today=request.today)
    if row is None:
        raise Http404
    try:
        content = make(bill_id=bill_id, tenant=request.tenant, today=request.today)
    except bill_letters.NoSuchLetter as error:
        raise Http404 from error
    require(request, Right.PAY, account_id=row.account_id)
    noted(request, Deed.DOCUMENT, [row.account_id])
    return shown_as(content, name=f"{row.number}-{name}.pdf", content_type="application/pdf")
