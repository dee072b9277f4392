"""Bills for machines: their formats, what tax offices were told, and what they answered."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import BILLING, EVERYBODY, StaffRequest, staff, to
from mains.core.downloads import as_file
from mains.einvoices import actions, documents, queries
from mains.einvoices import wording as words
from mains.einvoices.models import Filing, FilingState
from mains.einvoices.rules.problems import NotMachineReadable
from mains.einvoices.rules.sdi import NotForSenders, NoticeContradicts, NoticeUnreadable
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.tenancy.queries import TenantInfo

PLACE = "einvoices/"
MOST = 50


class Notice(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Notification of the exchange system"),
        help_text=gettext_lazy("The XML file as it came, such as IT…_00001_RC_001.xml."),
        widget=forms.FileInput,
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def desk(request: StaffRequest) -> HttpResponse:
    """
    Show what was filed, what needs somebody, and whether all of it is there; take an answer.
    """
    form = Notice(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _received(request, form):
        return to(request, PLACE)
    return render(
        request,
        "console/runs/einvoices.html",
        {
            "form": form,
            "counts": _counts(),
            "attention": _attention(request),
            "checked": _checked() if request.GET.get("check") else None,
        },
        status=422 if form.errors else 200,
    )


def _received(request: StaffRequest, form: Notice) -> bool:
    try:
        filing = actions.receive(
            content=form.cleaned_data["file"].read(),
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except NoticeUnreadable:
        form.add_error("file", _("This is no notification of the exchange system."))
    except NotForSenders:
        form.add_error("file", _("This notification is for the recipient of a bill."))
    except actions.NoSuchFile as unknown:
        form.add_error(
            "file", _("No file %(name)s was made here. Look in the right provider.") % {
                "name": str(unknown)
            },
        )  # fmt: skip
    except NoticeContradicts:
        form.add_error(
            "file", _("This contradicts what the exchange system said of the same file before.")
        )
    else:
        text, _meaning = words.state(filing.state)
        messages.success(request, f"{filing.name}: {text}")
        return True
    return False


def _counts() -> Table | None:
    rows = queries.counts()
    if not rows:
        return None
    return Table(
        caption=_("What was filed"),
        columns=(
            Column(_("Company")),
            Column(_("Office")),
            Column(_("State")),
            Column(_("Bills"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(company),
                Cell(words.OFFICES[kind]),
                Cell(words.state(state)[0], meaning=words.state(state)[1]),
                Cell(wording.number(count)),
            )
            for company, kind, state, count in rows
        ),
    )


def _attention(request: StaffRequest) -> Table | None:
    found = queries.needing_attention(limit=MOST)
    if not found:
        return None
    return Table(
        caption=_("To be looked at"),
        columns=(
            Column(_("Bill")),
            Column(_("Office")),
            Column(_("State")),
            Column(_("Why")),
        ),
        rows=tuple(
            (
                Cell(one.bill.number, url=f"{request.base}bills/{one.bill_id}/"),
                Cell(words.OFFICES[one.kind]),
                *_state(one),
            )
            for one in found
        ),
    )


def _state(one: Filing) -> tuple[Cell, Cell]:
    """
    Return a filing's state, and what was said of it.
    """
    text, meaning = words.state(one.state)
    answers = one.details.get("answers", [])
    said = "; ".join(filter(None, (answer["text"] for answer in answers)))
    if one.state == FilingState.UNFIT:
        said = words.reason(one.details["reason"])
    return Cell(text, meaning=meaning), Cell(said)


def _checked() -> list[tuple[str, list[str]]]:
    """
    Return what a check found: company and office, and a sentence for each fault.
    """
    return [
        (
            f"{one.company}, {words.OFFICES[one.kind]}",
            [words.fault(finding) for finding in one.findings[:MOST]],
        )
        for one in queries.check()
    ]


def documents_of(
    bill: BillRow, facts: Mapping[str, Any], tenant: TenantInfo
) -> list[tuple[str, str]]:
    """
    Return every format of a bill: what it is called, and its address from the bill's page.
    """
    kinds = documents.kinds_of(
        bill_id=bill.id, facts=facts, company_code=bill.company_code, tenant=tenant
    )
    return [(words.FORMATS[kind], f"as/{kind}/") for kind in kinds]


def filings_table(request: StaffRequest, *, bill_id: int) -> Table | None:
    """
    Return what tax offices were told of a bill, if any was.
    """
    found = queries.filings_of(bill_id=bill_id)
    if not found:
        return None
    return Table(
        caption=_("Told to tax offices"),
        columns=(
            Column(_("Office")),
            Column(_("State")),
            Column(_("What was said")),
            Column(_("File")),
            Column(_("Made")),
        ),
        rows=tuple(
            (
                Cell(words.OFFICES[one.kind]),
                *_state(one),
                Cell(one.name),
                Cell(wording.moment(one.generated_at, request.tenant.zone)),
            )
            for one in found
        ),
    )


def is_rejected(*, bill_id: int) -> bool:
    """
    Tell whether the file of a bill was rejected, so that it can be made again.
    """
    return any(one.state == FilingState.REJECTED for one in queries.filings_of(bill_id=bill_id))


@require_safe
@staff(*EVERYBODY)
def document(request: StaffRequest, bill_id: int, document: str) -> HttpResponse:
    """
    Give a bill in any of its formats.
    """
    bill = payments.bill(bill_id=bill_id, today=request.today)
    if bill is None:
        raise Http404
    try:
        made = documents.document(
            bill_id=bill_id,
            kind=document,
            company_code=bill.company_code,
            tenant=request.tenant,
        )
    except documents.NoSuchDocument as error:
        raise Http404 from error
    except NotMachineReadable as problem:
        messages.error(request, words.reason(problem.code))
        return to(request, f"bills/{bill_id}/")
    return as_file(made.content, name=made.name, content_type=made.content_type)


@require_POST
@staff(*BILLING)
def again(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Make the rejected file of a bill again, under the next name.
    """
    rejected = [
        one for one in queries.filings_of(bill_id=bill_id) if one.state == FilingState.REJECTED
    ]
    try:
        for one in rejected:
            made = actions.send_again(
                filing_id=one.pk, actor=f"staff:{request.user.pk}", now=request.now
            )
            messages.success(
                request, _("The file is made again as %(name)s. Send it.") % {"name": made.name}
            )
    except (actions.NotRejected, NotMachineReadable):
        messages.error(request, _("The file cannot be made again: reload the page and look."))
    if not rejected:
        messages.error(request, _("Only a file that was rejected is made again."))
    return to(request, f"bills/{bill_id}/")
