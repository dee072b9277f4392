"""Agree with a customer on paying a bill in parts, or take that back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mains.billing.models import Bill
from mains.branding.components import Cell, Column, Table
from mains.branding.fields import DayField
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.payments import instalments, queries
from mains.payments.queries import BillRow

# Staff may agree on more parts than customers may choose.
MOST = 12


class Agree(forms.Form):
    count = forms.IntegerField(
        label=gettext_lazy("How many monthly parts"),
        min_value=instalments.FEWEST,
        max_value=MOST,
        initial=3,
        widget=forms.NumberInput(attrs={"class": "short"}),
        error_messages={
            "required": gettext_lazy("Type a number from 2 to 12."),
            "invalid": gettext_lazy("Type a number from 2 to 12."),
            "min_value": gettext_lazy("Type a number from 2 to 12."),
            "max_value": gettext_lazy("Type a number from 2 to 12."),
        },
    )
    first_date = DayField(
        label=gettext_lazy("The first part is due on"),
        help_text=gettext_lazy("A day from today on, at most a year ahead."),
        required_text=gettext_lazy("Type the day on which the first part is due."),
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def agree(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Share what is open of a bill out to monthly parts.
    """
    row = queries.bill(bill_id=bill_id, today=request.today)
    if row is None:
        raise Http404
    first = max(row.due_date, request.today)
    form = Agree(request.POST or None, initial={"first_date": first})
    if request.method == "POST" and form.is_valid() and _agreed(request, bill_id, form):
        return to(request, f"bills/{bill_id}/")
    return render(
        request,
        "console/runs/instalments.html",
        {"form": form, "bill": row},
        status=422 if form.errors else 200,
    )


def _agreed(request: StaffRequest, bill_id: int, form: Agree) -> bool:
    chosen: dict[str, Any] = form.cleaned_data
    try:
        instalments.agree(
            bill_id=bill_id,
            count=chosen["count"],
            first_date=chosen["first_date"],
            most=MOST,
            by=f"staff:{request.user.pk}",
            now=request.now,
            today=request.today,
        )
    except instalments.NothingToShareOut:
        form.add_error(None, _("Nothing is open on this bill, so there is nothing to share out."))
    except instalments.CollectedByMandate:
        form.add_error(
            None,
            _("A direct debit collects this bill as a whole. End the mandate first, then agree."),
        )
    except instalments.AgreedOtherwise:
        form.add_error(
            None, _("Other instalments are agreed for this bill. Take them back, then agree anew.")
        )
    except instalments.UnfitInstalments as problem:
        form.add_error(*_unfit(problem, request))
    return not form.errors


def _unfit(problem: instalments.UnfitInstalments, request: StaffRequest) -> tuple[str, str]:
    if isinstance(problem, instalments.TooLittleToShareOut):
        return "count", _(
            "Too little is open for so many parts. Choose fewer, or let it be paid as a whole."
        )
    if isinstance(problem, instalments.FirstDayPassed):
        return "first_date", _("This day has passed. Choose today or a later one.")
    if isinstance(problem, instalments.FirstDayTooFar):
        last = instalments.last_first_date(today=request.today)
        return "first_date", _(
            "This day is more than a year ahead. Choose %(day)s or an earlier one."
        ) % {"day": wording.day(last)}
    return "count", _("Type a number from 2 to 12.")


@require_POST
@staff(*BILLING)
def withdraw(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Take instalments back; the bill is due on its own day again.
    """
    try:
        instalments.withdraw(bill_id=bill_id, by=f"staff:{request.user.pk}", now=request.now)
    except Bill.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The instalments are taken back. The bill is due as a whole."))
    return to(request, f"bills/{bill_id}/")


def table_of(bill: BillRow) -> Table | None:
    """
    List the parts of a bill, or return None where none are agreed.
    """
    if not bill.instalments:
        return None
    return Table(
        caption=_("Instalments"),
        columns=(Column(_("Due")), Column(_("Amount"), numeric=True)),
        rows=tuple(
            (Cell(wording.day(part.due_date)), Cell(part.amount)) for part in bill.instalments
        ),
    )
