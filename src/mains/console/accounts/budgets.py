"""Fixed monthly amounts of an account: put a contract on one, change it, stop it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mains.billing.budgets import changes
from mains.billing.budgets.overview import BudgetRow, Offer
from mains.branding.fields import AmountField, DayField
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.console.accounts.budget_problems import PROBLEMS, field_of, sentence_of
from mains.console.accounts.budget_tables import offered
from mains.core.money import Money
from mains.customers import queries
from mains.customers.queries import AccountDetail
from mains.journeys import budget_desk


class Monthly(forms.Form):
    amount = AmountField(
        label=gettext_lazy("Net amount a month"),
        help_text=gettext_lazy("Without VAT."),
        required_text=gettext_lazy("Type the amount without VAT."),
        above_zero=gettext_lazy("Type an amount above zero."),
    )


class PutOn(Monthly):
    contract = forms.TypedChoiceField(
        label=gettext_lazy("Contract"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose which contract pays a fixed amount."),
            "invalid_choice": gettext_lazy(
                "This contract pays a fixed amount already, or has ended. Choose another one."
            ),
        },
    )
    since = DayField(
        label=gettext_lazy("First day"),
        help_text=gettext_lazy("The first day of a billing period that is not billed yet."),
        required_text=gettext_lazy("Type the first day of the fixed amount."),
    )
    field_order = ("contract", "amount", "since")

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contract"].choices = [  # type: ignore[attr-defined]
            (one.contract_id, f"{one.supply_point}, {one.address}") for one in offers
        ]


class Stop(forms.Form):
    until = DayField(
        label=gettext_lazy("First day without it"),
        help_text=gettext_lazy("The first day of a billing period that is not billed yet."),
        required_text=gettext_lazy("Type the first day without the fixed amount."),
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def put_on(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Put a contract on a fixed amount; what is suggested comes from its bills.
    """
    account = _account(request, account_id)
    offers = budget_desk.offers(tenant=request.tenant, account_id=account_id, today=request.today)
    if request.method == "POST" and not offers:
        # Sent twice, most likely.
        messages.info(
            request, _("Every contract of this account pays a fixed amount already, or has ended.")
        )
        return to(request, f"customers/{account_id}/")
    first = offers[0] if len(offers) == 1 else None
    form = PutOn(
        request.POST or None,
        offers=offers,
        initial={
            "contract": first.contract_id if first else None,
            "amount": _typed(first.suggested) if first else "",
            "since": budget_desk.next_period(tenant=request.tenant, today=request.today),
        },
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = _done(
            form,
            lambda: budget_desk.put_on(
                tenant=request.tenant,
                account_id=account_id,
                contract_id=given["contract"],
                monthly_minor=Money.round_from(given["amount"], account.currency).minor,
                since=given["since"],
                by=author(request),
                actor=f"staff:{request.user.pk}",
                now=request.now,
            ),
            request,
        )
        if done:
            messages.success(request, _("The fixed amount is on the bills from this day on."))
            return to(request, f"customers/{account_id}/")
    return render(
        request,
        "console/accounts/budget.html",
        {"account": account, "form": form, "table": offered(offers)},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def change(request: StaffRequest, account_id: int, contract_id: int) -> HttpResponse:
    """
    Change a fixed amount from the next bill on.
    """
    account = _account(request, account_id)
    row = _row(request, account_id, contract_id)
    form = Monthly(request.POST or None, initial={"amount": _typed(row.monthly)})
    if request.method == "POST" and form.is_valid():
        amount = Money.round_from(form.cleaned_data["amount"], account.currency)
        done = _done(
            form,
            lambda: budget_desk.change(
                tenant=request.tenant,
                account_id=account_id,
                contract_id=contract_id,
                monthly_minor=amount.minor,
                by=author(request),
                actor=f"staff:{request.user.pk}",
                now=request.now,
            ),
            request,
        )
        if done:
            messages.success(request, _("The next bill charges the new amount."))
            return to(request, f"customers/{account_id}/")
    return render(
        request,
        "console/accounts/budget_change.html",
        {"account": account, "row": row, "form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def stop(request: StaffRequest, account_id: int, contract_id: int) -> HttpResponse:
    """
    Stop a fixed amount; what was really used is then settled.
    """
    account = _account(request, account_id)
    row = _row(request, account_id, contract_id)
    following = budget_desk.next_period(tenant=request.tenant, today=request.today)
    form = Stop(request.POST or None, initial={"until": row.until or following})
    if request.method == "POST" and form.is_valid():
        done = _done(
            form,
            lambda: budget_desk.stop(
                tenant=request.tenant,
                account_id=account_id,
                contract_id=contract_id,
                until=form.cleaned_data["until"],
                by=author(request),
                actor=f"staff:{request.user.pk}",
                now=request.now,
            ),
            request,
        )
        if done:
            messages.success(request, _("Stopped. What was really used is settled next."))
            return to(request, f"customers/{account_id}/")
    return render(
        request,
        "console/accounts/budget_stop.html",
        {"account": account, "row": row, "form": form},
        status=422 if form.errors else 200,
    )


def _account(request: StaffRequest, account_id: int) -> AccountDetail:
    account = queries.account(account_id=account_id, today=request.today)
    if account is None or request.tenant.file.budget_billing is None:
        raise Http404
    return account


def _row(request: StaffRequest, account_id: int, contract_id: int) -> BudgetRow:
    for row in budget_desk.budgets(
        tenant=request.tenant, account_ids=[account_id], today=request.today
    ):
        if row.contract_id == contract_id:
            return row
    raise Http404


def _done(form: forms.Form, step: Any, request: StaffRequest) -> bool:
    """
    Take a step; what stands in its way is said in the field that it is about.
    """
    try:
        step()
    except changes.UnknownContract as error:
        raise Http404 from error
    except PROBLEMS as error:
        form.add_error(field_of(error, form), sentence_of(error, request.tenant))
        return False
    return True


def _typed(amount: Money | None) -> str:
    """
    Return an amount as it is typed in the language of the page.
    """
    return "" if amount is None else wording.number(amount.as_decimal())
