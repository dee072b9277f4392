"""Payment documents: choose an account, its bills, confirm, and print."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Cell, Column, Table
from mains.core.money import Money
from mains.core.wording import short_date_text
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import payment_documents
from mains.payments.bills_due import overview
from mains.payments.bills_due.creating import MOST_BILLS
from mains.payments.bills_due.overview import DocumentRow
from mains.payments.bills_due.telling import happened, state_word
from mains.payments.queries import BillRow
from mains.payments.rules.bills_due import DocumentState
from mains.portal.access import (
    PortalRequest,
    account_ids,
    customer_required,
    noted,
    require,
)
from mains.portal.readings.messages import language

# No id of ours has this many digits, and no key of a form so many characters.
_LONGEST_ID, _LONGEST_KEY = 19, 64


@require_safe
@customer_required
def every(request: PortalRequest) -> HttpResponse:
    """
    List the payment documents, and choose the account and the bills of the next one.
    """
    _require_on(request)
    ids = account_ids(request, Right.PAY)
    noted(request, Deed.BILLS, ids)
    rows = payment_documents.choices(account_ids=ids, today=request.today)
    accounts = {row.account_id: row.account_number for row in rows}
    asked = request.GET.get("of", "")
    if len(accounts) == 1:
        asked = str(next(iter(accounts)))
    chosen = [row for row in rows if str(row.account_id) == asked]
    documents = overview.documents(account_ids=ids, today=request.today)
    return render(
        request,
        "portal/payments/bills_due.html",
        {
            "table": _table(documents) if documents else None,
            "accounts": accounts.items() if len(accounts) > 1 and not chosen else (),
            "bills": chosen[:MOST_BILLS],
            "several": len(accounts) > 1,
            "account_id": asked,
        },
    )


def _table(documents: list[DocumentRow]) -> Table:
    return Table(
        caption=_("Your payment documents"),
        columns=(
            Column(_("Payment document")),
            Column(_("Account")),
            Column(_("Valid until")),
            Column(_("Status")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(row.number, url=f"/bills/due/{row.id}/", note=row.company_name),
                Cell(row.account_number),
                Cell(short_date_text(row.last_date, language=language())),
                Cell(state_word(row.state)[0], meaning=state_word(row.state)[1]),
                Cell(row.total),
            )
            for row in documents
        ),
    )


@require_http_methods(["GET", "POST"])
@customer_required
def confirm(request: PortalRequest) -> HttpResponse:
    """
    Say what the document will hold, and make it; sending the same twice makes one.
    """
    _require_on(request)
    data = request.POST if request.method == "POST" else request.GET
    account_id = _number(data.get("of", ""))
    if account_id is None:
        return redirect("portal:bills-due")
    require(request, Right.PAY, account_id=account_id)
    asked = {pk for pk in map(_number, data.getlist("bill")) if pk is not None}
    if request.method == "POST":
        return _create(request, account_id, asked, data.get("key", "")[:_LONGEST_KEY])
    rows = payment_documents.choices(account_ids=[account_id], today=request.today)
    bills = [row for row in rows if row.id in asked]
    if not bills:
        messages.error(request, _("No bill was chosen. Choose at least one."))
        return redirect("portal:bills-due")
    return render(
        request,
        "portal/payments/bills_due_confirm.html",
        {
            "bills": bills,
            "total": _total(bills),
            "last_date": payment_documents.last_date(tenant=request.tenant, today=request.today),
            "account_id": account_id,
            "key": secrets.token_urlsafe(24),
        },
    )


def _number(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and len(typed) < _LONGEST_ID else None


def _total(bills: list[BillRow]) -> Money:
    return Money.total((row.outstanding for row in bills), currency=bills[0].total.currency)


def _create(request: PortalRequest, account_id: int, asked: set[int], key: str) -> HttpResponse:
    try:
        made = payment_documents.create(
            tenant=request.tenant,
            account_id=account_id,
            bill_ids=asked,
            request_key=key or secrets.token_urlsafe(24),
            by=f"user:{request.user.pk}",
            now=request.now,
            today=request.today,
        )
    except (payment_documents.NotPayable, payment_documents.KeyUsed):
        messages.error(
            request,
            _(
                "No document was made: one of these bills is paid already or cannot be paid this "
                "way. Choose again."
            ),
        )
        return redirect("portal:bills-due")
    noted(request, Deed.PAYMENT, [account_id])
    return redirect("portal:bills-due-one", made)


@require_safe
@customer_required
def one(request: PortalRequest, document_id: int) -> HttpResponse:
    """
    Show a payment document: how it stands, why, and how to pay it.
    """
    row = _of(request, document_id)
    noted(request, Deed.BILLS, [row.account_id])
    word, meaning = state_word(row.state)
    return render(
        request,
        "portal/payments/bills_due_one.html",
        {
            "document": row,
            "state": word,
            "meaning": meaning,
            "lines": [(line, happened(line, language=language())) for line in row.lines],
            "is_stale": row.state is DocumentState.STALE,
            "is_over": row.state in {DocumentState.EXPIRED, DocumentState.PAID},
            "payable": [bill for bill in row.open_bills if bill.collection_date is None],
            "payments_on": request.tenant.file.payments.enabled,
        },
    )


@require_safe
@customer_required
def paper(request: PortalRequest, document_id: int) -> HttpResponse:
    """
    Give a payment document as PDF.
    """
    row = _of(request, document_id)
    noted(request, Deed.DOCUMENT, [row.account_id])
    content = payment_documents.pdf(tenant=request.tenant, document=row)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    return response


def _of(request: PortalRequest, document_id: int) -> DocumentRow:
    row = payment_documents.document(
        tenant=request.tenant, document_id=document_id, today=request.today
    )
    if row is None:
        raise Http404
    require(request, Right.PAY, account_id=row.account_id)
    return row


def _require_on(request: PortalRequest) -> None:
    if not payment_documents.is_on(tenant=request.tenant):
        raise Http404
