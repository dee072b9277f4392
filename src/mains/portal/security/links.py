"""Links in messages: sign in without a password, confirm a change of e-mail, take it back.

Opening one shows a button, because programs that check mail open links too; pressing it acts.
"""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mains.identity import email_changes, secrets
from mains.identity.email_changes import ChangeOver, ChangeUnknown, EmailTaken, Side, Standing
from mains.identity.models import EmailChange, Purpose
from mains.journeys import email_change as changing
from mains.journeys import recovery
from mains.portal.security.access import (
    BY_EMAIL,
    MESSAGES_PER_HOUR,
    LoginRequest,
    email_rules,
)
from mains.portal.security.forms import Email
from mains.portal.security.recovery import within_budget
from mains.tenancy import registry


@require_http_methods(["GET", "POST"])
def ask(request: LoginRequest) -> HttpResponse:
    """
    Ask where to send a sign-in link; the answer is the same whatever was typed.
    """
    form = Email(request.POST or None)
    if request.method == "POST" and form.is_valid() and within_budget(request, form):
        email = form.cleaned_data["email"]
        if BY_EMAIL.spend(email):
            site = registry.site_url(request)
            recovery.send_sign_in_link(email=email, site=site, now=request.now)
        request.session["recovery_email"] = email
        return redirect("sign-in-link-sent")
    status = 422 if form.errors else 200
    return render(request, "portal/security/link.html", {"form": form}, status=status)


@require_safe
def sent(request: LoginRequest) -> HttpResponse:
    """
    Say where the link goes, if there is a login.
    """
    email = request.session.get("recovery_email", "")
    if not email:
        return redirect("sign-in-link")
    context = {
        "email": email,
        "most": MESSAGES_PER_HOUR,
        "minutes": round(secrets.SIGN_IN_LIFE.total_seconds() / 60),
    }
    return render(request, "portal/security/link_sent.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: LoginRequest, token: str) -> HttpResponse:
    """
    Sign in by a link; a second step is asked for all the same.
    """
    try:
        user = secrets.live(token=token, purpose=Purpose.SIGN_IN, now=request.now)
        if request.method == "POST":
            user = recovery.use_sign_in_link(token=token, now=request.now)
    except secrets.SecretUnknown:
        return render(request, "portal/security/over.html", {"again": "sign-in-link"}, status=410)
    if request.method != "POST":
        return render(request, "portal/security/link_open.html", {"email": user.email})
    record_authentication(request, user, method="link", email=user.email)
    return perform_login(request, Login(user=user, email=user.email, redirect_url="/"))


@never_cache
@require_http_methods(["GET", "POST"])
def email_change(request: LoginRequest, token: str) -> HttpResponse:
    """
    Confirm a change of e-mail at one of its addresses, or take it back at the old one.

    :raises Http404: if this tenant sent no such link, or allows no change.
    """
    try:
        change, side = email_changes.of_token(token=token)
        if request.method != "POST":
            return _opened(request, change, side)
        return _undo(request, token) if side is Side.UNDO else _confirm(request, token)
    except (ChangeUnknown, changing.EmailFixed) as error:
        raise Http404 from error
    except ChangeOver:
        change.refresh_from_db()
        return _over(request, email_changes.standing(change=change, side=side, now=request.now))
    except changing.ContactLocked:
        return render(request, "portal/security/email_over.html", {"why": "locked"}, status=409)
    except EmailTaken:
        return render(request, "portal/security/email_over.html", {"why": "taken"}, status=409)


def _opened(request: LoginRequest, change: EmailChange, side: Side) -> HttpResponse:
    """
    Show the button while the link can do something, else what happened instead.

    :raises EmailFixed: if the tenant allows no change, as when the button is pressed.
    """
    if side is not Side.UNDO:
        email_rules(request).check()
    standing = email_changes.standing(change=change, side=side, now=request.now)
    if standing is Standing.OPEN:
        page = "undo" if side is Side.UNDO else "confirm"
        return render(request, f"portal/security/email_{page}.html", {"change": change})
    if standing in (Standing.CONFIRMED, Standing.APPLIED):
        context = {"done": standing is Standing.APPLIED}
        return render(request, "portal/security/email_confirmed.html", context)
    return _over(request, standing)


def _over(request: LoginRequest, standing: Standing) -> HttpResponse:
    return render(request, "portal/security/email_over.html", {"why": standing}, status=410)


def _confirm(request: LoginRequest, token: str) -> HttpResponse:
    done = changing.confirm(
        token=token, rules=email_rules(request), site=registry.site_url(request), now=request.now
    )
    return render(request, "portal/security/email_confirmed.html", {"done": done})


def _undo(request: LoginRequest, token: str) -> HttpResponse:
    site = registry.site_url(request)
    reset = changing.undo(token=token, site=site, now=request.now)
    messages.success(request, _("Your old e-mail address is back. Choose a new password now."))
    return redirect("reset-password", token=reset)
