"""Twelve months of a whole company, service by service."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff
from mains.core import spreadsheets
from mains.core.downloads import as_file
from mains.payments.statements import report_words
from mains.payments.statements.report import Basis, Report, of_company
from mains.payments.statements.wording import file_stem


@require_safe
@staff(*BILLING)
def report(request: StaffRequest) -> HttpResponse:
    """
    Show what a company billed and was paid in the last twelve full months.
    """
    company, basis = _company(request), _basis(request)
    return render(
        request,
        "console/payments/report.html",
        {
            "companies": request.tenant.file.companies,
            "company": company,
            "basis": basis,
            "ways": report_words.bases(),
            "payments_url": f"{request.base}payments/",
            "reports": [
                report_words.page_of(one, file=request.tenant.file, language=wording.language())
                for one in _found(request, company, basis)
            ],
        },
    )


@require_safe
@staff(*BILLING)
def download(request: StaffRequest, suffix: str) -> HttpResponse:
    """
    Give the twelve months of a company as CSV for programs or XLSX for people.
    """
    if suffix not in spreadsheets.TYPES:
        raise Http404
    company = _company(request)
    content = report_words.report_file(
        _found(request, company, _basis(request)),
        file=request.tenant.file,
        language=wording.language(),
        suffix=suffix,
    )
    name = f"{file_stem(f'twelve-months-{company}', request.today)}.{suffix}"
    return as_file(content, name=name, content_type=spreadsheets.TYPES[suffix])


def _company(request: StaffRequest) -> str:
    codes = [one.code for one in request.tenant.file.companies]
    asked = request.GET.get("company", "")
    return asked if asked in codes else codes[0]


def _basis(request: StaffRequest) -> Basis:
    return Basis.USE if request.GET.get("by") == Basis.USE else Basis.ISSUE


def _found(request: StaffRequest, company: str, basis: Basis) -> list[Report]:
    return of_company(company_code=company, basis=basis, today=request.today)
