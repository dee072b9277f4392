"""Have bills collected: what holds, setting it up, changing and ending it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.components import Fact
from mains.core.wording import bare_money_text, date_text, money_text
from mains.enrolment.queries import LinkedAccount
from mains.enrolment.rules.rights import Right
from mains.journeys import autopay
from mains.journeys.autopay import Standing
from mains.payments import mandates
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable
from mains.payments.stored_cards import AlreadyCollected
from mains.portal.access import PortalRequest, account_ids, customer_required, require
from mains.portal.autopay.forms import DirectDebit, Pause, WithLimit
from mains.portal.payments.views import switched_off
from mains.portal.readings.messages import language


@require_safe
@customer_required
def every(request: PortalRequest) -> HttpResponse:
    """
    List the accounts with how each is collected from; with one account, show it.
    """
    _require_on(request)
    ids = account_ids(request, Right.PAY)
    if len(ids) == 1:
        return redirect("portal:autopay-one", account_id=ids[0])
    rows = [
        (account, _standing(request, account.pk))
        for account in request.accounts
        if account.pk in ids
    ]
    if _is_off(request, *(standing for _account, standing in rows)):
        return switched_off(request)
    return render(request, "portal/autopay/every.html", {"rows": rows})


def _require_on(request: PortalRequest) -> None:
    choice = request.tenant.file.payments
    if not (choice.autopay or choice.direct_debit):
        raise Http404


def _is_off(request: PortalRequest, *standings: Standing) -> bool:
    """
    Tell whether nothing is to be decided: paying is switched off, and nothing is collected.
    """
    collected = any(one.mandate_id is not None for one in standings)
    return not (request.tenant.file.payments.enabled or collected)


def _standing(request: PortalRequest, account_id: int) -> Standing:
    return autopay.standing(tenant=request.tenant, account_id=account_id, today=request.today)


def _account(request: PortalRequest, account_id: int) -> LinkedAccount:
    _require_on(request)
    require(request, Right.PAY, account_id=account_id)
    return next(one for one in request.linked if one.pk == account_id)


@require_http_methods(["GET", "POST"])
@customer_required
def one(request: PortalRequest, account_id: int) -> HttpResponse:
    """
    Show how an account is collected from, and begin to store a card for it.
    """
    account, standing = _account(request, account_id), _standing(request, account_id)
    if _is_off(request, standing):
        return switched_off(request)
    form = WithLimit(request.POST or None, currency=standing.currency)
    if request.method == "POST":
        _require_own(account)
        if form.is_valid():
            answer = _to_card_page(request, account_id, form)
            if answer is not None:
                return answer
    return _page(request, account, standing, form)


def _require_own(account: LinkedAccount) -> None:
    if account.is_shared:
        raise PermissionDenied


def _to_card_page(request: PortalRequest, account_id: int, form: WithLimit) -> HttpResponse | None:
    try:
        page = autopay.start_card(
            tenant=request.tenant,
            account_id=account_id,
            limit_minor=form.cleaned_data["limit"],
            email=request.user.email,
            language=language(),
            today=request.today,
        )
    except autopay.NotOffered:
        return switched_off(request)
    except AlreadyCollected:
        return redirect("portal:autopay-one", account_id=account_id)
    except (GatewayUnavailable, GatewayRefused):
        form.add_error(
            None,
            _("The payment service does not answer. Nothing was stored. Try again in a minute."),
        )
        return None
    return redirect(page)


def _page(
    request: PortalRequest, account: LinkedAccount, standing: Standing, form: WithLimit | Pause
) -> HttpResponse:
    """
    Show the account with what was typed: a limit, with or without a card to be stored, or a pause.
    """
    choice = request.tenant.file.payments
    limit = bare_money_text(standing.limit, language=language()) if standing.limit else ""
    return render(
        request,
        "portal/autopay/one.html",
        {
            "account": account,
            "standing": standing,
            "facts": _facts(standing),
            "form": form,
            "limit_form": form
            if form.is_bound and isinstance(form, WithLimit)
            else WithLimit(currency=standing.currency, initial={"limit": limit}),
            "pause_form": form if isinstance(form, Pause) else Pause(),
            "own": not account.is_shared,
            "days": choice.announce_days,
            "several": len(account_ids(request, Right.PAY)) > 1,
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _facts(standing: Standing) -> list[Fact]:
    if standing.mandate_id is None or standing.since is None:
        return []
    way = _("Stored card") if standing.is_card else _("Direct debit")
    facts = [
        Fact(way, standing.source),
        Fact(_("Since"), date_text(standing.since, language=language())),
        Fact(
            _("Limit for one bill"),
            money_text(standing.limit, language=language())
            if standing.limit
            else _("none: whatever is owed"),
        ),
    ]
    if standing.reference:
        facts.insert(1, Fact(_("Mandate"), standing.reference))
    if standing.until:
        facts.append(Fact(_("Paused until"), date_text(standing.until, language=language())))
    return facts


@require_safe
@customer_required
def came_back(request: PortalRequest, reference: str) -> HttpResponse:
    """
    Tell whether the card was stored, once its holder comes back from the gateway's page.
    """
    _require_on(request)
    mandate = autopay.card_came_back(
        tenant=request.tenant, reference=reference, language=language(), now=request.now,
        today=request.today,
    )  # fmt: skip
    if mandate is None:
        raise Http404
    require(request, Right.PAY, account_id=mandate.account_id)
    if mandate.confirmed:
        messages.success(
            request, _("Done. From the next bill on we collect exactly what is owed, on its day.")
        )
    else:
        messages.info(
            request,
            _("No card was stored. You can begin again, and nothing is collected until then."),
        )
    return redirect("portal:autopay-one", account_id=mandate.account_id)


@require_http_methods(["GET", "POST"])
@customer_required
def debit(request: PortalRequest, account_id: int) -> HttpResponse:
    """
    Sign a direct debit for an account.
    """
    account, standing = _account(request, account_id), _standing(request, account_id)
    _require_own(account)
    if not standing.may_debit:
        raise Http404
    if standing.mandate_id is not None:
        return redirect("portal:autopay-one", account_id=account_id)
    form = DirectDebit(request.POST or None, currency=standing.currency)
    if request.method == "POST" and form.is_valid() and _signed(request, account_id, form):
        messages.success(
            request, _("Done. From the next bill on we collect exactly what is owed, on its day.")
        )
        return redirect("portal:autopay-one", account_id=account_id)
    company = request.tenant.file.company(account.company_code)
    return render(
        request,
        "portal/autopay/debit.html",
        {
            "account": account,
            "form": form,
            "company": company,
            "days": request.tenant.file.payments.announce_days,
        },
        status=422 if form.errors else 200,
    )


def _signed(request: PortalRequest, account_id: int, form: DirectDebit) -> bool:
    given = form.cleaned_data
    try:
        autopay.sign(
            tenant=request.tenant,
            account_id=account_id,
            signed=mandates.Signed(
                holder=given["holder"], iban=given["iban"], limit_minor=given["limit"]
            ),
            by=f"user:{request.user.pk}",
            language=language(),
            now=request.now,
            today=request.today,
        )
    except mandates.WrongIban:
        form.add_error(
            "iban", _("A digit or letter of this IBAN is mistyped. Compare it once more.")
        )
        return False
    except AlreadyCollected:
        return True
    return True


@require_POST
@customer_required
def change(request: PortalRequest, account_id: int) -> HttpResponse:
    """
    Change the limit, pause, go on, or end the collection of an account.
    """
    account, standing = _account(request, account_id), _standing(request, account_id)
    _require_own(account)
    deed = _DEEDS.get(request.POST.get("deed", ""))
    if deed is None or standing.mandate_id is None:
        return redirect("portal:autopay-one", account_id=account_id)
    try:
        done = deed(request, standing.mandate_id, standing)
    except mandates.UnknownMandate:
        return redirect("portal:autopay-one", account_id=account_id)
    if not isinstance(done, str):
        return _page(request, account, standing, done)
    messages.success(request, done)
    return redirect("portal:autopay-one", account_id=account_id)


def _facts_of(request: PortalRequest) -> dict[str, Any]:
    return {"by": f"user:{request.user.pk}", "now": request.now, "today": request.today}


def _set_limit(request: PortalRequest, mandate_id: int, standing: Standing) -> str | WithLimit:
    form = WithLimit(request.POST, currency=standing.currency)
    if not form.is_valid():
        return form
    mandates.set_limit(
        mandate_id=mandate_id, limit_minor=form.cleaned_data["limit"], **_facts_of(request)
    )
    return _("The limit is saved. It holds for every bill that is not announced yet.")


def _pause(request: PortalRequest, mandate_id: int, _standing: Standing) -> str | Pause:
    form = Pause(request.POST)
    if not form.is_valid():
        return form
    try:
        mandates.pause(
            mandate_id=mandate_id, until=form.cleaned_data["until"], **_facts_of(request)
        )
    except mandates.PauseTooLong:
        form.add_error("until", _("Choose a day within the next six months."))
        return form
    return _("Nothing is collected before that day.")


def _resume(request: PortalRequest, mandate_id: int, _standing: Standing) -> str:
    mandates.resume(mandate_id=mandate_id, **_facts_of(request))
    return _("The collection goes on. We tell you the day of each bill before.")


def _end(request: PortalRequest, mandate_id: int, _standing: Standing) -> str:
    mandates.end(mandate_id=mandate_id, why="customer", **_facts_of(request))
    return _("Ended. From now on you pay each bill yourself until its due date.")


# Each says what was done, or returns the form with what was typed wrongly.
_DEEDS: dict[str, Callable[[PortalRequest, int, Standing], str | WithLimit | Pause]] = {
    "limit": _set_limit,
    "pause": _pause,
    "resume": _resume,
    "end": _end,
}
