"""Where a payer is led: to a gateway that is opened by posting a form, or to their own bank."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from mains.core.money import Money
from mains.payments import queries
from mains.portal.access import PortalRequest
from mains.portal.payments.views import switched_off


@require_safe
def onward(request: PortalRequest, token: str) -> HttpResponse:
    """
    Lead to a gateway that is opened by posting a form: its button posts it.
    """
    if not request.tenant.file.payments.enabled:
        return switched_off(request)
    page = queries.page_of(token=token)
    if page is None:
        raise Http404
    there = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    policy = {**settings.SECURE_CSP, "form-action": ["'self'", there]}

    def shown(_request: Any) -> HttpResponse:
        return render(request, "portal/payments/onward.html", {"page": page})

    return csp_override(policy)(shown)(request)


@require_safe
def transfer(request: PortalRequest, token: str) -> HttpResponse:
    """
    Say where to transfer what, and with which reference, so that it is found again.
    """
    attempt = queries.attempt(token=token)
    if attempt is None:
        raise Http404
    rows = queries.bills_with_ids(bill_ids=attempt.bill_ids, today=request.today)
    asked = dict(zip(attempt.bill_ids, attempt.bill_amounts, strict=True))
    # What was paid meanwhile is not transferred again.
    open_bills = [
        (row, min(asked[row.id], row.outstanding)) for row in rows if row.outstanding.minor > 0
    ]
    return render(
        request,
        "portal/payments/transfer.html",
        {
            "total": Money.total(
                (amount for _row, amount in open_bills), currency=attempt.amount.currency
            ),
            "bills": open_bills,
            "company": request.tenant.file.company(rows[0].company_code),
        },
    )
