"""Settle fixed amounts: how many are due, and the run for all of them."""

from datetime import timedelta

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mains.billing.budgets.settling import NothingToSettle
from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.core.calendars import add_months
from mains.journeys import budget_desk
from mains.journeys.budget_desk import CompanyDue


class Settle(forms.Form):
    company = forms.ChoiceField(
        label=gettext_lazy("Company"),
        error_messages={"required": gettext_lazy("Choose whose fixed amounts are settled.")},
    )

    def __init__(self, data: QueryDict | None, *, companies: list[CompanyDue]) -> None:
        due = [one for one in companies if one.contracts] or companies
        super().__init__(data, initial={"company": due[0].code})
        self.fields["company"].choices = [  # type: ignore[attr-defined]
            (one.code, one.name) for one in companies
        ]


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def settle(request: StaffRequest) -> HttpResponse:
    """
    Show how many contracts are due and up to which day, and start the run that settles them.
    """
    if request.tenant.file.budget_billing is None:
        raise Http404
    companies = budget_desk.due(tenant=request.tenant, today=request.today)
    form = Settle(request.POST or None, companies=companies)
    if request.method == "POST" and form.is_valid():
        try:
            run_id = budget_desk.settle(
                tenant=request.tenant,
                company_code=form.cleaned_data["company"],
                started_by=author(request),
                actor=f"staff:{request.user.pk}",
                now=request.now,
            )
        except NothingToSettle:
            form.add_error(
                "company", _("Nobody of this company is due, so there is nothing to settle.")
            )
        else:
            return to(request, f"runs/{run_id}/")
    until = budget_desk.settled_by(tenant=request.tenant, today=request.today)
    return render(
        request,
        "console/runs/settle.html",
        {
            "form": form,
            "table": _table(companies),
            "last_day": wording.day(until - timedelta(days=1)),
            "is_due": any(one.contracts for one in companies),
            "next": _("Nobody is due now. Everybody is settled next after %(day)s.")
            % {"day": wording.day(add_months(until, 12) - timedelta(days=1))},
        },
        status=422 if form.errors else 200,
    )


def _table(companies: list[CompanyDue]) -> Table:
    return Table(
        caption=_("Due to be settled"),
        columns=(Column(_("Company")), Column(_("Contracts"), numeric=True)),
        rows=tuple((Cell(one.name), Cell(str(one.contracts))) for one in companies),
    )
