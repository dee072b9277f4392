"""Where my money went, and what is owed: the statement of account, its files, the certificate."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mains.branding.components import Pages
from mains.branding.paging import page_asked, pages
from mains.core import spreadsheets
from mains.core.downloads import as_file, shown_as
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.payments.rules.standing import Debt
from mains.payments.statements import certificates, forms, paper, tables, wording
from mains.payments.statements.account import statements
from mains.payments.statements.standing import standings, summed
from mains.portal.access import PortalRequest, account_ids, customer_required, noted, require
from mains.portal.readings.messages import language

# Accounts on one page, and in one file.
PAGE, MOST_IN_FILE = 10, 1_000


@require_safe
@customer_required
def statement(request: PortalRequest) -> HttpResponse:
    """
    Show every movement of the accounts with the balance after it, one account after the other.
    """
    form = forms.DaysForm(request.GET, today=request.today)
    ids, page = _ids(request), page_asked(request)
    shown = ids[(page - 1) * PAGE : page * PAGE]
    noted(request, Deed.BILLS, shown)
    found = statements(account_ids=shown, days=form.days, today=request.today)
    standing = standings(account_ids=ids, today=request.today)
    at = request.now.astimezone(request.tenant.zone)
    query = forms.query_of(form.days)
    return render(
        request,
        "portal/payments/statement.html",
        {
            "form": form,
            "query": query,
            "verdict": wording.verdict(summed(standing.values()), instant=at, language=language())
            if ids
            else "",
            "confirmed": [one.confirmed for one in summed(standing.values())],
            "accounts": [
                (
                    one,
                    tables.table(one, bill_url=_bill_url, language=language()),
                    wording.parts_of(standing[one.account_id], language=language()),
                    standing[one.account_id].debt is Debt.NONE,
                )
                for one in found
            ],
            "days": wording.days_text(form.days, language=language()),
            "has_file": len(ids) <= MOST_IN_FILE,
            "has_letters": 0 < len(ids) <= paper.MOST_LETTERS,
            "pages": _pages(page, query, more=len(ids) > page * PAGE),
        },
        status=422 if form.errors else 200,
    )


def _ids(request: PortalRequest) -> list[int]:
    return sorted(account_ids(request, Right.PAY))


def _bill_url(bill_id: int) -> str:
    return f"/bills/{bill_id}/"


def _pages(page: int, query: str, *, more: bool) -> Pages | None:
    found = pages(page, more=more)
    if found is None:
        return None
    turn: Callable[[str], str] = lambda url: url and f"{url}&{query}"  # noqa: E731
    return Pages(found.summary, turn(found.previous_url), turn(found.next_url))


@require_safe
@customer_required
def download(request: PortalRequest, suffix: str) -> HttpResponse:
    """
    Give the statements of the accounts as a file: CSV for programs, XLSX for people, PDF to keep.
    """
    form = forms.DaysForm(request.GET, today=request.today)
    ids = _ids(request)
    known = suffix in spreadsheets.TYPES or suffix == "pdf"
    if not known or form.errors or len(ids) > MOST_IN_FILE:
        raise Http404
    noted(request, Deed.DOCUMENT, ids)
    found = statements(account_ids=ids, days=form.days, today=request.today)
    name = f"{wording.file_stem('statement', form.days.last)}.{suffix}"
    if suffix != "pdf":
        content = tables.file(found, suffix=suffix)
        return as_file(content, name=name, content_type=spreadsheets.TYPES[suffix])
    try:
        content = paper.pdf(
            statements=found, tenant=request.tenant, language=language(), today=request.today
        )
    except (paper.NoLetters, paper.TooManyLetters) as error:
        raise Http404 from error
    return shown_as(content, name=name, content_type="application/pdf")


@require_safe
@customer_required
def certificate(request: PortalRequest, account_id: int) -> HttpResponse:
    """
    Give the certificate of what an account owes at this moment.
    """
    require(request, Right.PAY, account_id=account_id)
    noted(request, Deed.DOCUMENT, [account_id])
    content = certificates.pdf(
        account_id=account_id, tenant=request.tenant, language=language(), now=request.now
    )
    name = f"{wording.file_stem('certificate', request.today)}.pdf"
    return shown_as(content, name=name, content_type="application/pdf")


@require_safe
def check(request: PortalRequest, code: str) -> HttpResponse:
    """
    Tell anybody who has the number of a certificate whether it is genuine, and what it says.
    """
    try:
        found = certificates.checked(code=code[:80], tenant=request.tenant)
    except certificates.NoCertificate:
        return render(request, "portal/payments/check.html", {"found": None}, status=404)
    when = wording.moment_text(found.at, language=language())
    return render(request, "portal/payments/check.html", {"found": found, "when": when})
