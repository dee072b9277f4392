"""Change the e-mail that somebody signs in with (S0.13), where the tenant allows it (S4.14)."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mains.core.wording import instant_text
from mains.identity import queries
from mains.identity.email_changes import SameEmail
from mains.identity.reauthentication import reauthentication_required
from mains.journeys import email_change
from mains.portal.security.access import BY_LOGIN, LoginRequest, email_rules
from mains.portal.security.forms import NewEmail
from mains.tenancy import registry


@require_http_methods(["GET", "POST"])
def change(request: LoginRequest) -> HttpResponse:
    """
    Show what waits to be confirmed, or ask for the new address.

    :raises Http404: where the e-mail stays what it is; the profile says why.
    """
    if not email_rules(request).changeable:
        raise Http404
    return _change(request)


@reauthentication_required
def _change(request: LoginRequest) -> HttpResponse:
    waiting = queries.waiting_email_change(user_id=request.user.pk, now=request.now)
    if request.method == "POST" and "withdraw" in request.POST:
        email_change.withdraw(user_id=request.user.pk, now=request.now)
        messages.info(request, _("The change was withdrawn. Your e-mail address stays."))
        return redirect("security:email")
    form = NewEmail(request.POST or None)
    if request.method == "POST" and form.is_valid() and _begin(request, form):
        return redirect("security:email")
    locked = email_rules(request).locked_until(user_id=request.user.pk, now=request.now)
    context = {"form": form, "waiting": waiting, "locked": locked and _moment(request, locked)}
    status = 422 if form.errors else 200
    return render(request, "portal/security/email.html", context, status=status)


def _moment(request: LoginRequest, instant: datetime) -> str:
    zone = request.tenant.zone if request.tenant else UTC
    return instant_text(instant.astimezone(zone), language=get_language() or "en")


def _begin(request: LoginRequest, form: NewEmail) -> bool:
    if not BY_LOGIN.spend(f"email:{request.user.pk}"):
        form.add_error(None, _("There were too many tries. Wait ten minutes."))
        return False
    try:
        email_change.begin(
            user_id=request.user.pk,
            new_email=form.cleaned_data["email"],
            rules=email_rules(request),
            site=registry.site_url(request),
            now=request.now,
        )
    except email_change.ContactLocked as error:
        until = _moment(request, error.until)
        form.add_error(None, _("Your e-mail stays as it is until %(until)s.") % {"until": until})
        return False
    except SameEmail:
        form.add_error("email", _("This is the address you have already. Type the new one."))
        return False
    return True
