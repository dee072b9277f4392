"""Create a login with facts from a bill, confirmed by e-mail."""

import hashlib

from django.conf import settings
from django.contrib.auth import login
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.enrolment import actions
from mains.enrolment.evidence import KINDS
from mains.portal.access import PortalRequest
from mains.portal.joining.forms import Join, NewPassword
from mains.portal.readings.messages import language
from mains.tenancy.tenantfile.identity import PasswordMoment, Policy, Purpose

TRIES, WINDOW_SECONDS = 10, 3_600


def _policy(request: PortalRequest) -> Policy:
    for policy in request.tenant.file.registration.policies:
        if policy.purpose is Purpose.REGISTER and all(kind in KINDS for kind in policy.evidence):
            return policy
    raise Http404


@require_http_methods(["GET", "POST"])
def facts(request: PortalRequest) -> HttpResponse:
    """
    Ask for the tenant's facts and for name, e-mail and password on one page.
    """
    file = request.tenant.file
    form = Join(
        request.POST or None,
        policy=_policy(request),
        examples={entry.evidence: entry.example for entry in file.identifiers},
        password_moment=file.registration.password,
    )
    if request.method == "POST" and form.is_valid() and _begin(request, form):
        request.session["join_email"] = form.cleaned_data["email"]
        return redirect("portal:join-sent")
    return render(
        request, "portal/joining/facts.html", {"form": form}, status=422 if form.errors else 200
    )


def _begin(request: PortalRequest, form: Join) -> bool:
    key = f"join:{request.META.get('REMOTE_ADDR', '')}"
    if cache.get(key, 0) >= TRIES:
        form.add_error(
            None, _("There were too many tries. Wait an hour, or call us with a bill at hand.")
        )
        return False
    terms = f"{request.tenant.schema_name}:{request.tenant.version}:{language()}"
    try:
        actions.begin_sign_up(
            policy=form.policy,
            answers=form.answers(),
            applicant=actions.Applicant(
                email=form.cleaned_data["email"].lower(),
                name=form.cleaned_data["name"],
                password=form.cleaned_data.get("password", ""),
                language=language(),
                terms_hash=hashlib.sha256(terms.encode()).hexdigest(),
            ),
            pending_hours=request.tenant.file.registration.pending_hours,
            site=request.tenant.url,
            now=request.now,
            today=request.today,
        )
    except actions.NotProven:
        cache.add(key, 0, WINDOW_SECONDS)
        cache.incr(key)
        form.add_error(
            None,
            _(
                "These details do not belong together. Compare each of them with the same bill. "
                "To protect you we do not say which one differs."
            ),
        )
        return False
    return True


@require_safe
def sent(request: PortalRequest) -> HttpResponse:
    """
    Say where the confirmation went.
    """
    return render(
        request,
        "portal/joining/sent.html",
        {
            "email": request.session.get("join_email", ""),
            "sender": request.tenant.file.brand.sender,
            "hours": request.tenant.file.registration.pending_hours,
        },
    )


@require_http_methods(["GET", "POST"])
def confirm(request: PortalRequest, token: str) -> HttpResponse:
    """
    Confirm the e-mail; one click, and where the tenant wants it the password is chosen here.
    """
    try:
        pending = actions.pending(token=token, now=request.now)
    except (actions.SignUpUnknown, actions.SignUpExpired, actions.AlreadyConfirmed) as problem:
        return _over(request, problem)
    form = None
    after = request.tenant.file.registration.password is PasswordMoment.AFTER_ACTIVATION
    if after or not pending.password:
        form = NewPassword(request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        password = form.cleaned_data["password"] if form else ""
        try:
            user = actions.confirm_sign_up(
                token=token, password=password, site=request.tenant.url, now=request.now
            )
        except (actions.SignUpUnknown, actions.SignUpExpired, actions.AlreadyConfirmed) as late:
            return _over(request, late)
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("portal:home")
    return render(
        request,
        "portal/joining/confirm.html",
        {"form": form, "email": pending.email},
        status=422 if form and form.errors else 200,
    )


def _over(request: PortalRequest, problem: Exception) -> HttpResponse:
    used = isinstance(problem, actions.AlreadyConfirmed)
    return render(request, "portal/joining/over.html", {"used": used}, status=200 if used else 410)
