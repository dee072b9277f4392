"""A file that waits: how it is read, what it would bring, and the import."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mains.console import wording
from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.console.imports import rejecting, words
from mains.console.imports.forms import Columns, Format
from mains.console.imports.views import PLACE
from mains.documents import waiting
from mains.documents.waiting import NotWaiting, Waiting
from mains.journeys import import_desk
from mains.journeys.import_desk import Step
from mains.metering.imports.profile import Table
from mains.metering.imports.refusals import Trouble


def _file(request: StaffRequest, name: str) -> Waiting | None:
    """
    Return a file that waits, or say that it is gone.
    """
    try:
        return waiting.find(name=name, kind=import_desk.FILE, now=request.now)
    except NotWaiting:
        messages.warning(
            request,
            _(
                "This file is no longer here: it was removed, or waited for more than a week. "
                "Upload it again."
            ),
        )
        return None


@require_safe
@staff(*EVERYBODY)
def one(request: StaffRequest, name: str) -> HttpResponse:
    """
    Show where a file stands: its columns, what it would bring, or that it is being read.
    """
    file = _file(request, name)
    if file is None:
        return to(request, PLACE)
    step = file.note["step"]
    if step == Step.DONE:
        return to(request, f"{PLACE}{file.note['report']['import_id']}/")
    if step in import_desk.WORKING:
        return render(request, "console/imports/working.html", {"file": file.note})
    if step == Step.NEW or request.GET.get("change"):
        return _ways(request, file)
    if step == Step.REFUSED:
        trouble = words.trouble(Trouble(**file.note["trouble"]))
        return _ways(request, file, trouble=trouble)
    return render(request, "console/imports/preview.html", _preview(request, file))


def _ways(
    request: StaffRequest,
    file: Waiting,
    *,
    trouble: str = "",
    columns: Columns | None = None,
) -> HttpResponse:
    """
    Ask how a file is read: by which format, or what its columns are.
    """
    look, plan = file.note["look"], file.note["plan"] or {}
    if columns is None and look["rows"]:
        described = Table(**plan["table"]) if "table" in plan else import_desk.guessed(file=file)
        columns = Columns(rows=look["rows"], initial=Columns.initial_of(described))
    width = max((len(row) for row in look["rows"]), default=0)
    return render(
        request,
        "console/imports/columns.html",
        {
            "file": file.note,
            "trouble": trouble,
            "columns": columns,
            "rows": [[*row, *[""] * (width - len(row))] for row in look["rows"]],
            "numbers": range(1, width + 1),
            "format": Format(initial={"profile": plan.get("profile", "")}, auto_id="format-%s"),
        },
        status=422 if columns is not None and columns.errors else 200,
    )


def _preview(request: StaffRequest, file: Waiting) -> dict[str, Any]:
    report, plan = file.note["report"], file.note["plan"]
    found = rejecting.rejected(request, name=file.name) if report["refused"] else None
    profile = import_desk.profile_in(plan)
    return {
        "file": file.note,
        "report": report,
        "again": f"{request.base}{PLACE}{report['import_id']}/",
        "format": words.profile(profile.key),
        "gives_readings": profile.gives_readings,
        "first_day": _day(report["first_day"]),
        "last_day": _day(report["last_day"]),
        "sums": words.sums(report["sums"]),
        "unknown_more": report["unknown_count"] - len(report["unknown"]),
        "nothing": not (report["new_days"] or report["changed_days"] or report["new_readings"]),
        "rejected": rejecting.table(found) if found else None,
        "rejected_more": max(0, report["refused"] - rejecting.SHOWN),
    }


def _day(text: str | None) -> str:
    return wording.day(date.fromisoformat(text)) if text else ""


@require_POST
@staff(*EVERYBODY)
def read(request: StaffRequest, name: str) -> HttpResponse:
    """
    Read a file as somebody says, and show what it would bring.
    """
    file = _file(request, name)
    if file is None:
        return to(request, PLACE)
    plan: dict[str, Any]
    if "profile" in request.POST:
        by_format = Format(request.POST)
        if not by_format.is_valid():
            return to(request, f"{PLACE}waiting/{name}/?change=1")
        plan = {"profile": by_format.cleaned_data["profile"]}
    else:
        look = file.note["look"]
        columns = Columns(request.POST, rows=look["rows"])
        if not columns.is_valid():
            return _ways(request, file, columns=columns)
        table = columns.table(is_sheet=look["is_sheet"], delimiter=look["delimiter"])
        plan = {"table": asdict(table)}
    import_desk.ask(tenant=request.tenant, name=name, plan=plan, now=request.now)
    return to(request, f"{PLACE}waiting/{name}/")


@require_POST
@staff(*EVERYBODY)
def take(request: StaffRequest, name: str) -> HttpResponse:
    """
    Import the rows that can be taken.
    """
    try:
        import_desk.take(
            tenant=request.tenant, name=name, by=f"staff:{request.user.pk}", now=request.now
        )
    except NotWaiting:
        _file(request, name)
        return to(request, PLACE)
    except import_desk.NotRead:
        messages.error(request, _("Nothing was imported: look first at what the file would bring."))
    return to(request, f"{PLACE}waiting/{name}/")


@require_POST
@staff(*EVERYBODY)
def discard(request: StaffRequest, name: str) -> HttpResponse:
    """
    Remove a file that shall not be imported.
    """
    try:
        import_desk.discard(name=name, now=request.now)
    except import_desk.NotRead:
        messages.error(request, _("The file is being imported, so it stays. Undo the import then."))
        return to(request, f"{PLACE}waiting/{name}/")
    messages.success(request, _("The file is removed. Nothing of it was imported."))
    return to(request, PLACE)


@require_safe
@staff(*EVERYBODY)
def rejected(request: StaffRequest, name: str, suffix: str) -> HttpResponse:
    """
    Give the rows that would not be taken.
    """
    return rejecting.rejected_file(request, name=name, suffix=suffix)
