"""The password is forgotten: a link by mail, or user name and a temporary password (axis A4)."""

from typing import cast

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from mains.enrolment.actions import TooManyTries
from mains.enrolment.visits import Visit
from mains.identity import secrets
from mains.identity.models import Purpose
from mains.journeys import recovery
from mains.portal import specimens
from mains.portal.access import PortalRequest
from mains.portal.security.access import (
    BY_ADDRESS,
    BY_EMAIL,
    MESSAGES_PER_HOUR,
    LoginRequest,
    address_of,
)
from mains.portal.security.forms import ChoosePassword, Email, Recover
from mains.tenancy import registry
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.identity import Policy, Recovery
from mains.tenancy.tenantfile.identity import Purpose as Proof


def policy_of(request: LoginRequest) -> Policy | None:
    """
    Return the facts asked for recovery where the tenant sends temporary passwords, else None.
    """
    if request.tenant is None:
        return None
    registration = request.tenant.file.registration
    if registration.recovery is not Recovery.TEMPORARY_PASSWORD:
        return None
    return next((row for row in registration.policies if row.purpose is Proof.RECOVER), None)


@require_http_methods(["GET", "POST"])
def forgotten(request: LoginRequest) -> HttpResponse:
    """
    Ask for what the tenant's way back needs; the answer is the same whatever was typed.
    """
    policy = policy_of(request)
    form: Email = (
        Email(request.POST or None)
        if policy is None
        else Recover(request.POST or None, policy=policy)
    )
    if request.method == "POST" and form.is_valid() and within_budget(request, form):
        email = form.cleaned_data["email"]
        if not BY_EMAIL.spend(email) or _send(request, form):
            request.session["recovery_email"] = email
            return redirect("forgotten-sent")
    status = 422 if form.errors else 200
    specimen = specimens.shown(cast(PortalRequest, request), [policy]) if policy else None
    return render(
        request,
        "portal/security/forgotten.html",
        {"form": form, "policy": policy, "specimen": specimen},
        status=status,
    )


def within_budget(request: LoginRequest, form: Form) -> bool:
    """
    Count a try of a visitor's address; past the budget the form says so.
    """
    if BY_ADDRESS.spend(address_of(request)):
        return True
    _too_many(form)
    return False


def _too_many(form: Form) -> None:
    form.add_error(
        None, _("There were too many tries. Wait an hour, or call us with a bill at hand.")
    )


def _send(request: LoginRequest, form: Email) -> bool:
    if isinstance(form, Recover):
        return _send_temporary(request, form)
    recovery.send_reset_link(
        email=form.cleaned_data["email"], site=registry.site_url(request), now=request.now
    )
    return True


def _send_temporary(request: LoginRequest, form: Recover) -> bool:
    tenant = cast(TenantInfo, request.tenant)
    visit = Visit(
        file=tenant.file,
        language=get_language() or "en",
        address=address_of(request),
        now=request.now,
        today=tenant.date_of(request.now),
    )
    try:
        recovery.send_temporary_password(
            policy=form.policy,
            answers=form.answers(),
            email=form.cleaned_data["email"],
            visit=visit,
            site=tenant.url,
        )
    except TooManyTries:
        _too_many(form)
        return False
    return True


@require_safe
def sent(request: LoginRequest) -> HttpResponse:
    """
    Say where the message goes, if there is a login.
    """
    email = request.session.get("recovery_email", "")
    if not email:
        return redirect("forgotten")
    return render(
        request,
        "portal/security/sent.html",
        {
            "email": email,
            "policy": policy_of(request),
            "most": MESSAGES_PER_HOUR,
        },
    )


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def reset(request: LoginRequest, token: str) -> HttpResponse:
    """
    Take a new password from somebody who opened the link; it signs nobody in.
    """
    try:
        user = secrets.live(token=token, purpose=Purpose.RESET, now=request.now)
    except secrets.SecretUnknown:
        return _over(request)
    form = ChoosePassword(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        site = registry.site_url(request)
        try:
            recovery.reset_password(
                token=token, new=form.cleaned_data["password"], site=site, now=request.now
            )
        except secrets.SecretUnknown:
            return _over(request)
        get_adapter(request).forgive_failures(request, user)
        messages.success(request, _("Your password was changed. Sign in with the new one."))
        return redirect("account_login")
    status = 422 if form.errors else 200
    context = {"form": form, "email": user.email}
    return render(request, "portal/security/reset.html", context, status=status)


def _over(request: LoginRequest) -> HttpResponse:
    return render(request, "portal/security/over.html", {"again": "forgotten"}, status=410)
