"""An invited colleague comes in, on the console's host or on the back office's."""

from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mains.console.colleagues.forms import Join
from mains.journeys import colleagues
from mains.tenancy import staff
from mains.tenancy.staff import Invited
from mains.tenancy.wording import role


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """
    Accept an invitation with the login one has, or with a new one.
    """
    try:
        found = staff.open_invitation(
            token=token, platform=_is_platform(request), now=datetime.now(UTC)
        )
        if request.user.is_authenticated:
            return _accept_as(request, token, found)
        if colleagues.has_login(email=found.email):
            return _page(request, "known", found, sign_in=_sign_in(request))
        return _accept_new(request, token, found)
    except staff.InvitationOver:
        return render(request, "console/colleagues/over.html", status=410)


def _is_platform(request: Any) -> bool:
    return bool(request.surface == "admin")


def _sign_in(request: HttpRequest) -> str:
    return f"{settings.LOGIN_URL}?next={request.path}"


def _page(
    request: HttpRequest, name: str, found: Invited, *, status: int = 200, **context: Any
) -> HttpResponse:
    place = found.place or _("the platform's back office")
    shown = {"email": found.email, "place": place, "role": role(found.role), **context}
    return render(request, f"console/colleagues/{name}.html", shown, status=status)


def _accept_as(request: Any, token: str, found: Invited) -> HttpResponse:
    if request.user.email != found.email:
        return _page(request, "other", found, status=403)
    if request.method != "POST":
        return _page(request, "known", found, sign_in="")
    try:
        colleagues.accept(
            token=token,
            platform=_is_platform(request),
            user=request.user,
            now=datetime.now(UTC),
        )
    except staff.InvitationForAnother:
        return _page(request, "other", found, status=403)
    messages.success(request, _("Welcome. Your role: %(role)s.") % {"role": role(found.role)})
    return redirect(_home(found))


def _accept_new(request: HttpRequest, token: str, found: Invited) -> HttpResponse:
    form = Join(request.POST or None, email=found.email)
    if request.method == "POST" and form.is_valid():
        try:
            user = colleagues.accept_new(
                token=token,
                platform=_is_platform(request),
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                language=(get_language() or "en").split("-")[0],
                now=datetime.now(UTC),
            )
        except colleagues.LoginExists:
            return redirect(_sign_in(request))
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        # Chosen a moment ago, so the second step that comes next does not ask for it again.
        record_authentication(request, user, method="password", reauthenticated=True)
        return redirect(_home(found))
    return _page(request, "new", found, form=form, status=422 if form.errors else 200)


def _home(found: Invited) -> str:
    return f"/{found.schema_name}/" if found.schema_name else "/"
