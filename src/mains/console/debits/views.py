"""Files of direct debits: prepared, given to the bank, answered and settled; mandates imported."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.bankfiles.direct_debits.debits import RefusedDebit
from mains.bankfiles.unreadable import UnreadableFile
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.core.downloads import as_file
from mains.core.money import Money
from mains.core.wording import short_date_text
from mains.customers import companies
from mains.customers.models import Scheme
from mains.documents import waiting
from mains.documents.waiting import NotWaiting
from mains.journeys import collections, mandate_import
from mains.journeys.mandate_import import Trouble
from mains.payments.direct_debits import collecting, filing
from mains.payments.direct_debits.filing import DebitFile, Step

_LARGEST = 5 * 1024 * 1024


class Upload(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={
            "required": gettext_lazy("Choose the file."),
            "empty": gettext_lazy("This file is empty. Choose another."),
        },
    )

    def clean_file(self) -> bytes:
        """
        Return the bytes of the file.
        """
        given = self.cleaned_data["file"]
        if given.size > _LARGEST:
            raise forms.ValidationError(_("The file is larger than 5 MB. Split it."))
        return bytes(given.read())


@require_safe
@staff(*BILLING)
def every(request: StaffRequest) -> HttpResponse:
    """
    List the files, what there is to do with each, and what could be prepared now.
    """
    _require_on(request)
    return _list(request, Upload())


def _require_on(request: StaffRequest) -> None:
    if not request.tenant.file.payments.direct_debit:
        raise Http404


def _list(request: StaffRequest, form: Upload) -> HttpResponse:
    rows = [_row(one) for one in filing.files(now=request.now)[:100]]
    return render(
        request,
        "console/debits/list.html",
        {
            "rows": rows,
            "companies": [one for one in companies.all_companies() if one.creditor_id],
            "first_day": short_date_text(
                filing.first_day(tenant=request.tenant, today=request.today),
                language=wording.language(),
            ),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _row(file: DebitFile) -> dict[str, Any]:
    words = {
        Step.PREPARED: (_("Give it to the bank"), "warn"),
        Step.HANDED_IN: (_("At the bank"), "info"),
        Step.WITHDRAWN: (_("Withdrawn"), "info"),
    }
    state, meaning = words[file.step]
    still_open = collecting.open_minor(name=file.name)
    if file.step is Step.HANDED_IN and not still_open:
        state, meaning = _("Settled"), "ok"
    return {
        "file": file,
        "state": state,
        "meaning": meaning,
        "total": Money(file.total_minor, file.currency),
        "open": Money(still_open, file.currency),
        "day": short_date_text(file.collection_date, language=wording.language()),
        "by": short_date_text(file.hand_in_by, language=wording.language()),
        "is_prepared": file.step is Step.PREPARED,
        "is_open": file.step is Step.HANDED_IN and still_open > 0,
    }


@require_POST
@staff(*BILLING)
def prepare(request: StaffRequest) -> HttpResponse:
    """
    Prepare the files of what is due, for every company and scheme.
    """
    _require_on(request)
    try:
        made = _prepared(request)
    except RefusedDebit as refused:
        messages.error(
            request,
            _(
                "No bank would take one of the debits (%(why)s), so nothing was prepared. Correct "
                "the mandates, or the creditor identifier and bank account of the company."
            )
            % {"why": refused.refusal},
        )
        return to(request, "payments/debits/")
    count = len([name for name in made if name])
    if count:
        messages.success(
            request,
            ngettext(
                "%(count)d file is prepared. Download it and give it to the bank.",
                "%(count)d files are prepared. Download them and give them to the bank.",
                count,
            )
            % {"count": count},
        )
    else:
        messages.info(request, _("No bill is due for collection by the next day of the bank."))
    return to(request, "payments/debits/")


def _prepared(request: StaffRequest) -> list[str]:
    return [
        collections.prepare(
            tenant=request.tenant, company_id=company.pk, scheme=scheme, now=request.now
        )
        for company in companies.all_companies()
        for scheme in (Scheme.CORE, Scheme.B2B)
    ]


@require_safe
@staff(*BILLING)
def download(request: StaffRequest, name: str) -> HttpResponse:
    """
    Give the file for the bank.
    """
    file = _file(request, name)
    return as_file(
        waiting.content(name=name), name=f"{file.message_id}.xml", content_type="application/xml"
    )


def _file(request: StaffRequest, name: str) -> DebitFile:
    _require_on(request)
    try:
        return filing.one_file(name=name, now=request.now)
    except NotWaiting as error:
        raise Http404 from error


@require_POST
@staff(*BILLING)
def step(request: StaffRequest, name: str) -> HttpResponse:
    """
    Note that a file was given to the bank, withdraw it, or settle it without a statement.
    """
    _file(request, name)
    deed = _STEPS.get(request.POST.get("deed", ""))
    if deed is not None:
        try:
            messages.success(request, deed(request, name))
        except (filing.WrongStep, collecting.NotHandedIn):
            messages.error(
                request, _("Somebody did something else with this file before. Look at it again.")
            )
    return to(request, "payments/debits/")


def _hand_in(request: StaffRequest, name: str) -> str:
    filing.hand_in(name=name, by=f"staff:{request.user.pk}", now=request.now)
    return _("Noted. Its bills are settled when the bank credits the file.")


def _withdraw(request: StaffRequest, name: str) -> str:
    filing.withdraw(name=name, by=f"staff:{request.user.pk}", now=request.now)
    return _("Withdrawn. Its bills can be collected and paid again.")


def _settle(request: StaffRequest, name: str) -> str:
    collecting.settle_file(name=name, now=request.now, today=request.today)
    return _("Every debit that was not refused is booked.")


_STEPS: dict[str, Callable[[StaffRequest, str], str]] = {
    "hand-in": _hand_in,
    "withdraw": _withdraw,
    "settle": _settle,
}


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def answer(request: StaffRequest, name: str) -> HttpResponse:
    """
    Take in what the bank says of a file.
    """
    file = _file(request, name)
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = collecting.take_answer(
                tenant=request.tenant, name=name, data=form.cleaned_data["file"], now=request.now
            )
        except UnreadableFile:
            form.add_error("file", _("This is no answer to a direct debit (pain.002)."))
        except collecting.AnotherFile:
            form.add_error("file", _("This answers another file. Look at its message name."))
        else:
            messages.success(
                request,
                _("Rejected: %(rejected)d. Accepted: %(accepted)d. Not named: %(unknown)d.")
                % {
                    "rejected": found.rejected,
                    "accepted": found.accepted,
                    "unknown": found.unknown,
                },
            )
            return to(request, "payments/debits/")
    return render(
        request,
        "console/debits/answer.html",
        {"file": file, "form": form},
        status=422 if form.errors else 200,
    )


@require_POST
@staff(*BILLING)
def import_mandates(request: StaffRequest) -> HttpResponse:
    """
    Take mandates over from a table; one row that does not fit, and nothing is imported.
    """
    _require_on(request)
    form = Upload(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form)
    try:
        done = mandate_import.read(
            data=form.cleaned_data["file"], by=f"staff:{request.user.pk}", now=request.now,
            today=request.today,
        )  # fmt: skip
    except mandate_import.UnfitRows as unfit:
        for line, trouble in unfit.rows[:10]:
            form.add_error(
                "file", _("Row %(line)d: %(why)s") % {"line": line, "why": _why(trouble)}
            )
        return _list(request, form)
    messages.success(
        request,
        _("Mandates: %(new)d new, %(known)d were there.") % {"new": done.new, "known": done.known},
    )
    return to(request, "payments/debits/")


def _why(trouble: Trouble) -> str:
    return {
        Trouble.COLUMNS: _(
            "the columns account, reference, holder, iban and signed have to be there, in UTF-8."
        ),
        Trouble.ACCOUNT: _("there is no account with this number."),
        Trouble.REFERENCE: _("banks do not take this reference: 35 letters and digits at most."),
        Trouble.IBAN: _("the check digits of the IBAN do not fit."),
        Trouble.SIGNED: _("the day of signing is none, or has not come yet; write 2026-11-29."),
        Trouble.SCHEME: _("the scheme is CORE or B2B."),
        Trouble.COLLECTED: _("another mandate of this account is in force."),
        Trouble.TOO_MANY: _("a table has at most 50,000 rows; import it in parts."),
        Trouble.TAKEN: _("another account has a mandate with this reference."),
    }[trouble]
