"""Twelve months of a whole company, service by service."""

from datetime import datetime

from django.core.cache import cache
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

# The page and its files are the same for so long.
KEPT_SECONDS = 900


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
    """
    Return the reports of a company and as of when: those of large ones take some seconds to add up.
    """
    key = f"payment-report:{company}:{basis}:{request.today}"
    known: tuple[datetime, list[Report]] | None = cache.get(key)
    if known is None:
        found = of_company(company_code=company, basis=basis, today=request.today)
        known = request.now, found
        cache.set(key, known, KEPT_SECONDS)
    return known
