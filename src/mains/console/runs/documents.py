"""The documents of a bill for staff: the bill itself, its reminder, the parts it is paid in."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from mains.billing.documents import pdf
from mains.console.access import EVERYBODY, StaffRequest, staff
from mains.core.downloads import shown_as
from mains.journeys import bill_letters


@require_safe
@staff(*EVERYBODY)
def bill(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Give a bill as its customer has it.
    """
    try:
        content = pdf.pdf(bill_id=bill_id, tenant=request.tenant)
    except pdf.NoSuchBill as error:
        raise Http404 from error
    return _shown(content, bill_id, "bill")


@require_safe
@staff(*EVERYBODY)
def reminder(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Give the reminder of a late bill.
    """
    return _letter(request, bill_id, bill_letters.reminder, "reminder")


@require_safe
@staff(*EVERYBODY)
def plan(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Give the letter about a bill that is paid in parts.
    """
    return _letter(request, bill_id, bill_letters.plan, "parts")


def _letter(
    request: StaffRequest, bill_id: int, make: Callable[..., bytes], name: str
) -> HttpResponse:
    try:
        content = make(bill_id=bill_id, tenant=request.tenant, today=request.today)
    except bill_letters.NoSuchLetter as error:
        raise Http404 from error
    return _shown(content, bill_id, name)


def _shown(content: bytes, bill_id: int, name: str) -> HttpResponse:
    return shown_as(content, name=f"{name}-{bill_id}.pdf", content_type="application/pdf")
