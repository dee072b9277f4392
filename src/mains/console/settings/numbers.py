"""Where the numbers of bills and credit notes stand, and begin."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mains.billing import numbering
from mains.billing.numbering import Series
from mains.branding.components import Cell, Column, Table
from mains.console.access import OWNERS, StaffRequest, staff, to
from mains.journeys import number_desk


class BeginAt(forms.Form):
    series = forms.ChoiceField(
        label=gettext_lazy("Series and year"),
        error_messages={"required": gettext_lazy("Choose which numbers begin elsewhere.")},
    )
    next_number = forms.IntegerField(
        label=gettext_lazy("Next number"),
        help_text=gettext_lazy("The one after the last number that another system gave."),
        min_value=1,
        max_value=numbering.LARGEST,
        error_messages={
            "required": gettext_lazy("Type the number that the next document gets."),
            "invalid": gettext_lazy("Type a whole number."),
        },
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"].choices = choices  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def numbers(request: StaffRequest) -> HttpResponse:
    """
    Show the next number of every series, and let one begin where another system stopped.
    """
    rows = number_desk.all_series(tenant=request.tenant, year=request.today.year)
    free = [(f"{company}:{one.code}:{one.year}", f"{one.code}{one.year}")
            for company, one in rows if not one.is_begun]  # fmt: skip
    form = BeginAt(request.POST or None, choices=free)
    if request.method == "POST" and form.is_valid() and _begun(request, form):
        messages.success(request, _("The series begins there."))
        return to(request, "settings/numbers/")
    return render(
        request,
        "console/settings/numbers.html",
        {"table": _table(rows), "form": form if free else None},
        status=422 if form.errors else 200,
    )


def _begun(request: StaffRequest, form: BeginAt) -> bool:
    company, code, year = form.cleaned_data["series"].split(":")
    try:
        number_desk.begin_at(
            tenant=request.tenant,
            company_code=company,
            code=code,
            year=int(year),
            next_number=form.cleaned_data["next_number"],
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except numbering.NumbersTaken:
        form.add_error(
            None, _("Numbers of this series are taken already. From there on none is left out.")
        )
    except numbering.NotUpward as error:
        form.add_error(
            "next_number",
            _("The next number is %(number)s already. Type a higher one.") % {"number": error},
        )
    return not form.errors


def _table(rows: list[tuple[str, Series]]) -> Table:
    return Table(
        caption=_("Numbers"),
        hide_caption=True,
        columns=(Column(_("Company")), Column(_("Next number")), Column(_("State"))),
        rows=tuple(
            (
                Cell(company),
                Cell(one.next_text),
                Cell(_("Begun"), meaning="ok") if one.is_begun else Cell(_("Not begun")),
            )
            for company, one in rows
        ),
    )
