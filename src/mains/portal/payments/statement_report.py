"""Twelve months, service by service: what was billed, and what was paid."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mains.core import spreadsheets
from mains.core.downloads import as_file, shown_as
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.payments.statements import report_paper, report_words, wording
from mains.payments.statements.report import Basis, of_accounts
from mains.portal.access import PortalRequest, account_ids, customer_required, noted
from mains.portal.readings.messages import language


@require_safe
@customer_required
def report(request: PortalRequest) -> HttpResponse:
    """
    Show the last twelve full months of the accounts together, company by company.
    """
    ids, basis = account_ids(request, Right.PAY), basis_asked(request)
    noted(request, Deed.BILLS, ids)
    found = of_accounts(account_ids=ids, basis=basis, today=request.today)
    return render(
        request,
        "portal/payments/report.html",
        {
            "basis": basis,
            "ways": report_words.bases(),
            "reports": [
                report_words.page_of(one, file=request.tenant.file, language=language())
                for one in found
            ],
        },
    )


def basis_asked(request: PortalRequest) -> Basis:
    """
    Return which month of a bill counts, as it was asked for.
    """
    return Basis.USE if request.GET.get("by") == Basis.USE else Basis.ISSUE


@require_safe
@customer_required
def download(request: PortalRequest, suffix: str) -> HttpResponse:
    """
    Give the twelve months as a file: CSV for programs, XLSX for people, PDF to keep.
    """
    if suffix not in spreadsheets.TYPES and suffix != "pdf":
        raise Http404
    ids = account_ids(request, Right.PAY)
    noted(request, Deed.DOCUMENT, ids)
    found = of_accounts(account_ids=ids, basis=basis_asked(request), today=request.today)
    name = f"{wording.file_stem('twelve-months', request.today)}.{suffix}"
    if suffix != "pdf":
        content = report_words.report_file(
            found, file=request.tenant.file, language=language(), suffix=suffix
        )
        return as_file(content, name=name, content_type=spreadsheets.TYPES[suffix])
    try:
        content = report_paper.pdf(
            reports=found,
            account_ids=ids,
            tenant=request.tenant,
            language=language(),
            today=request.today,
        )
    except report_paper.NothingToReport as error:
        raise Http404 from error
    return shown_as(content, name=name, content_type="application/pdf")
