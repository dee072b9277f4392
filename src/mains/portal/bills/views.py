"""Bills: the list, one bill, its document."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.billing import documents
from mains.billing import queries as billing
from mains.branding.components import Cell, Column, SumLine, Table
from mains.core.wording import short_date_text
from mains.enrolment import queries as enrolment
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.portal.access import PortalRequest, account_ids, customer_required, may_pay
from mains.portal.bills.explaining import explanation_of, lines_of, usage_chart
from mains.portal.readings.messages import language
from mains.portal.templatetags.portal import status_word


@require_safe
@customer_required
def all_bills(request: PortalRequest) -> HttpResponse:
    rows = payments.bills(account_ids=account_ids(request), today=request.today)
    return render(
        request,
        "portal/bills/list.html",
        {
            "table": _table(rows) if rows else None,
            "payable": [row for row in rows if is_payable(row)],
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
                Cell(row.number, url=f"/bills/{row.id}/", note=row.company_name),
                Cell(period_text(row.period_start, row.period_end)),
                Cell(short_date_text(row.due_date, language=language())),
                Cell(status_word(row.status)[0], meaning=status_word(row.status)[1]),
                Cell(row.total),
            )
            for row in rows
        ),
    )


def period_text(start: date, end: date) -> str:
    """
    Write a half-open period with its last day.
    """
    last = date.fromordinal(end.toordinal() - 1)
    return (
        f"{short_date_text(start, language=language())} – "
        f"{short_date_text(last, language=language())}"
    )


@require_safe
def one_bill(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Show a bill to its customer; a guest who proved it sees what is needed to pay it.
    """
    row = payments.bill(bill_id=bill_id, today=request.today)
    if row is None or not may_pay(request, bill_id=bill_id, account_id=row.account_id):
        if not request.user.is_authenticated:
            return customer_required(one_bill)(request, bill_id=bill_id)
        raise Http404
    owns = _owns(request, row)
    facts = billing.facts(bill_id=bill_id) if owns else None
    return render(
        request,
        "portal/bills/bill.html",
        {
            "bill": row,
            "owns": owns,
            "period": period_text(row.period_start, row.period_end),
            "payable": is_payable(row),
            "late": row.collection_date is not None and row.collection_date < request.today,
            "payments": request.tenant.file.payments,
            "notice": request.tenant.file.payments.notice.get(language(), ""),
            "company": request.tenant.file.company(row.company_code),
            "sum": lines_of(facts, row) if facts else [SumLine(_("To pay"), row.outstanding)],
            "facts": facts,
            "why": explanation_of(facts, billing.facts_before(bill_id=bill_id)) if facts else None,
            "chart": usage_chart(bill_id=bill_id) if owns else None,
        },
    )


def _owns(request: PortalRequest, row: BillRow) -> bool:
    return request.user.is_authenticated and enrolment.is_linked(
        user_id=request.user.pk, account_id=row.account_id
    )


@require_safe
@customer_required
def document(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Give the bill's document, rendered from its sealed facts.
    """
    row = payments.bill(bill_id=bill_id, today=request.today)
    if row is None or row.account_id not in account_ids(request):
        raise Http404
    pdf = documents.pdf(bill_id=bill_id, tenant=request.tenant)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
