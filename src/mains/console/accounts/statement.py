"""The statement of a customer's account as they see it, with its files and the certificate."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mains.console import wording
from mains.console.access import EVERYBODY, StaffRequest, staff
from mains.core import spreadsheets
from mains.core.downloads import as_file, shown_as
from mains.customers import queries as customers
from mains.payments.statements import certificates, forms, paper, tables
from mains.payments.statements import wording as words
from mains.payments.statements.account import statements
from mains.payments.statements.standing import standings


@require_safe
@staff(*EVERYBODY)
def one(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Show every movement of an account with the balance after it, and what is owed now.
    """
    form = forms.DaysForm(request.GET, today=request.today)
    found = statements(account_ids=[account_id], days=form.days, today=request.today)
    if not found:
        raise Http404
    standing = standings(account_ids=[account_id], today=request.today)[account_id]
    return render(
        request,
        "console/accounts/statement.html",
        {
            "account": found[0],
            "form": form,
            "query": forms.query_of(form.days),
            "account_url": f"{request.base}customers/{account_id}/",
            "table": tables.table(
                found[0],
                bill_url=lambda bill_id: f"{request.base}bills/{bill_id}/",
                language=wording.language(),
            ),
            "days": words.days_text(form.days, language=wording.language()),
            "closing": tables.closing_sentence(found[0], language=wording.language()),
            "parts": words.parts_of(standing, language=wording.language()),
            "when": wording.moment(request.now, request.tenant.zone),
        },
        status=422 if form.errors else 200,
    )


@require_safe
@staff(*EVERYBODY)
def download(request: StaffRequest, account_id: int, suffix: str) -> HttpResponse:
    """
    Give the statement as a file; the letter is in the customer's language.
    """
    form = forms.DaysForm(request.GET, today=request.today)
    found = statements(account_ids=[account_id], days=form.days, today=request.today)
    known = suffix in spreadsheets.TYPES or suffix == "pdf"
    if not found or not known or form.errors:
        raise Http404
    name = f"{words.file_stem('statement', form.days.last)}.{suffix}"
    if suffix != "pdf":
        content = tables.file(found, suffix=suffix)
        return as_file(content, name=name, content_type=spreadsheets.TYPES[suffix])
    content = paper.pdf(
        statements=found,
        tenant=request.tenant,
        language=_spoken_by(request, account_id),
        today=request.today,
    )
    return shown_as(content, name=name, content_type="application/pdf")


@require_safe
@staff(*EVERYBODY)
def certificate(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Give the certificate of what the account owes at this moment, in the customer's language.
    """
    try:
        content = certificates.pdf(
            account_id=account_id,
            tenant=request.tenant,
            language=_spoken_by(request, account_id),
            now=request.now,
        )
    except certificates.NoSuchAccount as error:
        raise Http404 from error
    name = f"{words.file_stem('certificate', request.today)}.pdf"
    return shown_as(content, name=name, content_type="application/pdf")


def _spoken_by(request: StaffRequest, account_id: int) -> str:
    found = customers.addressees(account_ids=[account_id]).get(account_id)
    return (found and found.language) or request.tenant.file.locale.languages[0]
