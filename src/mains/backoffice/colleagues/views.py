"""The platform's own staff: who they are, who is invited, and the end of both."""

from datetime import UTC, datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mains.backoffice import words
from mains.backoffice.access import platform_staff
from mains.journeys import colleagues
from mains.tenancy import registry, staff
from mains.tenancy.models import Role


class Invite(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Type the e-mail address of your colleague."),
            "invalid": gettext_lazy("An e-mail address has the form name@example.com."),
        },
    )


@require_http_methods(["GET", "POST"])
@platform_staff
def every(request: HttpRequest) -> HttpResponse:
    """
    List the platform's staff and open invitations, and invite one more.
    """
    form = Invite(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invite(request, form):
        return redirect("colleagues")
    return render(
        request,
        "backoffice/colleagues/list.html",
        {
            "form": form,
            "members": [
                (row, words.moment(row.last_login) if row.last_login else "–")
                for row in registry.platform_members()
            ],
            "waiting": [
                (row, words.moment(row.expires_at))
                for row in colleagues.waiting(tenant=None, now=datetime.now(UTC))
            ],
            "days": staff.LIFE.days,
        },
        status=422 if form.errors else 200,
    )


def _invite(request: HttpRequest, form: Invite) -> bool:
    email = form.cleaned_data["email"]
    try:
        colleagues.invite(
            tenant=None,
            email=email,
            role=Role.PLATFORM,
            invited_by=_me(request),
            language=get_language() or "en",
            now=datetime.now(UTC),
        )
    except staff.AlreadyMember:
        form.add_error("email", _("Somebody with this address works here already."))
        return False
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": email})
    return True


def _me(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


@require_POST
@platform_staff
def revoke(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """
    End an invitation that waits.
    """
    ended = colleagues.revoke(
        tenant=None,
        invitation_id=invitation_id,
        revoked_by=_me(request),
        now=datetime.now(UTC),
    )
    if ended:
        messages.success(request, _("The invitation has ended."))
    else:
        messages.info(request, _("This invitation had ended already."))
    return redirect("colleagues")


@require_POST
@platform_staff
def remove(request: HttpRequest, user_id: int) -> HttpResponse:
    """
    End somebody's work for the platform.

    :raises Http404: if nobody with this login works here, or no longer.
    """
    try:
        colleagues.remove(
            tenant=None, user_id=user_id, removed_by=_me(request), now=datetime.now(UTC)
        )
    except staff.NotMember as error:
        raise Http404 from error
    except staff.LastOne:
        messages.error(request, _("This is the only one left. Invite somebody else first."))
    else:
        messages.success(request, _("Removed. The back office is closed for them."))
    return redirect("colleagues")
