"""The collection of one bill: stop it, let it go on, or pay in another way instead."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mains.enrolment.rules.rights import Right
from mains.payments import queries
from mains.payments.autopay import holding
from mains.payments.queries import BillRow
from mains.payments.rules.collections import RESUMED, Hold
from mains.portal.access import PortalRequest, customer_required, require
from mains.portal.payments.views import switched_off


def _bill(request: PortalRequest, bill_id: int) -> BillRow:
    row = queries.bill(bill_id=bill_id, today=request.today)
    if row is None:
        raise Http404
    require(request, Right.PAY, account_id=row.account_id)
    return row


@require_http_methods(["GET", "POST"])
@customer_required
def pay_instead(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Say that paying now stops the collection, and then do both; never both collect and pay.
    """
    row = _bill(request, bill_id)
    if not request.tenant.file.payments.enabled:
        return switched_off(request)
    if row.outstanding.minor <= 0:
        return redirect("portal:bill", bill_id=bill_id)
    if request.method == "POST":
        if not _held(request, bill_id, Hold.CUSTOMER):
            return redirect("portal:bill", bill_id=bill_id)
        return redirect(f"/pay/?bill={bill_id}")
    if row.collection_date is None:
        return redirect(f"/pay/?bill={bill_id}")
    late = row.collection_date < request.today
    return render(request, "portal/autopay/pay_instead.html", {"bill": row, "late": late})


@require_POST
@customer_required
def stop(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Stop the collection of a bill that somebody does not agree with.
    """
    _bill(request, bill_id)
    if _held(request, bill_id, Hold.DISPUTED):
        messages.success(
            request,
            _("This bill is not collected. Tell us what is wrong with it, so that we can look."),
        )
    return redirect("portal:bill", bill_id=bill_id)


def _held(request: PortalRequest, bill_id: int, why: Hold) -> bool:
    try:
        holding.hold(bill_id=bill_id, why=why, by=f"user:{request.user.pk}", now=request.now)
    except holding.WithTheBank:
        messages.error(
            request,
            _("The bank has the order to collect this bill, so it can no longer be stopped here."),
        )
        return False
    except holding.NotCollected:
        return True
    return True


@require_POST
@customer_required
def go_on(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Let a bill be collected after all.
    """
    row = _bill(request, bill_id)
    if row.hold in RESUMED:
        holding.go_on(
            bill_id=bill_id, by=f"user:{request.user.pk}", now=request.now, today=request.today
        )
        messages.success(
            request, _("This bill is collected after all. We tell you the day before.")
        )
    return redirect("portal:bill", bill_id=bill_id)
