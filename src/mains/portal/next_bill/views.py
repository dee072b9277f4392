"""What the next bill comes to if nothing else happens, by what was read or would be estimated."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mains.branding.paging import page_asked, pages
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import next_bill
from mains.portal.access import PortalRequest, account_ids, customer_required, noted
from mains.portal.next_bill import wording

PAGE = 10


@require_safe
@customer_required
def foreseen(request: PortalRequest) -> HttpResponse:
    """
    Show the next bill of each account whose bills and readings somebody may see.
    """
    readable = set(account_ids(request, Right.READ))
    ids = [one for one in account_ids(request, Right.PAY) if one in readable]
    page = page_asked(request)
    shown = ids[(page - 1) * PAGE : page * PAGE]
    noted(request, Deed.BILLS, shown)
    found = next_bill.foresee(tenant=request.tenant, account_ids=shown, today=request.today)
    return render(
        request,
        "portal/next_bill/foreseen.html",
        {
            "bills": [wording.told(request, bill) for bill in found],
            "pages": pages(page, more=len(ids) > page * PAGE),
            "not_shared": bool(request.accounts) and not ids,
        },
    )
