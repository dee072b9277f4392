"""Pay: choose bills, go to the gateway, come back."""

import hashlib
from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Cell, Column, Table
from mains.branding.paging import page_asked, pages
from mains.core.wording import instant_text
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import pay_bills
from mains.payments import actions, queries, received, settling
from mains.payments.charges import KeyWithdrawn
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable
from mains.payments.models import OPEN_STATES, AttemptState
from mains.payments.queries import BillRow
from mains.payments.statements.standing import standings, summed
from mains.payments.statements.wording import verdict
from mains.payments.wording import method_name, payment_note
from mains.portal.access import (
    PortalRequest,
    account_ids,
    customer_required,
    may_pay,
    noted,
)
from mains.portal.bills.views import is_payable
from mains.portal.home.dues import MOST_PAID
from mains.portal.payments import choosing
from mains.portal.payments.forms import Part, Receipt
from mains.portal.readings.messages import language

# No id of ours has this many digits.
LONGEST_ID = 19


def switched_off(request: PortalRequest) -> HttpResponse:
    return render(
        request,
        "portal/payments/off.html",
        {
            "notice": request.tenant.file.payments.notice.get(language(), ""),
            "companies": request.tenant.file.companies,
        },
    )


@require_safe
def choose(request: PortalRequest) -> HttpResponse:
    """
    Summarise what is to be paid: one payment per company.
    """
    if not request.tenant.file.payments.enabled:
        return switched_off(request)
    bills = _asked_for(request, request.GET.getlist("bill"))
    if not bills:
        return redirect("portal:bills" if request.user.is_authenticated else "portal:find")
    form = Receipt(initial={"email": getattr(request.user, "email", "")})
    return choosing.page(request, bills, form)


def _asked_for(request: PortalRequest, typed: Sequence[str]) -> list[BillRow]:
    asked = [
        int(value) for value in typed[:MOST_PAID] if value.isdecimal() and len(value) < LONGEST_ID
    ]
    found = {row.id: row for row in queries.bills_with_ids(bill_ids=asked, today=request.today)}
    return [
        row
        for row in (found[pk] for pk in dict.fromkeys(asked) if pk in found)
        if is_payable(row) and may_pay(request, bill_id=row.id, account_id=row.account_id)
    ]


@require_http_methods(["GET", "POST"])
def start(request: PortalRequest) -> HttpResponse:
    """
    Open the gateway's page for bills of one company; a second click opens the same page.

    Whoever comes by the browser's history is led back to what can be paid.
    """
    if request.method == "GET":
        return redirect("portal:pay")
    if not request.tenant.file.payments.enabled:
        return switched_off(request)
    bills = _asked_for(request, request.POST.getlist("bill"))
    if not bills:
        return _refused(
            request,
            _("These bills are paid already, or nothing is owed on them. Nothing was charged."),
        )
    form = Receipt(request.POST)
    part = choosing.typed_part(request, bills)
    if not form.is_valid() or (part is not None and not part.is_valid()):
        return choosing.page(request, bills, form, part=part, status=422)
    return pay_now(request, bills, form, part=part)


def pay_now(
    request: PortalRequest, bills: list[BillRow], form: Receipt, *, part: Part | None = None
) -> HttpResponse:
    """
    Lead to a gateway's page, or say why that cannot be and what can be done instead.
    """
    if not request.session.session_key:
        request.session.create()
    wish = pay_bills.Wish(
        bill_ids=tuple(bill.id for bill in bills),
        payer=_payer(request),
        email=form.cleaned_data["email"],
        language=language(),
        gateway=request.POST.get("gateway", "")[:30],
        parts=part.of(bills[0]) if part is not None else {},
        guest="" if request.user.is_authenticated else request.META.get("REMOTE_ADDR", ""),
    )
    try:
        page = pay_bills.start(
            tenant=request.tenant, wish=wish, company=bills[0].company_code, now=request.now,
            today=request.today,
        )  # fmt: skip
    except pay_bills.PaymentsOff:
        # What was chosen is not there any more: here is what is.
        return choosing.page(request, bills, form, part=part, status=409)
    except KeyWithdrawn:
        return _refused(
            request,
            _(
                "A page for these bills was opened before, and nobody can tell now whether it was "
                "paid. If you paid there, wait: we book it. If not, try again tomorrow."
            ),
        )
    except (actions.UnfitPart, pay_bills.NoParts):
        if part is not None:
            part.refuse()
        return choosing.page(request, bills, form, part=part, status=422)
    except _SILENT:
        message = _(
            "This payment service does not answer. Nothing was charged. Choose another way, or try "
            "again in a minute."
        )
        return choosing.page(request, bills, form, part=part, message=message, status=503)
    except _NOT_NOW as error:
        return _refused(request, _why(error), status=429 if _is_too_many(error) else 409)
    noted(request, Deed.PAYMENT, {bill.account_id for bill in bills})
    choosing.keep_rest(request)
    return redirect(page)


