"""Link another account: state facts of its bill, type a code where one was sent."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mains.enrolment import actions
from mains.portal import specimens
from mains.portal.access import PortalRequest, customer_required
from mains.portal.proving import trying
from mains.portal.proving.forms import Code, Facts
from mains.tenancy.tenantfile.identity import Purpose

SESSION = "link"


def _policies(request: PortalRequest) -> tuple[Any, ...]:
    return request.tenant.file.registration.policies_for(Purpose.LINK)


@require_http_methods(["GET", "POST"])
@customer_required
def link(request: PortalRequest) -> HttpResponse:
    """
    Link another account with facts from its bill; `?with=1` takes the second alternative.
    """
    policies = _policies(request)
    if not policies:
        raise Http404
    policy, alternatives = trying.chosen(request, policies)
    form = Facts(request.POST or None, policy=policy, file=request.tenant.file)
    if request.method == "POST" and form.is_valid():
        outcome = trying.try_facts(request, form)
        if isinstance(outcome, actions.CodeNeeded):
            request.session[SESSION] = outcome.token
            return redirect("portal:link-code")
        if outcome is not None:
            return _linked(request, outcome)
    return render(
        request,
        "portal/accounts/link.html",
        {
            "form": form,
            "alternatives": alternatives,
            "specimen": specimens.shown(request, [policy]),
        },
        status=trying.status_of(form),
    )


@require_http_methods(["GET", "POST"])
@customer_required
def code(request: PortalRequest) -> HttpResponse:
    """
    Ask for the code that went to the contact on file.
    """
    form = Code(request.POST or None)
    token = request.session.get(SESSION, "")
    if request.method == "POST" and form.is_valid():
        proven = trying.try_code(request, form, token=token, purpose=Purpose.LINK)
        if proven is not None:
            request.session.pop(SESSION, None)
            return _linked(request, proven)
    return render(
        request,
        "portal/proving/code.html",
        {
            "form": form,
            "back": "/accounts/link/",
            "again": "/accounts/link/",
            "waits": bool(token),
        },
        status=trying.status_of(form),
    )


def _linked(request: PortalRequest, proven: actions.Proven) -> HttpResponse:
    try:
        actions.link_proven(
            user_id=request.user.pk,
            account_id=proven.account_id,
            evidence=proven.evidence,
            grouping=request.tenant.file.portal.grouping,
            now=request.now,
            today=request.today,
        )
    except actions.AnotherTaxNumber:
        return render(request, "portal/accounts/another_tax_number.html", status=409)
    except actions.OnlyShared:
        return render(request, "portal/accounts/only_shared.html", status=409)
    messages.success(request, _("The account is linked to your login."))
    return redirect("portal:accounts")
