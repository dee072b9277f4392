"""Credit a bill, alone or as the second person, and bill its days again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mains.billing import crediting, queries
from mains.billing.crediting import (
    LaterBill,
    NotCreditable,
    RunAtWork,
    SecondPersonNeeded,
    SettledBill,
)
from mains.billing.kinds import title_of
from mains.billing.models import Bill
from mains.billing.rules.status import BillStatus
from mains.billing.runs import apart
from mains.billing.runs.holding import REASON, ReasonMissing
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.journeys import crediting as journey
from mains.ledger.actions import ClosedMonth
from mains.payments import queries as payments


class WhyCredit(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is taken back"),
        help_text=gettext_lazy("Colleagues read it here and in the audit. Leave out names."),
        max_length=REASON,
        error_messages={"required": gettext_lazy("Say why, so that colleagues can follow it.")},
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def credit(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Say what crediting a bill does, and do it; where the tenant wants two people, ask the second.
    """
    row = payments.bill(bill_id=bill_id, today=request.today)
    if row is None:
        raise Http404
    asked_by, reason = queries.credit_wish(bill_id=bill_id)
    form = WhyCredit(request.POST or None, initial={"reason": reason})
    two = request.tenant.file.billing.second_person_approves
    asks = two and not asked_by and row.status != BillStatus.CANCELLED
    if request.method == "POST" and form.is_valid():
        note_id = _credited(request, bill_id, form, asks=asks)
        if note_id is not None:
            return to(request, f"bills/{note_id}/")
    return render(
        request,
        "console/runs/credit.html",
        {
            "bill": row,
            "title": title_of(kind=row.kind, number=row.number),
            "form": form,
            "asked_by": asked_by,
            "mine": two and asked_by == author(request),
            "asks": asks,
        },
        status=422 if form.errors else 200,
    )


def _credited(request: StaffRequest, bill_id: int, form: WhyCredit, *, asks: bool) -> int | None:
    """
    Credit a bill and return the note's id, or the bill's own where a second person was asked.
    """
    given: dict[str, Any] = {"bill_id": bill_id, "actor": f"staff:{request.user.pk}"}
    reason = form.cleaned_data["reason"]
    try:
        if asks:
            crediting.ask(reason=reason, asked_by=author(request), now=request.now, **given)
            messages.success(request, _("A second person has to take the bill back now."))
            return bill_id
        note_id = journey.credit(
            tenant=request.tenant,
            reason=reason,
            credited_by=author(request),
            now=request.now,
            **given,
        )
    except (
        NotCreditable,
        RunAtWork,
        LaterBill,
        SettledBill,
        SecondPersonNeeded,
        ClosedMonth,
        ReasonMissing,
    ) as error:
        form.add_error(None, _SENTENCES[type(error)]())
        return None
    messages.success(request, _("The bill is taken back. What was paid for it is in credit."))
    return note_id


_SENTENCES = {
    NotCreditable: lambda: _("This document cannot be credited. Credit a bill with its lines."),
    RunAtWork: lambda: _("The run of this bill is being issued. Wait until it is done."),
    LaterBill: lambda: _(
        "This bill rests on estimates that a later bill goes on from. Credit the later one first."
    ),
    SettledBill: lambda: _(
        "A settlement took the fixed amount of this bill off. Credit the settlement first."
    ),
    SecondPersonNeeded: lambda: _(
        "You asked for this yourself, and a second person has to take the bill back."
    ),
    ClosedMonth: lambda: _("This month is closed in the ledger. Credit the bill in an open month."),
    ReasonMissing: lambda: _("Say why, so that colleagues can follow it."),
}


@require_POST
@staff(*BILLING)
def keep(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Take the wish to credit a bill back.
    """
    try:
        crediting.withdraw(bill_id=bill_id, actor=f"staff:{request.user.pk}", now=request.now)
    except Bill.DoesNotExist as error:
        raise Http404 from error
    return to(request, f"bills/{bill_id}/")


@require_POST
@staff(*BILLING)
def again(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Bill the days of a credited bill again, as a run of its own.
    """
    try:
        run_id = journey.bill_again(
            tenant=request.tenant,
            bill_id=bill_id,
            started_by=author(request),
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except Bill.DoesNotExist as error:
        raise Http404 from error
    except apart.NotCredited:
        messages.error(request, _("This bill stands. Credit it before you bill its days again."))
    except apart.NothingLeft:
        messages.error(request, _("All of its days are billed again already."))
    else:
        return to(request, f"runs/{run_id}/")
    return to(request, f"bills/{bill_id}/")
