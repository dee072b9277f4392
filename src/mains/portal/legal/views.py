"""Terms of use and privacy notice, open to everybody."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.enrolment import legal
from mains.portal.access import PortalRequest
from mains.portal.readings.messages import language
from mains.tenancy.tenantfile.identity import CustomerType


@require_safe
def document(request: PortalRequest, kind: str) -> HttpResponse:
    """
    Show the current words, as they are agreed to; `?type=` those of another type of customer.
    """
    titles = {"terms": _("Terms of use"), "privacy": _("Privacy notice")}
    if kind not in titles:
        raise Http404
    wanted = request.GET.get("type", "")
    customer_type = CustomerType(wanted) if wanted in list(CustomerType) else CustomerType.PRIVATE
    found = legal.documents(
        file=request.tenant.file, customer_type=customer_type, language=language()
    )
    shown = next(one for one in found if one.purpose == kind)
    return render(
        request,
        "portal/legal/document.html",
        {
            "heading": titles[kind],
            "paragraphs": shown.text.split("\n\n"),
            "version": shown.hash[:12],
        },
    )
