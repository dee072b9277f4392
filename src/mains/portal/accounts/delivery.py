"""How bills come: one page for what holds, for choosing, and for what was chosen before."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mains.branding.components import Cell, Column, Fact, Option, Table
from mains.core.wording import date_text, short_date_text
from mains.customers.models import DeliveryMode
from mains.enrolment import wording as enrolment
from mains.enrolment.actions import delivery_setting
from mains.enrolment.actions.delivery_setting import Choice, may_choose
from mains.enrolment.queries import LinkedAccount
from mains.enrolment.rules.rights import Right
from mains.identity.budgets import Budget
from mains.journeys import bill_delivery
from mains.journeys.bill_delivery import ContractSetting, LinkOver, Setting
from mains.journeys.bill_delivery_wording import bill_text, outcome_text, refusal
from mains.portal.access import PortalRequest, customer_required, require
from mains.portal.readings.messages import language
from mains.portal.readings.windows import label_of

# Nobody fills strangers' mailboxes from here; the API spends the same budget.
ADDRESSES = Budget("delivery-address", tries=10, seconds=86_400)


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
    email = forms.EmailField(
        label=gettext_lazy("Another e-mail address for these bills"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": gettext_lazy("An e-mail address has the form name@example.com."),
        },
    )

    def __init__(
        self, *args: Any, contracts: list[tuple[str, Any]], modes: list[tuple[str, Any]], own: str,
        with_address: bool, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["contracts"].choices = contracts  # type: ignore[attr-defined]
        self.fields["mode"].choices = modes  # type: ignore[attr-defined]
        self.fields["email"].help_text = _(
            "Leave it empty and they go to %(email)s. Another address gets a link to confirm first."
        ) % {"email": own}
        if not with_address:
            del self.fields["email"]


@dataclass(frozen=True, slots=True)
class Card:
    """
    How the bills of one contract come, with the way back while it has not counted yet.
    """

    id: int
    name: str
    facts: list[Fact]
    bound: bool
    undo: str


@require_http_methods(["GET", "POST"])
@customer_required
def delivery(request: PortalRequest, account_id: int) -> HttpResponse:
    """
    Show how the bills of an account come, and change it.
    """
    require(request, Right.PAY, account_id=account_id)
    account = next(one for one in request.linked if one.pk == account_id)
    setting = bill_delivery.setting(
        tenant=request.tenant, account_id=account_id, today=request.today
    )
    form = _form(request, setting)
    if request.method == "POST":
        if not may_choose(account):
            raise PermissionDenied
        choice = _undo(request, account_id, setting) or _chosen(request, account_id, form)
        if choice is not None and _choose(request, choice, form):
            return redirect("portal:delivery", account_id=account_id)
    return _page(request, account, setting, form)


def _page(
    request: PortalRequest, account: LinkedAccount, setting: Setting, form: HowBillsCome
) -> HttpResponse:
    rows = setting.contracts
    return render(
        request,
        "portal/accounts/delivery.html",
        {
            "account": account,
            "cards": [_card(request, row) for row in rows],
            "form": form if rows and may_choose(account) else None,
            "shared": account.is_shared,
            "from_bill": bill_text(setting.first_bill),
            "needs_mandate": not setting.is_eligible,
            "benefit": request.tenant.file.delivery.benefit.get(language(), ""),
            "history": _history(request, rows),
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _form(request: PortalRequest, setting: Setting) -> HowBillsCome:
    choosing = request.method == "POST" and "undo" not in request.POST
    names = [
        (str(row.contract.id), Option(_name(request, row), row.contract.supply_point))
        for row in setting.contracts
    ]
    latest = [row.history[0] for row in setting.contracts if row.history]
    return HowBillsCome(
        request.POST if choosing else None,
        contracts=names,
        modes=[
            (
                str(mode),
                Option(
                    enrolment.delivery(mode),
                    bill_delivery.words(tenant=request.tenant, mode=mode, language=language()).text,
                ),
            )
            for mode in setting.modes
        ],
        own=request.user.email,
        with_address=request.tenant.file.delivery.per_contract_address
        and setting.modes != (DeliveryMode.PAPER,),
        initial={
            "contracts": [key for key, _words in names],
            "mode": str(latest[0].mode) if latest else None,
        },
    )


def _name(request: PortalRequest, row: ContractSetting) -> str:
    known = [one for one in request.tenant.file.services if one.code == row.contract.service]
    return label_of(known[0]) if known else row.contract.service


def _card(request: PortalRequest, row: ContractSetting) -> Card:
    day = date_text(row.later.start_date, language=language()) if row.later else ""
    facts = [
        Fact(_("Supply point"), row.contract.supply_point),
        Fact(_("Bills come"), enrolment.delivered(row.now)),
    ]
    if row.later:
        facts.append(Fact(_("From %(day)s on") % {"day": day}, enrolment.delivered(row.later)))
    undo = enrolment.delivered(row.undo) if row.undo else ""
    return Card(row.contract.id, _name(request, row), facts, row.contract.bound, undo)


def _history(request: PortalRequest, rows: list[ContractSetting]) -> Table | None:
    """
    List what was chosen, the latest first.
    """
    chosen = [(row, one) for row in rows for one in row.history]
    if not chosen:
        return None
    zone = request.tenant.zone
    return Table(
        caption=_("What was chosen"),
        columns=(
            Column(_("Contract")), Column(_("Bills come")), Column(_("From")), Column(_("Until")),
            Column(_("Chosen on")),
        ),
        rows=tuple(
            (
                Cell(_name(request, row), note=row.contract.supply_point),
                Cell(enrolment.delivered(one), note=one.notice),
                Cell(short_date_text(one.start_date, language=language())),
                Cell(short_date_text(one.end_date, language=language()) if one.end_date else "–"),
                Cell(short_date_text(one.chosen_at.astimezone(zone).date(), language=language())),
            )
            for row, one in sorted(chosen, key=lambda pair: pair[1].chosen_at, reverse=True)
        ),
    )  # fmt: skip


def _chosen(request: PortalRequest, account_id: int, form: HowBillsCome) -> Choice | None:
    if not form.is_valid():
        return None
    typed = form.cleaned_data
    mode = DeliveryMode(typed["mode"])
    return Choice(
        account_id,
        tuple(sorted(int(pk) for pk in typed["contracts"])),
        mode,
        typed.get("email", ""),
        bill_delivery.words(tenant=request.tenant, mode=mode, language=language()),
    )


def _undo(request: PortalRequest, account_id: int, setting: Setting) -> Choice | None:
    """
    Return what a contract had before, chosen once more; None if nothing can be undone any more.
    """
    wanted = request.POST.get("undo", "")
    for row in setting.contracts:
        if row.undo is not None and str(row.contract.id) == wanted:
            words = bill_delivery.words(
                tenant=request.tenant, mode=row.undo.mode, language=language()
            )
            return Choice(account_id, (row.contract.id,), row.undo.mode, row.undo.email, words)
    return None


def _choose(request: PortalRequest, choice: Choice, form: HowBillsCome) -> bool:
    own = choice.email.lower() in {"", request.user.email.lower()}
    if not own and not ADDRESSES.spend(request.user.pk):
        form.add_error("email", _("Many addresses were asked today. Go on tomorrow."))
        return False
    try:
        outcome = bill_delivery.choose(
            tenant=request.tenant,
            choice=choice,
            user_id=request.user.pk,
            address=request.META.get("REMOTE_ADDR", ""),
            now=request.now,
        )
    except delivery_setting.REFUSALS as problem:
        if form.is_bound:
            form.add_error(None, refusal(problem))
            return False
        messages.error(request, refusal(problem))
        return True
    messages.success(request, outcome_text(outcome))
    return True


@require_http_methods(["GET", "POST"])
def address(request: PortalRequest, token: str) -> HttpResponse:
    """
    Confirm an address for bills: one click by whoever reads what comes there.
    """
    try:
        found = bill_delivery.asked(token=token, now=request.now)
        if request.method == "POST":
            outcome = bill_delivery.confirm(tenant=request.tenant, token=token, now=request.now)
            return render(
                request,
                "portal/accounts/delivery_address.html",
                {"email": found.choice.email, "done": bill_text(outcome.first_bill)},
            )
    except LinkOver:
        return render(request, "portal/accounts/delivery_over.html", status=410)
    return render(request, "portal/accounts/delivery_address.html", {"email": found.choice.email})