_SILENT = (GatewayUnavailable, GatewayRefused, actions.BusyElsewhere)
_NOT_NOW = (
    actions.NothingToPay,
    actions.SeveralCompanies,
    settling.BeingCollected,
    pay_bills.TooManyPages,
)


def _is_too_many(error: Exception) -> bool:
    return isinstance(error, pay_bills.TooManyPages)


def _why(error: Exception) -> str:
    if isinstance(error, actions.SeveralCompanies):
        return _("These bills are of two companies. Pay each company by itself.")
    if isinstance(error, settling.BeingCollected):
        return _(
            "The bank has the order to collect this bill, so it cannot be paid in another way any "
            "more. Nothing was charged."
        )
    if _is_too_many(error):
        return _("Too many payments were begun from here. Wait ten minutes, or call us.")
    return _("These bills are paid already, or nothing is owed on them. Nothing was charged.")


def _payer(request: PortalRequest) -> str:
    who = (
        f"user:{request.user.pk}"
        if request.user.is_authenticated
        else f"guest:{request.session.session_key}"
    )
    return hashlib.sha256(who.encode()).hexdigest()


def _refused(request: PortalRequest, message: str, *, status: int = 409) -> HttpResponse:
    return render(request, "portal/payments/refused.html", {"message": message}, status=status)


@require_safe
def result(request: PortalRequest, token: str) -> HttpResponse:
    """
    Tell how a payment stands: paid, being confirmed, or not paid.

    The gateway sends its visitor back here, so this page asks it; the webhook and the sweep do the
    same, and it is booked once.
    """
    pay_bills.confirm(token=token, now=request.now, today=request.today)
    attempt = queries.attempt(token=token)
    if attempt is None:
        raise Http404
    is_open = attempt.state in OPEN_STATES
    is_through = is_open or attempt.state == AttemptState.SUCCEEDED
    return render(
        request,
        "portal/payments/result.html",
        {
            "attempt": attempt,
            "open": is_open,
            "rest": _asked_for(request, choosing.rest(request)) if is_through else [],
            "has_receipt": pay_bills.sends_receipt(token=token),
            "payments_on": request.tenant.file.payments.enabled,
        },
    )


PAGE = 50


@require_safe
@customer_required
def history(request: PortalRequest) -> HttpResponse:
    """
    List what was paid on the linked accounts.
    """
    ids = account_ids(request, Right.PAY)
    noted(request, Deed.BILLS, ids)
    page = page_asked(request)
    rows = received.payments(account_ids=ids, first=(page - 1) * PAGE, limit=PAGE + 1)
    zone, choice = request.tenant.zone, request.tenant.file.payments
    table = Table(
        caption=_("Payments"),
        hide_caption=True,
        columns=(
            Column(_("Received")),
            Column(_("Bill")),
            Column(_("Method")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(instant_text(row.received_at.astimezone(zone), language=language())),
                Cell(row.bill_numbers or _("On account")),
                Cell(method_name(row.method)),
                Cell(row.amount, note=payment_note(row, language=language())),
            )
            for row in rows[:PAGE]
        ),
    )
    return render(
        request,
        "portal/payments/history.html",
        {
            "table": table if rows else None,
            "pages": pages(page, more=len(rows) > PAGE),
            "verdict": verdict(
                summed(standings(account_ids=ids, today=request.today).values()),
                instant=request.now.astimezone(zone),
                language=language(),
            )
            if ids
            else "",
            "autopay_on": choice.enabled and (choice.autopay or choice.direct_debit),
        },
    )
