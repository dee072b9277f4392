"""Settings, proof of identity: what is asked for which purpose, and how easily it is guessed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.branding.components import Cell, Column, Fact, Table
from mains.console import wording
from mains.console.access import OWNERS, StaffRequest, staff
from mains.core.wording import number_text
from mains.enrolment import strength
from mains.enrolment.evidence import label
from mains.enrolment.strength import Measured


@require_safe
@staff(*OWNERS)
def proof(request: StaffRequest) -> HttpResponse:
    """
    Measure each policy that gives access on the tenant's own customers.
    """
    file = request.tenant.file
    measured = strength.measure(file=file, today=request.today)
    budgets, registration = file.registration.budgets, file.registration
    return render(
        request,
        "console/settings/proof.html",
        {
            "table": _table(measured),
            "advice": [
                strength.advice(one, file=file)
                for one in measured
                if one.is_weak and one.policy.waiver is None
            ],
            "assumed": any(not one.by_data for one in measured),
            "facts": [
                Fact(_("Failed tries of one address in an hour"), str(budgets.address_hour)),
                Fact(_("Failed tries at one account in a day"), str(budgets.account_day)),
                Fact(_("Failed tries of everybody in an hour"), str(budgets.tenant_hour)),
                Fact(_("Failed tries of everybody in a day"), str(budgets.tenant_day)),
                Fact(
                    _("Hours in which a new login changes nothing that reaches the holder"),
                    str(registration.contact_lock_hours),
                ),
            ],
        },
    )


def _table(measured: list[Measured]) -> Table:
    language = get_language() or "en"
    return Table(
        caption=_("What gives access"),
        hide_caption=True,
        columns=(
            Column(_("Purpose")),
            Column(_("Details asked")),
            Column(_("Can pass"), numeric=True),
            Column(_("Ambiguous"), numeric=True),
            Column(_("Links in a million guesses"), numeric=True),
            Column(_("On one account"), numeric=True),
            Column(_("State")),
        ),
        rows=tuple(
            (
                Cell(
                    wording.purpose(one.policy.purpose),
                    note=wording.customer_type(one.policy.customer_type),
                ),
                Cell(", ".join(label(kind) for kind in one.policy.evidence)),
                Cell(f"{one.can_pass}/{one.customers}"),
                Cell(str(one.ambiguous)),
                Cell(number_text(one.strength.sprayed.normalize(), language=language)),
                Cell(number_text(one.strength.one_account.normalize(), language=language)),
                _state(one),
            )
            for one in measured
        ),
    )


def _state(one: Measured) -> Cell:
    if one.is_weak and one.policy.waiver:
        return Cell(_("Waived"), meaning="warn", note=one.policy.waiver.reason)
    if one.is_weak:
        return Cell(_("Too easy to guess"), meaning="bad")
    return Cell(_("Strong enough"), meaning="ok")
