"""Ask the other owners from any page of the console."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from mains.console.access import StaffRequest, real_now, to
from mains.journeys import second_owner
from mains.tenancy.tenantfile.approvals import Deed


def ask_second_owner(
    request: StaffRequest,
    deed: Deed,
    payload: Mapping[str, Any],
    otherwise: Callable[[], HttpResponse],
    *,
    note: str = "",
) -> HttpResponse:
    """
    Ask, and lead to the wish; where nobody else could approve, say so and show `otherwise`.
    """
    try:
        approval_id = second_owner.ask(
            tenant=request.tenant,
            deed=deed,
            payload=payload,
            note=note,
            asked_by=request.user.pk,
            now=real_now(),
        )
    except second_owner.NobodyElse:
        messages.error(
            request,
            _(
                "A second owner has to approve this, and there is none. Ask whoever runs the "
                "platform to lift that demand."
            ),
        )
        return otherwise()
    messages.success(
        request, _("The other owners are asked. It is done once one of them approves.")
    )
    return to(request, f"approvals/{approval_id}/")
