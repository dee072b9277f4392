"""Bills: the list, one bill, its document."""

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.billing import documents, proofs
from mains.billing import queries as billing
from mains.billing.kinds import kind_name, title_of
from mains.billing.proofs import is_provable
from mains.billing.telling import why
from mains.branding.components import Cell, Column, SumLine, Table
from mains.core.wording import short_date_text
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.portal.access import (
    PortalRequest,
    account_ids,
    customer_required,
    may,
    may_pay,
    noted,
    require,
)
from mains.portal.bills.corrected import before_and_after, related
from mains.portal.bills.explaining import (
    conversions_of,
    lines_of,
    period_text,
    registers_of,
    usage_chart,
)
from mains.portal.home.dues import MOST_PAID
from mains.portal.paging import page_asked, pages
from mains.portal.readings.messages import language
from mains.portal.templatetags.portal import status_word

PAGE = 50


@require_safe
@customer_required
def all_bills(request: PortalRequest) -> HttpResponse:
    """
    List the bills, newest first, with a button for everything that is open.
    """
    page = page_asked(request)
    rows = payments.bills(
        account_ids=account_ids(request, Right.SEE),
        today=request.today,
        first=(page - 1) * PAGE,
        limit=PAGE + 1,
    )
    noted(request, Deed.BILLS, {row.account_id for row in rows})
    open_bills = payments.payable(account_ids=account_ids(request, Right.PAY), today=request.today)
    payable = [row for row in open_bills if is_payable(row)]
    return render(
        request,
        "portal/bills/list.html",
        {
            "table": _table(rows[:PAGE]) if rows else None,
            "pages": pages(page, more=len(rows) > PAGE),
            # The payment page takes so many at once; the oldest go first.
            "payable": payable[:MOST_PAID],
            "pays_all": len(payable) <= MOST_PAID,
            "payments_on": request.tenant.file.payments.enabled,
        },
    )


def is_payable(row: BillRow) -> bool:
    """
    Tell whether a bill can be paid by card: something is owed, and no mandate collects it.
    """
    return row.outstanding.minor > 0 and row.collection_date is None


def _table(rows: list[BillRow]) -> Table:
    return Table(
        caption=_("All bills"),
        hide_caption=True,
        columns=(
            Column(_("Bill")),
            Column(_("Period")),
            Column(_("Due")),
            Column(_("Status")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(row.number, url=f"/bills/{row.id}/", note=_note(row)),
                Cell(period_text(row.period_start, row.period_end)),
                Cell(short_date_text(row.due_date, language=language())),
                Cell(status_word(row.status)[0], meaning=status_word(row.status)[1]),
                Cell(row.total),
            )
            for row in rows
        ),
    )


def _note(row: BillRow) -> str:
    kind = "" if row.kind == "REGULAR" else kind_name(row.kind)
    return ", ".join(filter(None, (kind, row.company_name)))


@require_safe
def one_bill(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Show a bill to who may pay it; a guest, or who may only see it, is told its amount.
    """
    row = payments.bill(bill_id=bill_id, today=request.today)
    seen = row is not None and may(request, Right.SEE, account_id=row.account_id)
    if row is None or not (seen or may_pay(request, bill_id=bill_id, account_id=row.account_id)):
        if not request.user.is_authenticated:
            return customer_required(one_bill)(request, bill_id=bill_id)
        raise Http404
    noted(request, Deed.BILLS, [row.account_id])
    whole = may(request, Right.PAY, account_id=row.account_id)
    return render(
        request,
        "portal/bills/bill.html",
        {
            "bill": row,
            "title": title_of(kind=row.kind, number=row.number),
            "in_favour": -row.total if row.total.minor < 0 else None,
            "listed": seen,
            "owns": whole,
            "period": period_text(row.period_start, row.period_end),
            "payable": is_payable(row)
            and may_pay(request, bill_id=bill_id, account_id=row.account_id),
            "late": row.collection_date is not None and row.collection_date < request.today,
            "payments": request.tenant.file.payments,
            "notice": request.tenant.file.payments.notice.get(language(), ""),
            "company": request.tenant.file.company(row.company_code),
            "sum": [SumLine(_("To pay"), row.outstanding)],
            **(_whole(request, bill_id, row) if whole else {}),
        },
    )


def _whole(request: PortalRequest, bill_id: int, row: BillRow) -> dict[str, Any]:
    facts = billing.facts(bill_id=bill_id)
    if facts is None:
        return {}
    return {
        "sum": lines_of(facts, row),
        "facts": facts,
        "provable": is_provable(facts),
        "conversions": conversions_of(facts),
        "registers": (registers := registers_of(facts, request.tenant.file)),
        "estimated": any(register.is_estimated for register in registers)
        and billing.is_latest(bill_id=bill_id)
        and row.credits_id is None
        and row.credited_by_id is None,
        "related": related(row, today=request.today),
        "beside": before_and_after(row, facts=facts),
        "why": why(
            bill_id=bill_id,
            facts=facts,
            asked=request.GET.get("than", ""),
            services=request.tenant.file.services,
            language=language(),
        ),
        "chart": usage_chart(bill_id=bill_id),
    }


@require_safe
@customer_required
def document(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Give the bill's document, rendered from its sealed facts.
    """
    row = payments.bill(bill_id=bill_id, today=request.today)
    if row is None:
        raise Http404
    require(request, Right.PAY, account_id=row.account_id)
    noted(request, Deed.DOCUMENT, [row.account_id])
    try:
        pdf = documents.pdf(bill_id=bill_id, tenant=request.tenant)
    except documents.NoSuchBill as error:  # Deleted when the law no longer wanted it.
        raise Http404 from error
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    return response


@require_safe
@customer_required
def proof(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Give the bill's portable proof, from which anybody can compute it again.
    """
    row = payments.bill(bill_id=bill_id, today=request.today)
    if row is None:
        raise Http404
    require(request, Right.PAY, account_id=row.account_id)
    noted(request, Deed.DOCUMENT, [row.account_id])
    try:
        found = proofs.proof(bill_id=bill_id)
    except proofs.NoProof as error:
        raise Http404 from error
    response = HttpResponse(json.dumps(found), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{row.number}.proof.json"'
    return response
