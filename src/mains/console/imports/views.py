"""Files of meter data: the imports that were done, and a file's way from upload to import."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.console.imports import words
from mains.console.imports.forms import Upload
from mains.console.imports.rejecting import rejected_file
from mains.journeys import import_desk, rejected_rows
from mains.metering import importing, interval_queries
from mains.metering.imports.refusals import FileRefused
from mains.metering.interval_queries import ImportRow
from mains.metering.models import MeterImport
from mains.tenancy import registry

PLACE = "readings/imports/"
PAGE = 50


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def every(request: StaffRequest) -> HttpResponse:
    """
    List the imports, the latest first, and take another file.
    """
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name = _received(request, form)
        if name is not None:
            return to(request, f"{PLACE}waiting/{name}/")
    before = request.GET.get("before", "")
    rows = interval_queries.imports(
        limit=PAGE + 1, before=int(before) if before.isdecimal() and len(before) < 19 else None
    )
    shown = rows[:PAGE]
    return render(
        request,
        "console/imports/list.html",
        {
            "form": form,
            "table": _table(request, shown) if shown else None,
            "older": shown[-1].id if len(rows) > PAGE else None,
            "waiting": _waiting(request),
        },
        status=422 if form.errors else 200,
    )


def _received(request: StaffRequest, form: Upload) -> str | None:
    file = form.cleaned_data["file"]
    try:
        return import_desk.receive(
            tenant=request.tenant,
            content=file.read(),
            file_name=file.name,
            profile_key=form.cleaned_data["profile"],
            by=f"staff:{request.user.pk}",
            now=request.now,
        )
    except FileRefused as refused:
        form.add_error("file", words.trouble(refused.trouble))
        return None


def _waiting(request: StaffRequest) -> list[dict[str, Any]]:
    states = {
        "NEW": _("Say what its columns are"), "ASKED": _("Being read"), "READ": _("To be imported"),
        "REFUSED": _("Cannot be read"), "IMPORTING": _("Being imported"),
    }  # fmt: skip
    return [
        {
            "name": file.name,
            "file_name": file.note["file_name"],
            "when": wording.moment(file.created_at, request.tenant.zone),
            "state": states[file.note["step"]],
        }
        for file in import_desk.unfinished(now=request.now)
    ]


def _names(request: StaffRequest) -> dict[int, str]:
    members = registry.members_of(schema_name=request.tenant.schema_name)
    return {one.id: one.name or one.email for one in members}


def _table(request: StaffRequest, rows: list[ImportRow]) -> Table:
    names = _names(request)
    return Table(
        caption=_("Imports"),
        columns=(
            Column(_("File")),
            Column(_("Imported by")),
            Column(_("New days"), numeric=True),
            Column(_("Changed days"), numeric=True),
            Column(_("Rejected rows"), numeric=True),
            Column(_("State")),
        ),
        rows=tuple(_line(request, row, names) for row in rows),
    )


def _line(request: StaffRequest, row: ImportRow, names: dict[int, str]) -> tuple[Cell, ...]:
    text, meaning = words.state(row)
    return (
        Cell(row.file_name, url=f"{request.base}{PLACE}{row.id}/", note=words.profile(row.profile)),
        Cell(
            words.who(row.imported_by, names),
            note=wording.moment(row.imported_at, request.tenant.zone),
        ),
        Cell(wording.number(Decimal(row.new_days))),
        Cell(wording.number(Decimal(row.changed_days))),
        Cell(wording.number(Decimal(row.refused_rows))),
        Cell(text, meaning=meaning) if meaning else Cell(text),
    )


@require_safe
@staff(*EVERYBODY)
def one(request: StaffRequest, import_id: int) -> HttpResponse:
    """
    Show what an import brought.
    """
    row = _row(import_id)
    return render(
        request,
        "console/imports/one.html",
        {
            "row": row,
            **_facts(request, row),
            "rejected": import_id
            in rejected_rows.with_rows(import_ids=[import_id], now=request.now),
        },
    )


def _row(import_id: int) -> ImportRow:
    row = interval_queries.one_import(import_id=import_id)
    if row is None:
        raise Http404
    return row


def _facts(request: StaffRequest, row: ImportRow) -> dict[str, Any]:
    names, zone = _names(request), request.tenant.zone
    text, meaning = words.state(row)
    return {
        "format": words.profile(row.profile),
        "state": text,
        "meaning": meaning,
        "who": words.who(row.imported_by, names),
        "when": wording.moment(row.imported_at, zone),
        "undone_by": words.who(row.undone_by, names) if row.is_undone else "",
        "undone_at": wording.moment(row.undone_at, zone) if row.undone_at else "",
        "first_day": wording.day(row.first_day) if row.first_day else "",
        "last_day": wording.day(row.last_day) if row.last_day else "",
    }


@require_safe
@staff(*EVERYBODY)
def rejected(request: StaffRequest, import_id: int, suffix: str) -> HttpResponse:
    """
    Give the rows that an import did not take.
    """
    return rejected_file(request, name=rejected_rows.of_import(import_id), suffix=suffix)


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def undo(request: StaffRequest, import_id: int) -> HttpResponse:
    """
    Ask once more, then take back what an import brought.
    """
    row = _row(import_id)
    newer = interval_queries.newer_imports(import_id=import_id)
    if request.method == "POST":
        _undone(request, import_id)
        return to(request, f"{PLACE}{import_id}/")
    return render(
        request,
        "console/imports/undo.html",
        {
            "row": row,
            **_facts(request, row),
            "newer": [found for found in map(_maybe, newer) if found is not None],
        },
    )


def _maybe(import_id: int) -> ImportRow | None:
    return interval_queries.one_import(import_id=import_id)


def _undone(request: StaffRequest, import_id: int) -> None:
    try:
        import_desk.undo(import_id=import_id, by=f"staff:{request.user.pk}", now=request.now)
    except MeterImport.DoesNotExist as error:
        raise Http404 from error
    except importing.NewerImports as newer:
        numbers = ", ".join(map(str, newer.import_ids))
        messages.error(
            request,
            _(
                "Nothing was undone: later imports changed the same days. Undo them first, the "
                "latest before the others: %(numbers)s."
            )
            % {"numbers": numbers},
        )
    except import_desk.AlreadyBilled:
        messages.error(
            request,
            _(
                "Nothing was undone: a bill counts by readings of this import. Enter the right "
                "readings instead; the next bill puts it right."
            ),
        )
    else:
        messages.success(request, _("The import is undone. The file may be imported again."))
