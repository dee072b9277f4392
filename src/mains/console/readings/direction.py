"""Say that a register of a meter counts down, or that it does not."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mains.console.access import BILLING, StaffRequest, staff, to
from mains.metering import directions, queries


@require_POST
@staff(*BILLING)
def change(request: StaffRequest, account_id: int, installation_id: int) -> HttpResponse:
    """
    Change the direction of one register of a meter that hangs at an account's supply point.
    """
    found = queries.installation(
        account_id=account_id, installation_id=installation_id, today=request.today
    )
    codes = {register.code: register for register in found.meter.registers.all()} if found else {}
    register = codes.get(request.POST.get("register", ""))
    if register is None:
        raise Http404
    counts_down = request.POST.get("counts") == "down"
    directions.set_direction(
        register_id=register.pk,
        counts_down=counts_down,
        actor=f"staff:{request.user.pk}",
        now=request.now,
    )
    messages.success(
        request,
        _("The register counts down: the more is used, the less it shows.")
        if counts_down
        else _("The register counts up: the more is used, the more it shows."),
    )
    return to(request, f"customers/{account_id}/meters/{installation_id}/")
