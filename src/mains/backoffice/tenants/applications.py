"""Providers that signed up, and how far their portals are."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mains.backoffice import words
from mains.backoffice.access import platform_staff
from mains.branding.components import Cell, Column, Table
from mains.journeys import jobs
from mains.journeys.onboard_provider import FINAL
from mains.tenancy import registry
from mains.tenancy.registry import ApplicationRow


@require_safe
@platform_staff
def every(request: HttpRequest) -> HttpResponse:
    """
    List applications; those that are not finished can be put into the queue again.
    """
    rows = registry.applications()
    return render(
        request,
        "backoffice/applications.html",
        {
            "table": _table(rows) if rows else None,
            "unfinished": [row for row in rows if row.step not in FINAL],
        },
    )


def _table(rows: list[ApplicationRow]) -> Table:
    return Table(
        caption=_("Applications"),
        hide_caption=True,
        columns=(
            Column(_("Provider")),
            Column(_("E-mail")),
            Column(_("Started from")),
            Column(_("Stands at")),
            Column(_("Received"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(row.name, note=row.slug),
                Cell(row.email),
                Cell(row.preset),
                Cell(words.step(row.step)[0], meaning=words.step(row.step)[1]),
                Cell(words.moment(row.created_at)),
            )
            for row in rows
        ),
    )


@require_POST
@platform_staff
def again(request: HttpRequest, application_id: int) -> HttpResponse:
    """
    Have a worker go on with an application; one that is finished stays as it is.
    """
    jobs.BUILD_PROVIDER.send(application_id=application_id)
    messages.success(request, _("A worker goes on with it as soon as one is free."))
    return redirect("applications")
