"""Pay: choose bills, go to the gateway, come back."""

import hashlib
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Cell, Column, Table
from mains.core.money import Money
from mains.core.wording import instant_text
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import pay_bills
from mains.payments import actions, queries
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable
from mains.payments.queries import BillRow
from mains.payments.wording import credit_note
from mains.portal.access import (
    PortalRequest,
    account_ids,
    customer_required,
    may_pay,
    noted,
)
from mains.portal.bills.views import is_payable
from mains.portal.home.dues import MOST_PAID
from mains.portal.paging import page_asked, pages
from mains.portal.payments.forms import Receipt
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
    bills = _asked_for(request, request.GET)
    if not bills:
        return redirect("portal:bills" if request.user.is_authenticated else "portal:find")
    return render(
        request,
        "portal/payments/choose.html",
        {
            "baskets": _baskets(bills),
            "form": Receipt(initial={"email": getattr(request.user, "email", "")}),
            "gateway": _gateway_label(request),
        },
    )


def _asked_for(request: PortalRequest, data: Any) -> list[BillRow]:
    asked = [
        int(value)
        for value in data.getlist("bill")[:MOST_PAID]
        if value.isdecimal() and len(value) < LONGEST_ID
    ]
    found = {row.id: row for row in queries.bills_with_ids(bill_ids=asked, today=request.today)}
    return [
        row
        for row in (found[pk] for pk in dict.fromkeys(asked) if pk in found)
        if is_payable(row) and may_pay(request, bill_id=row.id, account_id=row.account_id)
    ]


def _baskets(bills: list[BillRow]) -> list[dict[str, Any]]:
    companies: dict[str, list[BillRow]] = {}
    for bill in bills:
        companies.setdefault(bill.company_code, []).append(bill)
    return [
        {
            "company": rows[0].company_name,
            "bills": rows,
            "total": Money.total(
                (row.outstanding for row in rows), currency=rows[0].outstanding.currency
            ),
        }
        for rows in companies.values()
    ]


def _gateway_label(request: PortalRequest) -> str:
    gateways = request.tenant.file.payments.gateways
    return (gateways[0].label.get(language()) or gateways[0].kind) if gateways else ""


@require_http_methods(["GET", "POST"])
def start(request: PortalRequest) -> HttpResponse:
    """
    Open the gateway's page for bills of one company; a second click opens the same page.

    Whoever comes by the browser's history is led back to what can be paid.
    """
    if request.method == "GET":
        return redirect("portal:pay")
    bills = _asked_for(request, request.POST)
    form = Receipt(request.POST)
    if not bills:
        return _refused(
            request,
            _("These bills are paid already, or nothing is owed on them. Nothing was charged."),
        )
    if not form.is_valid():
        return render(
            request,
            "portal/payments/choose.html",
            {"baskets": _baskets(bills), "form": form, "gateway": _gateway_label(request)},
            status=422,
        )
    return _to_gateway(request, bills, form.cleaned_data["email"])


def _to_gateway(request: PortalRequest, bills: list[BillRow], email: str) -> HttpResponse:
    if not request.session.session_key:
        request.session.create()
    try:
        page = pay_bills.start(
            tenant=request.tenant,
            bill_ids=[bill.id for bill in bills],
            payer=_payer(request),
            email=email,
            language=language(),
            now=request.now,
            today=request.today,
        )
    except pay_bills.PaymentsOff:
        return switched_off(request)
    except actions.NothingToPay:
        return _refused(
            request,
            _("These bills are paid already, or nothing is owed on them. Nothing was charged."),
        )
    except actions.SeveralCompanies:
        return _refused(request, _("These bills are of two companies. Pay each company by itself."))
    except (GatewayUnavailable, GatewayRefused, actions.BusyElsewhere):
        return _refused(
            request,
            _("The payment service does not answer. Nothing was charged. Try again in a minute."),
            status=503,
        )
    noted(request, Deed.PAYMENT, {bill.account_id for bill in bills})
    return redirect(page)


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
    return render(
        request,
        "portal/payments/result.html",
        {"attempt": attempt, "open": attempt.state in actions.OPEN_STATES},
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
    rows = queries.payments(account_ids=ids, first=(page - 1) * PAGE, limit=PAGE + 1)
    zone = request.tenant.zone
    words = {
        "CARD": _("Card"),
        "BANK_TRANSFER": _("Bank transfer"),
        "DIRECT_DEBIT": _("Direct debit"),
        "CASH": _("Cash"),
    }
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
                Cell(words[row.method]),
                Cell(row.amount, note=credit_note(row.credit, language=language())),
            )
            for row in rows[:PAGE]
        ),
    )
    return render(
        request,
        "portal/payments/history.html",
        {"table": table if rows else None, "pages": pages(page, more=len(rows) > PAGE)},
    )
