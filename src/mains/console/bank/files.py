"""Files of bank statements: upload one, and see what came of each."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Cell, Column, Fact, Meaning, Table
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.console.bank import words
from mains.console.bank.forms import Upload
from mains.console.bank.views import PLACE, companies, names, sum_of
from mains.core.money import Money
from mains.documents.waiting import NotWaiting, Waiting
from mains.journeys import bank_desk
from mains.journeys.bank_desk import Step
from mains.payments.bank import overview

FILES = f"{PLACE}files/"


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def every(request: StaffRequest) -> HttpResponse:
    """
    List the files, the latest first, and take another one.
    """
    form = Upload(
        request.POST or None,
        request.FILES or None,
        companies=companies(),
        currency=request.tenant.file.locale.currency,
    )
    if request.method == "POST" and form.is_valid():
        return to(request, f"{FILES}{_received(request, form)}/")
    files = bank_desk.latest(now=request.now)
    return render(
        request,
        "console/bank/files.html",
        {"form": form, "table": _table(request, files) if files else None},
        status=422 if form.errors else 200,
    )


def _received(request: StaffRequest, form: Upload) -> str:
    said = form.cleaned_data
    upload = bank_desk.Upload(
        content=said["file"].read(),
        file_name=said["file"].name,
        company=said.get("company") or companies()[0][0],
        profile=said["profile"],
        currency=said["currency"],
    )
    return bank_desk.receive(
        tenant=request.tenant, upload=upload, by=f"staff:{request.user.pk}", now=request.now
    )


def _table(request: StaffRequest, files: list[Waiting]) -> Table:
    known = names(request)
    return Table(
        caption=_("Files"),
        columns=(
            Column(_("File")),
            Column(_("Imported by")),
            Column(_("New lines"), numeric=True),
            Column(_("Booked by itself"), numeric=True),
            Column(_("State")),
        ),
        rows=tuple(_line(request, file, known) for file in files),
    )


def _line(request: StaffRequest, file: Waiting, known: dict[int, str]) -> tuple[Cell, ...]:
    states: dict[str, tuple[str, Meaning]] = {
        Step.READING: (_("Being imported"), "info"),
        Step.DONE: (_("Imported"), "ok"),
        Step.REFUSED: (_("Refused"), "bad"),
    }
    report = file.note.get("report") or {}
    text, meaning = states[file.note["step"]]
    return (
        Cell(file.note["file_name"], url=f"{request.base}{FILES}{file.name}/"),
        Cell(
            words.who(file.note["by"], known),
            note=wording.moment(file.created_at, request.tenant.zone),
        ),
        Cell(wording.number(report.get("new"))),
        Cell(wording.number(report.get("booked"))),
        Cell(text, meaning=meaning),
    )


@require_safe
@staff(*BILLING)
def one(request: StaffRequest, name: str) -> HttpResponse:
    """
    Show what came of a file: its lines by what became of them, and what does not fit.
    """
    try:
        file = bank_desk.find(name=name, now=request.now)
    except NotWaiting:
        messages.warning(request, _("This file is no longer here. Upload it again."))
        return to(request, FILES)
    note = file.note
    report = note.get("report") or {}
    statements = bank_desk.statements(file=file, now=request.now) if report else []
    sums = overview.sums(wanted=overview.Wanted(file_name=name))
    return render(
        request,
        "console/bank/file.html",
        {
            "file": note,
            "facts": _facts(report) if report else [],
            "warnings": [one for each in statements for one in _warnings(each)],
            "sums": [sum_of(one) for one in sums] if report else [],
            "trouble": words.trouble(note["trouble"]) if note["step"] == Step.REFUSED else "",
            "is_working": note["step"] == Step.READING,
            "all_lines": f"{request.base}{PLACE}",
        },
    )


def _facts(report: dict[str, Any]) -> list[Fact]:
    counted = [
        (_("Lines in the file"), "lines"),
        (_("New lines"), "new"),
        (_("Imported before"), "known"),
        (_("Told of in another file, as a batch or its parts"), "elsewhere"),
        (_("Booked by itself"), "booked"),
    ]
    return [
        Fact(label, wording.number(report[key]))
        for label, key in counted
        if report[key] or key in {"lines", "new"}
    ]


def _warnings(statement: dict[str, Any]) -> list[str]:
    values = {"number": statement["number"] or "–", "account": statement["account"] or "–"}
    currency, found = statement["currency"], []
    if statement["before"] is not None:
        found.append(
            _(
                "Statement %(number)s of account %(account)s begins with %(opening)s, and the one "
                "before ended with %(closing)s. A statement between them is missing."
            )
            % {
                **values,
                "opening": words.money(Money(statement["opening"], currency)),
                "closing": words.money(Money(statement["before"], currency)),
            }
        )
    if statement["missing"]:
        found.append(
            _(
                "The lines of statement %(number)s do not lead from its opening to its closing "
                "balance: %(missing)s is missing. Banks cut statements into pages, so look for "
                "the other part."
            )
            % {**values, "missing": words.money(Money(statement["missing"], currency))}
        )
    return found
