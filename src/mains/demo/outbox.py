"""Look at the messages of a demo tenant. Served only where the demo runs."""

from datetime import UTC

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mains.branding.components import Cell, Column, Table
from mains.core.wording import instant_text
from mains.guard.context import PUBLIC, inside
from mains.notifications import queries
from mains.tenancy import queries as tenancy


def _schema(slug: str) -> str:
    if slug == "platform":
        return PUBLIC
    if slug not in tenancy.tenants():
        raise Http404
    return slug


@require_safe
def messages(request: HttpRequest, slug: str) -> HttpResponse:
    """
    List the latest messages of a tenant, newest first.
    """
    schema_name = _schema(slug)
    zone = UTC if schema_name == PUBLIC else tenancy.tenant(schema_name).zone
    with inside(schema_name):
        rows = queries.latest(limit=100)
    table = Table(
        caption=f"Outbox of {slug}",
        columns=(Column(f"When ({zone})"), Column("To"), Column("Subject"), Column("State")),
        rows=tuple(
            (
                Cell(instant_text(row.created_at.astimezone(zone), language="en")),
                Cell(row.recipient),
                Cell(row.subject, url=f"/{slug}/{row.id}/"),
                Cell(row.state.lower(), meaning="ok" if row.state == "SENT" else "info"),
            )
            for row in rows
        ),
    )
    return render(request, "demo/outbox.html", {"table": table, "slug": slug})


@require_safe
def message(request: HttpRequest, slug: str, message_id: int) -> HttpResponse:
    """
    Show one message as its reader gets it.
    """
    with inside(_schema(slug)):
        found = queries.rendered(message_id=message_id)
    if found is None:
        raise Http404
    return render(request, "demo/message.html", {"message": found, "slug": slug})
