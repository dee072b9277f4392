"""Twelve months of a whole company, service by service."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.core import spreadsheets
from mains.core.downloads import as_file
from mains.journeys import company_year
from mains.payments.statements import report_words
from mains.payments.statements.report import Basis, Report
from mains.payments.statements.wording import file_stem


@require_safe
@staff(*BILLING)
def report(request: StaffRequest) -> HttpResponse:
    """
    Show what a company billed and was paid in the last twelve full months.
    """
    company, basis = _company(request), _basis(request)
    at, found = _found(request, company, basis)
    return render(
        request,
        "console/payments/report.html",
        {
            "companies": request.tenant.file.companies,
            "company": company,
            "basis": basis,
            "ways": report_words.bases(),
            "payments_url": f"{request.base}payments/",
            "when": wording.moment(at, request.tenant.zone),
            "reports": [
                report_words.page_of(one, file=request.tenant.file, language=wording.language())
                for one in found
            ],
        },
    )


@require_POST
@staff(*BILLING)
def again(request: StaffRequest) -> HttpResponse:
    """
    Add the twelve months up again, with what was booked since.
    """
    company, basis = _company(request), _basis(request)
    company_year.reports(
        tenant=request.tenant, company_code=company, basis=basis, again=True, now=request.now
    )
    return to(request, f"payments/report/?{urlencode({'company': company, 'by': basis})}")


@require_safe
@staff(*BILLING)
def download(request: StaffRequest, suffix: str) -> HttpResponse:
    """
    Give the twelve months of a company as CSV for programs or XLSX for people.
    """
    if suffix not in spreadsheets.TYPES:
        raise Http404
    company = _company(request)
    _at, found = _found(request, company, _basis(request))
    content = report_words.report_file(
        found,
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


def _found(request: StaffRequest, company: str, basis: Basis) -> tuple[datetime, list[Report]]:
    return company_year.reports(
        tenant=request.tenant, company_code=company, basis=basis, now=request.now
    )
