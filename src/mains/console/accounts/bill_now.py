"""Bill one account now: a contract that has ended, or up to a day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mains.billing.models import RunKind
from mains.billing.runs import apart
from mains.billing.runs.apart import Unbilled
from mains.branding.components import Cell, Column, Table
from mains.branding.fields import DayField
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.customers import queries
from mains.journeys import run_desk

_DAY = timedelta(days=1)


class BillNow(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What to bill"),
        choices=(
            ("FINAL", gettext_lazy("Final bill: contracts that have ended")),
            ("INTERIM", gettext_lazy("Interim bill: everything up to the last day")),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose which bill to make.")},
    )
    last = DayField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("It is billed as well."),
        required_text=gettext_lazy("Type the last day that is billed."),
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def bill_now(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Show what is not billed yet of an account, and start a bill of it as a run of its own.
    """
    account = queries.account(account_id=account_id, today=request.today)
    if account is None:
        raise Http404
    days = apart.unbilled_of(account_id=account_id, until=request.today)
    ended = any(one.has_ended for one in days)
    form = BillNow(
        request.POST or None,
        initial={"kind": "FINAL" if ended else "INTERIM", "last": request.today - _DAY},
    )
    if request.method == "POST" and form.is_valid():
        run_id = _started(request, account_id, form)
        if run_id is not None:
            return to(request, f"runs/{run_id}/")
    return render(
        request,
        "console/accounts/bill_now.html",
        {"account": account, "table": _table(days), "form": form},
        status=422 if form.errors else 200,
    )


def _started(request: StaffRequest, account_id: int, form: BillNow) -> int | None:
    chosen: dict[str, Any] = form.cleaned_data
    last: date = chosen["last"]
    try:
        return run_desk.start_apart(
            tenant=request.tenant,
            kind=RunKind(chosen["kind"]),
            account_id=account_id,
            until=last + _DAY,
            started_by=author(request),
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except apart.DayNotPast:
        form.add_error("last", _("This day is not over. Choose today or an earlier day."))
    except apart.NothingLeft:
        form.add_error(
            None,
            _("Nothing is left to bill up to this day. Choose a later day, or an interim bill.")
            if chosen["kind"] == RunKind.FINAL
            else _("Nothing is left to bill up to this day. Choose a later one."),
        )
    return None


def _table(days: Sequence[Unbilled]) -> Table | None:
    if not days:
        return None
    return Table(
        caption=_("Not billed yet"),
        columns=(Column(_("Supply point")), Column(_("Days")), Column(_("State"))),
        rows=tuple(
            (
                Cell(one.contract.supply_point, note=one.contract.address),
                Cell(wording.period(one.days.start, one.days.end)),
                Cell(_("Ended"), meaning="warn") if one.has_ended else Cell(_("Running")),
            )
            for one in days
        ),
    )
