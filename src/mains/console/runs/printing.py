"""The print file of a run: ask for it, see how far it is, fetch it and its index."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from mains.billing.runs import overview
from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.core.downloads import as_file
from mains.documents.serving import LINK_SECONDS
from mains.journeys import print_files
from mains.journeys.bill_files import Step
from mains.journeys.print_files import Part


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def print_file(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Show the parts of a run's print file, or ask for it.
    """
    run = overview.run(run_id=run_id)
    if run is None:
        raise Http404
    if request.method == "POST":
        _asked(request, run_id)
        return to(request, f"runs/{run_id}/print/")
    parts = print_files.of_run(run_id=run_id, now=request.now)
    steps = {part.step for part in parts}
    return render(
        request,
        "console/runs/print.html",
        {
            "period": wording.period(run.period_start, run.period_end),
            "table": _table(request, parts) if parts else None,
            "ready": [part for part in parts if part.step is Step.READY],
            "working": bool(steps & {Step.WAITING, Step.WORKING}),
            "may_ask": not parts or bool(steps & {Step.FAILED, Step.EXPIRED}),
        },
    )


def _asked(request: StaffRequest, run_id: int) -> None:
    try:
        print_files.ask(
            tenant=request.tenant,
            run_id=run_id,
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except print_files.NotIssued:
        messages.error(request, _("This run is not issued, so there is nothing to print yet."))
    except print_files.NothingToPrint:
        messages.info(request, _("No bill of this run goes on paper."))


def _table(request: StaffRequest, parts: list[Part]) -> Table:
    return Table(
        caption=_("Print file"),
        hide_caption=True,
        columns=(
            Column(_("Part")), Column(_("Bills"), numeric=True), Column(_("State")),
            Column(_("Until")),
        ),
        rows=tuple(
            (
                Cell(
                    _("%(part)s of %(parts)s") % {"part": part.part, "parts": part.parts},
                    note=", ".join(part.failed),
                ),
                Cell(wording.number(str(part.count))),
                _state(part),
                Cell(wording.moment(part.until, request.tenant.zone) if part.until else "–"),
            )
            for part in parts
        ),
    )  # fmt: skip


def _state(part: Part) -> Cell:
    if part.step in (Step.WAITING, Step.WORKING):
        return Cell(_("In the works"), meaning="info", note=f"{part.done}/{part.count}")
    if part.step is Step.READY:
        return Cell(_("Ready"), meaning="ok")
    if part.step is Step.FAILED:
        return Cell(_("Failed"), meaning="bad")
    return Cell(_("Ended"))


@never_cache
@require_POST
@staff(*BILLING)
def document(request: StaffRequest, run_id: int, name: str) -> HttpResponse:
    """
    Send the browser to a part; it is a post, because who fetched it is written down.
    """
    try:
        address = print_files.link(
            run_id=run_id,
            name=name,
            actor=f"staff:{request.user.pk}",
            now=request.now,
            seconds=LINK_SECONDS,
        )
    except print_files.NoSuchFile as error:
        raise Http404 from error
    return redirect(address)


@never_cache
@require_POST
@staff(*BILLING)
def index(request: StaffRequest, run_id: int, name: str) -> HttpResponse:
    """
    Give the index of a part.
    """
    try:
        content = print_files.index(
            run_id=run_id,
            name=name,
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except print_files.NoSuchFile as error:
        raise Http404 from error
    return as_file(content, name=f"print-{run_id}-index.csv", content_type=print_files.CSV)
