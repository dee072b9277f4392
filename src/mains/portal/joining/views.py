"""Create a login, step by step: type, company, details from a bill, the person, the message."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Option
from mains.enrolment import actions, legal, queries
from mains.identity.budgets import Budget
from mains.portal import specimens
from mains.portal.access import PortalRequest
from mains.portal.joining import forms
from mains.portal.joining.ebill import Box, box
from mains.portal.joining.steps import Progress, Step, is_open
from mains.portal.proving import trying
from mains.portal.proving.forms import Code, Facts
from mains.portal.readings.messages import language
from mains.tenancy.tenantfile.identity import CustomerType, PasswordMoment, Purpose

# Messages that one address gets from sign-ups, whoever begins them.
BY_RECIPIENT = Budget("sign-up-recipient", tries=5, seconds=3_600)
# The address whose message this visitor may have sent again.
AGAIN = "join_again"


@require_safe
def begin(request: PortalRequest) -> HttpResponse:
    """
    Lead to the first step that is not done; `?company=` chooses the company on the way.
    """
    if not is_open(request.tenant.file):
        return render(request, "portal/joining/invited_only.html")
    progress = Progress(request)
    if request.GET.get("company"):
        progress.put(company=request.GET["company"])
    return redirect(_url(progress.missing_before(Step.YOU) or Step.YOU))


def _url(step: Step) -> str:
    return f"portal:join-{step}"


def _step(
    request: PortalRequest, progress: Progress, step: Step, form: Any, **more: Any
) -> HttpResponse:
    back = progress.before(step)
    return render(
        request,
        f"portal/joining/{step}.html",
        {
            "form": form,
            "back": f"/join/{back}/" if back else "/",
            **progress.position(step),
            **more,
        },
        status=trying.status_of(form),
    )


@require_http_methods(["GET", "POST"])
def customer_type(request: PortalRequest) -> HttpResponse:
    """
    Ask which type of customer somebody is; each has its own details and terms.
    """
    progress = Progress(request)
    if Step.TYPE not in progress.steps:
        return redirect("portal:join")
    offered = request.tenant.file.registration.customer_types
    form = forms.Type(
        request.POST or None,
        offered=offered,
        initial={"type": progress.kept.get("type", "")},
    )
    if request.method == "POST" and form.is_valid():
        progress.put(type=form.cleaned_data["type"], proof=None)
        return redirect(_url(progress.missing_before(Step.YOU) or Step.YOU))
    return _step(request, progress, Step.TYPE, form, **_at_hand(request, offered))


@require_http_methods(["GET", "POST"])
def company(request: PortalRequest) -> HttpResponse:
    """
    Ask whose customer somebody is; only the group's public companies are offered.
    """
    progress, file = Progress(request), request.tenant.file
    if Step.COMPANY not in progress.steps:
        return redirect("portal:join")
    offered = [
        (
            company.code,
            Option(
                company.name,
                ", ".join(
                    service.label.get(language()) or service.code
                    for service in file.services
                    if service.company == company.code
                ),
            ),
        )
        for company in file.public_companies
    ]
    form = forms.Company(
        request.POST or None,
        offered=offered,
        initial={"company": progress.company or file.portal.default_company},
    )
    if request.method == "POST" and form.is_valid():
        progress.put(company=form.cleaned_data["company"], proof=None)
        return redirect(_url(progress.missing_before(Step.YOU) or Step.YOU))
    return _step(request, progress, Step.COMPANY, form, **_at_hand(request, [CustomerType.PRIVATE]))


@require_http_methods(["GET", "POST"])
def details(request: PortalRequest) -> HttpResponse:
    """
    Ask for the facts of the tenant's policy; `?with=1` takes its second alternative.
    """
    progress = Progress(request)
    missing = progress.missing_before(Step.DETAILS)
    if Step.DETAILS not in progress.steps or missing is not None:
        return redirect(_url(missing) if missing else "portal:join")
    policies = progress.policies()
    policy, alternatives = trying.chosen(request, policies)
    form = Facts(
        request.POST or None,
        policy=policy,
        file=request.tenant.file,
        initial=progress.kept.get("answers", {}),
    )
    if request.method == "POST" and form.is_valid():
        progress.put(answers={f"fact-{kind}": text for kind, text in form.answers().items()})
        outcome = trying.try_facts(
            request, form, company=progress.company, customer_type=progress.customer_type
        )
        if isinstance(outcome, actions.CodeNeeded):
            progress.put(code=outcome.token, proof=None)
            return redirect("portal:join-code")
        if outcome is not None:
            progress.put(proof=trying.remember(outcome, now=request.now))
            return redirect("portal:join-you")
    return _step(
        request,
        progress,
        Step.DETAILS,
        form,
        alternatives=alternatives,
        needs_mandate=request.tenant.file.registration.requires_mandate,
        specimen=specimens.shown(request, [policy], company=progress.company),
    )


def _at_hand(request: PortalRequest, offered: Sequence[CustomerType]) -> dict[str, Any]:
    """
    Return what the first page says before anything is asked: what is needed, and where it stands.
    """
    file = request.tenant.file
    policies = [
        policy
        for kind in offered
        for policy in file.registration.policies_for(Purpose.REGISTER, kind)
    ]
    return {
        "needed": specimens.needed(file=file, offered=offered),
        "specimen": specimens.shown(request, policies),
    }


@require_http_methods(["GET", "POST"])
def code(request: PortalRequest) -> HttpResponse:
    """
    Ask for the code that went to the contact on file, by e-mail or by letter.
    """
    progress = Progress(request)
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        proven = trying.try_code(
            request, form, token=progress.kept.get("code", ""), purpose=Purpose.REGISTER
        )
        if proven is not None:
            progress.put(proof=trying.remember(proven, now=request.now), code="")
            return redirect("portal:join-you")
    return render(
        request,
        "portal/proving/code.html",
        {
            "form": form,
            "back": "/join/details/",
            "again": "/join/details/",
            "waits": bool(progress.kept.get("code")),
        },
        status=trying.status_of(form),
    )


@require_http_methods(["GET", "POST"])
def you(request: PortalRequest) -> HttpResponse:
    """
    Ask who the person is, and what they agree to.
    """
    progress = Progress(request)
    missing = progress.missing_before(Step.YOU)
    if not is_open(request.tenant.file) or missing is not None:
        return redirect(_url(missing) if missing else "portal:join")
    form = _you_form(request, progress)
    if request.method == "POST" and form.is_valid() and _name_is_free(form):
        _begin(request, progress, form)
        progress.clear()
        request.session["join_email"] = form.cleaned_data["email"]
        request.session[AGAIN] = form.cleaned_data["email"]
        return redirect("portal:join-sent")
    return _step(request, progress, Step.YOU, form)


def _you_form(request: PortalRequest, progress: Progress) -> forms.You:
    registration = request.tenant.file.registration
    kind = progress.customer_type or CustomerType.PRIVATE
    fields = ["name", "email"]
    if registration.user_names:
        fields.insert(0, "username")
    if registration.password is PasswordMoment.IN_FORM:
        fields.append("password")
    if kind is CustomerType.ADMINISTRATOR:
        fields += ["authority", "until_date"]
    return forms.You(
        request.POST or None,
        fields=fields,
        documents=legal.documents(
            file=request.tenant.file, customer_type=kind, language=language()
        ),
        ebill=_ebill(request, progress),
        legal_query=f"?type={kind}" if progress.customer_type else "",
        today=request.today,
        initial={"email": progress.kept.get("email", "")},
    )


def _ebill(request: PortalRequest, progress: Progress) -> Box | None:
    file = request.tenant.file
    delivery = file.delivery
    # Without an account there is no bill to send, and where e-bills rest on a mandate only those
    # who had to have one to get here can tick the box.
    if not delivery.box_at_sign_up or progress.proof is None:
        return None
    # Whoever acts for others does not decide how their bills come.
    if progress.customer_type is CustomerType.ADMINISTRATOR:
        return None
    if delivery.electronic_requires_mandate and not file.registration.requires_mandate:
        return None
    return box(request, account_id=progress.proof.account_id)


def _name_is_free(form: forms.You) -> bool:
    name = form.cleaned_data.get("username", "")
    if name and queries.user_name_taken(username=name):
        form.add_error("username", _("Somebody has this user name. Choose another one."))
        return False
    return True


def _begin(request: PortalRequest, progress: Progress, form: forms.You) -> None:
    proof, typed = progress.proof, form.cleaned_data
    if not BY_RECIPIENT.spend(typed["email"]):
        return  # The same page: nobody fills a stranger's mailbox, or learns that it is full.
    if progress.saved is not None:
        actions.go_on_as(saved_id=progress.saved, email=typed["email"])
    actions.begin_sign_up(
        account_id=proof.account_id if proof else None,
        evidence=proof.evidence if proof else (),
        applicant=actions.Applicant(
            email=typed["email"],
            name=typed["name"],
            password=typed.get("password", ""),
            language=language(),
            username=typed.get("username", ""),
            customer_type=progress.customer_type or CustomerType.PRIVATE,
            authority=typed.get("authority", ""),
            until_date=typed.get("until_date"),
        ),
        agreed=form.agreed(),
        address=request.META.get("REMOTE_ADDR", ""),
        pending_hours=request.tenant.file.registration.pending_hours,
        site=request.tenant.url,
        now=request.now,
    )


def bills_from(request: PortalRequest) -> Any:
    """
    Return the first day on which a new login's choice of delivery holds: the holder may object.
    """
    hours = request.tenant.file.registration.contact_lock_hours
    return request.tenant.date_of(request.now + timedelta(hours=hours)) + timedelta(days=1)
