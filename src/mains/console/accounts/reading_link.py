"""Mail the customer of an account a link at which its meters can be read."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.customers import queries as customers
from mains.journeys import guest_readings


@require_POST
@staff(*EVERYBODY)
def send(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Mail the link, once a day at most.
    """
    if customers.account_with_customer(account_id=account_id) is None:
        raise Http404
    try:
        sent = guest_readings.send_link(
            tenant=request.tenant,
            account_id=account_id,
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except guest_readings.NothingToRead:
        messages.error(
            request,
            _("Nothing was sent: no meter of the account is read without signing in."),
        )
    except guest_readings.NoEmail:
        messages.error(
            request,
            _("Nothing was sent: the customer has no e-mail address on file. Add one first."),
        )
    else:
        if sent:
            messages.success(request, _("The link for readings is on its way; it holds 45 days."))
        else:
            messages.info(request, _("The link was sent today already; it is not sent twice."))
    return to(request, f"customers/{account_id}/")
