"""The outbox: what was told to whom."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import BILLING, EVERYBODY, StaffRequest, staff, to
from mains.journeys import bounced_mail
from mains.notifications import bounces, queries
from mains.notifications.bounces import Report
from mains.notifications.kinds import KINDS

# What they hold lets their reader in, so staff may know that they were sent, and no more.
SECRET = {kind.name for kind in KINDS.values() if kind.secret}


@require_safe
@staff(*EVERYBODY)
def outbox(request: StaffRequest) -> HttpResponse:
    """
    List the latest messages.
    """
    rows = queries.latest()
    table = Table(
        caption=_("Messages"),
        hide_caption=True,
        columns=(
            Column(_("Subject")),
            Column(_("To")),
            Column(_("State")),
            Column(_("Written"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(_subject(row.kind, row.subject), url=f"{request.base}messages/{row.id}/"),
                Cell(row.recipient),
                Cell(
                    wording.message_state(row.state)[0], meaning=wording.message_state(row.state)[1]
                ),
                Cell(wording.moment(row.created_at, request.tenant.zone)),
            )
            for row in rows
        ),
    )
    return render(request, "console/messages/list.html", {"table": table if rows else None})


@require_safe
@staff(*EVERYBODY)
def one(request: StaffRequest, message_id: int) -> HttpResponse:
    """
    Show one message as plain text; links in it are not followed from here.
    """
    message = queries.rendered(message_id=message_id)
    if message is None:
        raise Http404
    kind = message.key.partition(":")[0]
    arrival = bounces.arrival_of(message_id=message_id)
    return render(
        request,
        "console/messages/message.html",
        {
            "message": message,
            "sender": message.sender_words,
            "subject": _subject(kind, message.subject),
            "secret": kind in SECRET,
            "error": arrival.error,
            "may_report": arrival.may_come_back and request.role in BILLING,
        },
    )


@require_POST
@staff(*BILLING)
def came_back(request: StaffRequest, message_id: int) -> HttpResponse:
    """
    Say that a message came back, where the mail provider does not report it.
    """
    message = queries.rendered(message_id=message_id)
    if message is None:
        raise Http404
    is_new = bounced_mail.take_in(
        tenant=request.tenant,
        report=Report(
            f"staff.{message_id}", message.recipient, _("reported by staff"), message.key
        ),
        actor=f"staff:{request.user.pk}",
        now=request.now,
    )
    if is_new:
        messages.success(request, _("Noted. Bills to this address are treated as you decided."))
    else:
        messages.info(request, _("This was noted already, or the message was never sent."))
    return to(request, f"messages/{message_id}/")


def _subject(kind: str, subject: str) -> str:
    return _("A message for its reader only") if kind in SECRET else subject
