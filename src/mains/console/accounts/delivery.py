"""How the bills of an account come, as staff see it and change it for a customer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mains.branding.components import Cell, Column, Option, Table
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.customers import queries as customers
from mains.customers.models import DeliveryMode
from mains.enrolment import wording as enrolment
from mains.enrolment.actions import delivery_setting
from mains.enrolment.actions.delivery_setting import AddressNotProven, Choice
from mains.journeys import bill_delivery
from mains.journeys.bill_delivery import Setting
from mains.journeys.bill_delivery_wording import bill_text, outcome_text, refusal


class HowBillsCome(forms.Form):
    contracts = forms.MultipleChoiceField(
        label=gettext_lazy("For which contracts"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick at least one contract."),
            "invalid_choice": gettext_lazy("Choose among the contracts of this account."),
        },
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("How the bills come"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose how the bills come."),
            "invalid_choice": gettext_lazy("Choose one of the ways that are offered."),
        },
    )
    email = forms.ChoiceField(
        label=gettext_lazy("To which e-mail address"),
        help_text=gettext_lazy(
            "Addresses that are known to be the customer's. Another one the customer confirms in "
            "the portal."
        ),
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("Choose one of the addresses that are known."),
        },
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def delivery(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Show how the bills of an account come, and choose for its customer, who is told.
    """
    account = customers.account_with_customer(account_id=account_id)
    if account is None:
        raise Http404
    setting = bill_delivery.setting(
        tenant=request.tenant, account_id=account_id, today=request.today
    )
    form = _form(request, account_id, setting)
    if request.method == "POST" and form.is_valid() and _chosen(request, account_id, form):
        return to(request, f"customers/{account_id}/")
    return render(
        request,
        "console/accounts/delivery.html",
        {
            "account": account,
            "form": form,
            "from_bill": bill_text(setting.first_bill),
            "needs_mandate": not setting.is_eligible,
            "table": _table(request, setting),
        },
        status=422 if form.errors else 200,
    )


def _form(request: StaffRequest, account_id: int, setting: Setting) -> HowBillsCome:
    known = delivery_setting.known_addresses(account_id=account_id, today=request.today)
    form = HowBillsCome(request.POST or None)
    choices: dict[str, list[tuple[str, Any]]] = {
        "contracts": [
            (str(row.contract.id), Option(_service(request, row.contract.service),
                                          row.contract.supply_point))
            for row in setting.contracts
        ],
        "mode": [(str(mode), enrolment.delivery(mode)) for mode in setting.modes],
        "email": [(email, email) for email in known],
    }  # fmt: skip
    for name, offered in choices.items():
        form.fields[name].choices = offered  # type: ignore[attr-defined]
    form.initial = {"contracts": [key for key, _words in choices["contracts"]]}
    return form


def _service(request: StaffRequest, code: str) -> str:
    labels = {one.code: one.label for one in request.tenant.file.services}
    return labels.get(code, {}).get(wording.language()) or code


def _table(request: StaffRequest, setting: Setting) -> Table:
    zone = request.tenant.zone
    return Table(
        caption=_("What was chosen"),
        columns=(
            Column(_("Contract")), Column(_("Bills come")), Column(_("From")), Column(_("Until")),
            Column(_("Chosen")),
        ),
        rows=tuple(
            (
                Cell(_service(request, row.contract.service), note=row.contract.supply_point),
                Cell(enrolment.delivered(one), note=one.notice),
                Cell(wording.day(one.start_date)),
                Cell(wording.day(one.end_date) if one.end_date else "–"),
                Cell(wording.moment(one.chosen_at, zone)),
            )
            for row in setting.contracts
            for one in row.history
        ),
    )  # fmt: skip


def _chosen(request: StaffRequest, account_id: int, form: HowBillsCome) -> bool:
    typed = form.cleaned_data
    mode = DeliveryMode(typed["mode"])
    choice = Choice(
        account_id,
        tuple(sorted(int(pk) for pk in typed["contracts"])),
        mode,
        typed["email"],
        bill_delivery.words(tenant=request.tenant, mode=mode, language=wording.language()),
    )
    try:
        outcome = bill_delivery.choose_for(
            tenant=request.tenant, choice=choice, staff_id=request.user.pk, now=request.now
        )
    except AddressNotProven:
        form.add_error("email", _("Choose one of the addresses that are known."))
        return False
    except delivery_setting.REFUSALS as problem:
        form.add_error(None, refusal(problem))
        return False
    messages.success(request, outcome_text(outcome))
    return True
