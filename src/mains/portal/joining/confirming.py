"""Open the message: confirm a sign-up, accept an invitation, or go on where one stopped."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.components import Fact
from mains.core.wording import short_date_text
from mains.enrolment import actions, budgets, legal, queries
from mains.enrolment import wording as enrolment
from mains.enrolment.models import LinkRole, SignUp
from mains.identity import actions as identity
from mains.identity.models import User
from mains.portal.access import PortalRequest
from mains.portal.joining import forms
from mains.portal.joining.ebill import Box, box
from mains.portal.joining.steps import SESSION, Progress, Step
from mains.portal.joining.views import bills_from
from mains.portal.proving import trying
from mains.portal.readings.messages import language
from mains.tenancy.tenantfile.identity import CustomerType, PasswordMoment

# More accounts than these are counted, not named.
MOST_NAMED = 5
OVER = (actions.SignUpUnknown, actions.SignUpExpired, actions.AlreadyConfirmed)


@require_http_methods(["GET", "POST"])
def confirm(request: PortalRequest, token: str) -> HttpResponse:
    """
    Confirm the e-mail; one click, and where the tenant wants it the password is chosen here.
    """
    try:
        pending = actions.pending(token=token, now=request.now)
    except OVER as problem:
        return _over(request, problem)
    form = _confirm_form(request, pending)
    if request.method == "POST" and (form is None or form.is_valid()):
        typed = form.cleaned_data if form else {}
        try:
            user = actions.confirm_sign_up(
                token=token,
                password=typed.get("password", ""),
                username=typed.get("username", ""),
                site=request.tenant.url,
                now=request.now,
                today=request.today,
                bills_from=bills_from(request),
            )
        except OVER as late:
            return _over(request, late)
        except actions.UserNameTaken:
            # Taken between the page and this click: everything is asked again, the password too.
            form = _confirm_form(request, pending)
            form.add_error("username", _("Somebody has this user name. Choose another one."))
        else:
            return _sign_in(request, user)
    return render(
        request,
        "portal/joining/confirm.html",
        {"form": form, "email": pending.email, "username": pending.username},
        status=422 if form and form.errors else 200,
    )


def _confirm_form(request: PortalRequest, pending: SignUp) -> Any:
    """
    Return what is still asked: another user name if the chosen one is gone, and the password.
    """
    fields = []
    if pending.username and queries.user_name_taken(username=pending.username):
        fields.append("username")
    after = request.tenant.file.registration.password is PasswordMoment.AFTER_ACTIVATION
    if after or not pending.password:
        fields.append("password")
    if not fields:
        return None
    posted = {"username": pending.username, **request.POST.dict()}
    return forms.Activation(posted if request.method == "POST" else None, fields=fields)


def _sign_in(request: PortalRequest, user: User) -> HttpResponse:
    identity.begin_session(request=request, user=user)
    messages.success(
        request,
        _("Note your credentials: you sign in with %(email)s and the password that you chose.")
        % {"email": user.email},
    )
    return redirect("portal:home")


def _over(request: PortalRequest, problem: Exception) -> HttpResponse:
    used = isinstance(problem, actions.AlreadyConfirmed)
    return render(request, "portal/joining/over.html", {"used": used}, status=200 if used else 410)


@require_POST
def later(request: PortalRequest) -> HttpResponse:
    """
    Put the steps aside and send a link that goes on with them.
    """
    form = forms.Email(request.POST)
    progress = Progress(request)
    if form.is_valid() and not _mails_too_often(request, form.cleaned_data["email"]):
        kept: dict[str, Any] = {
            key: progress.kept[key] for key in ("type", "company") if key in progress.kept
        }
        facts = {key: value[:200] for key, value in request.POST.items() if key.startswith("fact-")}
        actions.save_for_later(
            email=form.cleaned_data["email"],
            answers={**kept, "answers": facts},
            language=language(),
            hours=request.tenant.file.registration.pending_hours,
            site=request.tenant.url,
            now=request.now,
        )
        request.session["join_email"] = form.cleaned_data["email"]
        return redirect("portal:join-saved")
    return render(
        request,
        "portal/joining/later.html",
        {"form": form, "back": f"/join/{Step.DETAILS}/"},
        status=422,
    )


def _mails_too_often(request: PortalRequest, email: str) -> bool:
    # Nobody fills a stranger's mailbox from here: the address's own budget counts these as well.
    limits = budgets.limits_of(request.tenant.file.registration.budgets)
    subjects = budgets.subjects(named=email, address=trying.visit(request).address)
    standing = budgets.count_address(subjects=subjects, limits=limits, now=request.now)
    return standing is budgets.Standing.REFUSED


@require_safe
def saved(request: PortalRequest) -> HttpResponse:
    """
    Say where the link went that goes on later; who has asked for none begins.
    """
    if "join_email" not in request.session:
        return redirect("portal:join")
    return render(
        request,
        "portal/joining/saved.html",
        {
            "email": request.session.get("join_email", ""),
            "hours": request.tenant.file.registration.pending_hours,
        },
    )


@require_safe
def resume(request: PortalRequest, token: str) -> HttpResponse:
    """
    Go on with steps that were put aside; nothing in them is proven.
    """
    try:
        request.session[SESSION] = actions.resume(token=token, now=request.now)
    except OVER as problem:
        return _over(request, problem)
    return redirect("portal:join")


@require_http_methods(["GET", "POST"])
def invitation(request: PortalRequest, token: str) -> HttpResponse:
    """
    Accept an invitation: make a login for its address, or link the account to the one it has.
    """
    try:
        offer = actions.open_invitation(token=token, now=request.now, today=request.today)
        if request.user.is_authenticated:
            return _accept_as(request, token, offer)
        return _accept_new(request, token, offer)
    except actions.InvitationOver:
        return render(request, "portal/joining/invitation_over.html", status=410)


def _accept_as(request: PortalRequest, token: str, offer: actions.Offer) -> HttpResponse:
    if request.method == "POST":
        try:
            actions.accept_invitation_as(
                token=token,
                user_id=request.user.pk,
                grouping=request.tenant.file.portal.grouping,
                now=request.now,
                today=request.today,
            )
        except actions.InvitationForAnother:
            return render(request, "portal/joining/invitation_other.html", status=403)
        except actions.AnotherTaxNumber:
            return render(request, "portal/accounts/another_tax_number.html", status=409)
        messages.success(request, _("The account is linked to your login."))
        return redirect("portal:accounts")
    if request.user.email != offer.email:
        return render(request, "portal/joining/invitation_other.html", status=403)
    return render(request, "portal/joining/invitation_known.html", _offered(offer))


def _offered(offer: actions.Offer) -> dict[str, Any]:
    last = short_date_text(offer.last_date, language=language()) if offer.last_date else ""
    facts = [
        Fact(_("From"), offer.giver),
        Fact(_("Account"), account_words(offer.numbers)),
        Fact(_("You may"), enrolment.scope(may_read=offer.may_read, may_pay=offer.may_pay)),
        Fact(_("Until"), last),
    ]
    return {"email": offer.email, "offer": offer, "facts": [fact for fact in facts if fact.value]}


def account_words(numbers: list[str]) -> str:
    """
    Name accounts by their endings, or count them where they are many.
    """
    if len(numbers) > MOST_NAMED:
        return ngettext("%(count)s account", "%(count)s accounts", len(numbers)) % {
            "count": len(numbers)
        }
    return ", ".join(f"…{number[-3:]}" for number in numbers)


def _accept_new(request: PortalRequest, token: str, offer: actions.Offer) -> HttpResponse:
    file = request.tenant.file
    fields = [*(["username"] if file.registration.user_names else []), "name", "password"]
    form = forms.You(
        request.POST or None,
        fields=fields,
        documents=legal.documents(
            file=file, customer_type=CustomerType.PRIVATE, language=language()
        ),
        ebill=_ebill(request, offer),
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            user = actions.accept_invitation(
                token=token,
                applicant=actions.Applicant(
                    email=offer.email,
                    name=typed["name"],
                    password=typed["password"],
                    language=language(),
                    username=typed.get("username", ""),
                ),
                agreed=form.agreed(),
                address=request.META.get("REMOTE_ADDR", ""),
                site=request.tenant.url,
                now=request.now,
                today=request.today,
                bills_from=bills_from(request),
            )
        except actions.LoginExists:
            return redirect(f"{settings.LOGIN_URL}?next={request.path}")
        except actions.UserNameTaken:
            form.add_error("username", _("Somebody has this user name. Choose another one."))
        else:
            return _sign_in(request, user)
    return render(
        request,
        "portal/joining/invitation.html",
        {"form": form, **_offered(offer)},
        status=422 if form.errors else 200,
    )


def _ebill(request: PortalRequest, offer: actions.Offer) -> Box | None:
    delivery = request.tenant.file.delivery
    # Only a holder decides how the account's bills are delivered.
    asked = delivery.box_at_sign_up and not delivery.electronic_requires_mandate
    if not asked or offer.role != LinkRole.HOLDER:
        return None
    return box(request, account_id=offer.account_ids[0])
