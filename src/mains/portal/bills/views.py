"""Bills: the list, one bill, its document."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mains.billing import queries as billing
from mains.billing.documents import pdf, proofs
from mains.billing.documents.proofs import is_provable
from mains.billing.explaining.telling import why
from mains.billing.kinds import kind_name, title_of
from mains.branding.components import Cell, Column, Fact, SumLine, Table
from mains.branding.paging import page_asked, pages
from mains.core.downloads import as_file, shown_as
from mains.core.wording import date_text, money_text, short_date_text
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import bill_letters
from mains.payments import instalments
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.payments.rules.collections import RESUMED
from mains.payments.wording import held_text, state_cell
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
from mains.portal.bills.machine_bills import documents_of
from mains.portal.home.dues import MOST_PAID
from mains.portal.readings.messages import language

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
            "documents_on": request.tenant.file.payments.payment_documents,
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
                state_cell(row, language=language()),
                _amount(row),
            )
            for row in rows
        ),
    )


def _amount(row: BillRow) -> Cell:
    """
    Return what is left to pay of a bill of which a part is paid, and the total of any other.
    """
    if not 0 < row.outstanding.minor < row.total.minor:
        return Cell(row.total)
    whole = money_text(row.total, language=language())
    return Cell(row.outstanding, note=_("left to pay of %(total)s") % {"total": whole})


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
            "parts": [
                Fact(
                    date_text(part.due_date, language=language()),
                    money_text(part.amount, language=language()),
                )
                for part in row.instalments
            ]
            if whole
            else [],
            "choices": _choices(request, row) if whole else [],
            "reminded": whole
            and bill_letters.step_of(row, tenant=request.tenant, today=request.today) > 0,
            "payable": is_payable(row)
            and may_pay(request, bill_id=bill_id, account_id=row.account_id),
            "held": held_text(row.hold) if whole and row.outstanding.minor > 0 else "",
            "resumable": row.hold in RESUMED,
            "late": row.collection_date is not None and row.collection_date < request.today,
            "today": request.today,
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
        "documents": documents_of(request, row, facts),
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
        content = pdf.pdf(bill_id=bill_id, tenant=request.tenant)
    except pdf.NoSuchBill as error:  # Deleted when the law no longer wanted it.
        raise Http404 from error
    return shown_as(content, name=f"{row.number}.pdf", content_type="application/pdf")


def _choices(request: PortalRequest, row: BillRow) -> list[int]:
    """
    Return in how many parts a bill may be paid; none where it may not.
    """
    most = request.tenant.file.billing.most_instalments
    if not is_payable(row) or row.instalments or row.processing:
        return []
    return list(range(instalments.FEWEST, most + 1))


@require_POST
@customer_required
def share_out(request: PortalRequest, bill_id: int) -> HttpResponse:
    """
    Pay a bill in as many monthly parts as its payer chose; the first is due with the bill.
    """
    row = payments.bill(bill_id=bill_id, today=request.today)
    if row is None:
        raise Http404
    require(request, Right.PAY, account_id=row.account_id)
    chosen = request.POST.get("count", "")
    try:
        instalments.agree(
            bill_id=bill_id,
            count=int(chosen) if chosen.isdecimal() else 0,
            first_date=max(row.due_date, request.today),
            most=request.tenant.file.billing.most_instalments,
            by=f"user:{request.user.pk}",
            now=request.now,
            today=request.today,
        )
    except (
        instalments.NothingToShareOut,
        instalments.CollectedByMandate,
        instalments.AgreedOtherwise,
        instalments.UnfitInstalments,
    ):
        messages.error(
            request,
            _("This bill cannot be paid in these parts. Choose from the list, or contact us."),
        )
    return redirect("portal:bill", bill_id)


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
    return as_file(
        json.dumps(found), name=f"{row.number}.proof.json", content_type="application/json"
    )
