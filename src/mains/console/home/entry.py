"""Before a tenant is chosen: the list of tenants, and the first visit after signing up."""

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Task
from mains.console.home.forms import Welcome
from mains.identity import actions as identity
from mains.identity import queries as people
from mains.journeys import onboard_provider
from mains.tenancy import queries
from mains.tenancy.wording import role


@require_safe
def chooser(request: HttpRequest) -> HttpResponse:
    """
    List the tenants a member of staff works for.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    tenants = [
        Task(name, role(code), url=f"/{schema_name}/")
        for schema_name, name, code in queries.tenants_of(user_id=request.user.pk)
    ]
    return render(request, "console/chooser.html", {"tenants": tenants})


@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """
    Confirm the e-mail of somebody who signed up a provider, and sign them in.

    A login that was confirmed before signs in the ordinary way, with its second factor.
    """
    try:
        user = onboard_provider.unconfirmed(token=token)
    except onboard_provider.ConfirmationUnknown as error:
        raise Http404 from error
    if people.is_verified(user_id=user.pk):
        return redirect("chooser")
    form = Welcome(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = identity.confirm_email(user_id=user.pk, password=form.cleaned_data["password"])
        except identity.WrongPassword:
            form.add_error(
                "password",
                _("This is not the password you chose when you signed up. Type that one."),
            )
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            # Typed a moment ago, so the second step that comes next does not ask for it again.
            record_authentication(request, user, method="password", reauthenticated=True)
            return redirect("chooser")
    return render(
        request,
        "console/welcome.html",
        {"form": form, "email": user.email},
        status=422 if form.errors else 200,
    )
