"""The page after the last step: where the confirmation went, and sending it again."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mains.core.wording import time_text
from mains.enrolment import actions
from mains.portal.access import PortalRequest
from mains.portal.joining.steps import Progress
from mains.portal.joining.views import AGAIN, BY_RECIPIENT
from mains.portal.readings.messages import language


@require_http_methods(["GET", "POST"])
def sent(request: PortalRequest) -> HttpResponse:
    """
    Say where the confirmation went, and send it again; who has asked for none begins.
    """
    if "join_email" not in request.session:
        return redirect("portal:join")
    email = request.session.get(AGAIN, "")
    if request.method == "POST":
        if email:
            _send_again(request, email)
        return redirect("portal:join-sent")
    steps = Progress(request).steps
    soonest = actions.next_possible(email=email, now=request.now) if email else None
    return render(
        request,
        "portal/joining/sent.html",
        {
            "email": request.session.get("join_email", ""),
            "again": bool(email),
            "from": _clock(request, soonest) if soonest else "",
            "sender": request.tenant.file.brand.sender,
            "hours": request.tenant.file.registration.pending_hours,
            "step": len(steps) + 1,
            "steps": len(steps) + 1,
        },
    )


def _send_again(request: PortalRequest, email: str) -> None:
    try:
        actions.send_again(
            email=email, language=language(), site=request.tenant.url, now=request.now
        )
    except actions.TooSoon as early:
        messages.warning(
            request,
            _("Nothing was sent now: the last message is too fresh. Try again from %(time)s.")
            % {"time": _clock(request, early.possible_from)},
        )
    except actions.SignUpExpired:
        messages.warning(
            request, _("The sign-up has ended, so nothing was sent. Create an account again.")
        )
    else:
        BY_RECIPIENT.spend(email)
        messages.success(request, _("We sent the message once more."))


def _clock(request: PortalRequest, instant: datetime) -> str:
    """
    Write a time of day; a minute that has begun counts as not yet over.
    """
    local = (instant + timedelta(seconds=59)).astimezone(request.tenant.zone)
    return time_text(local, language=language())
