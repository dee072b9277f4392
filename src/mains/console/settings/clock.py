"""Which day a sandbox lives on."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mains.console import wording
from mains.console.access import OWNERS, StaffRequest, staff, to
from mains.console.settings.forms import Today
from mains.journeys import sandbox_clock
from mains.tenancy.actions import ClockOfLiveTenant


@require_POST
@staff(*OWNERS)
def move(request: StaffRequest) -> HttpResponse:
    """
    Move a sandbox to another day, or back to real time.
    """
    form = Today(request.POST)
    try:
        if "real" in request.POST:
            sandbox_clock.back_to_real_time(tenant=request.tenant)
            messages.success(request, _("The sandbox lives in real time again."))
        elif form.is_valid():
            day = form.cleaned_data["day"]
            sandbox_clock.move_to(tenant=request.tenant, day=day, real_now=datetime.now(UTC))
            messages.success(
                request, _("The sandbox lives on %(day)s now.") % {"day": wording.day(day)}
            )
        else:
            messages.error(request, " ".join(str(error) for error in form.errors["day"]))
    except ClockOfLiveTenant:
        messages.error(
            request,
            _("This portal is live: money and law depend on its clock, so it cannot be moved."),
        )
    return to(request, "settings/")
