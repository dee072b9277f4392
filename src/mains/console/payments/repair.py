"""Payments that are stuck: found by amount or mail, beside what their gateway says, put right."""

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from mains.branding.components import Cell, Column, Fact, Table
from mains.branding.fields import AmountField
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.console.approvals.asking import ask_second_owner
from mains.core.money import Money
from mains.core.wording import bare_money_text, money_text
from mains.journeys import large_refunds, payment_repair
from mains.journeys.payment_repair import EventRow, Found, Standing
from mains.payments import refunding, suspense
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable
from mains.tenancy.tenantfile.approvals import Deed


class Refund(forms.Form):
    amount = AmountField(
        label=gettext_lazy("Amount to give back"),
        required_text=gettext_lazy("Type how much goes back."),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> Money:
        return Money.round_from(self.cleaned_data["amount"], self.currency)

    def refuse(self, most: Money) -> None:
        """
        Say which amounts can go back.
        """
        least = Money(1, most.currency)
        self.add_error(
            "amount",
            _("Type an amount from %(least)s to %(most)s.")
            % {
                "least": money_text(least, language=wording.language()),
                "most": money_text(most, language=wording.language()),
            },
        )


@require_safe
@staff(*BILLING)
def queue(request: StaffRequest) -> HttpResponse:
    """
    List what does not fit: stuck payments, strange webhooks, money nobody can place; and search.
    """
    text = request.GET.get("q", "")[:120]
    found = payment_repair.search(text=text, language=wording.language()) if text else []
    stuck = payment_repair.stuck(now=request.now)
    events = payment_repair.strange_events()
    return render(
        request,
        "console/payments/repair.html",
        {
            "text": text,
            "found": _table(request, _("Found"), found) if found else None,
            "stuck": _table(request, _("Not finished"), stuck) if stuck else None,
            "events": _events(request, events) if events else None,
            "suspense": len(suspense.waiting()),
        },
    )


def _table(request: StaffRequest, caption: str, rows: list[Found]) -> Table:
    return Table(
        caption=caption,
        columns=(
            Column(_("Begun")),
            Column(_("Bill")),
            Column(_("E-mail")),
            Column(_("Gateway")),
            Column(_("State")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(
                    wording.moment(row.created_at, request.tenant.zone),
                    url=f"{request.base}payments/repair/{row.token}/",
                ),
                Cell(row.bills),
                Cell(row.email),
                Cell(wording.gateway(row.gateway)),
                Cell(wording.attempt(row.state)),
                Cell(row.amount),
            )
            for row in rows
        ),
    )


def _events(request: StaffRequest, rows: list[EventRow]) -> Table:
    return Table(
        caption=_("What the gateways told"),
        columns=(Column(_("Received")), Column(_("Event")), Column(_("What came of it"))),
        rows=tuple(
            (
                Cell(wording.moment(row.received_at, request.tenant.zone)),
                Cell(row.event_id),
                Cell(wording.event_outcome(row.outcome, is_waiting=row.is_waiting)),
            )
            for row in rows
        ),
    )


@require_safe
@staff(*BILLING)
def one(request: StaffRequest, token: str) -> HttpResponse:
    """
    Show a payment as we know it beside what its gateway says now.
    """
    return _page(request, token)


def _page(request: StaffRequest, token: str, form: Refund | None = None) -> HttpResponse:
    standing = payment_repair.standing(token=token)
    if standing is None:
        raise Http404
    left = standing.refundable
    if left is not None and form is None:
        form = Refund(
            currency=left.currency,
            initial={
                "key": secrets.token_hex(16),
                "amount": bare_money_text(left, language=wording.language()),
            },
        )
    return render(
        request,
        "console/payments/repair_one.html",
        {
            "standing": standing,
            "gateway": wording.gateway(standing.found.gateway),
            "ours": _ours(request, standing),
            "theirs": _theirs(standing),
            "differs": _differs(standing),
            "events": _events(request, standing.events) if standing.events else None,
            "backs": [
                (wording.payment_kind(one.kind), one.amount, one.note,
                 wording.moment(one.when, request.tenant.zone))
                for one in standing.backs
            ],
            "form": form if left is not None else None,
            "left": left,
        },
        status=422 if form is not None and form.is_bound and form.errors else 200,
    )  # fmt: skip


def _ours(request: StaffRequest, standing: Standing) -> list[Fact]:
    found = standing.found
    return [
        Fact(_("State"), wording.attempt(found.state)),
        Fact(_("Amount"), money_text(found.amount, language=wording.language())),
        Fact(_("Begun"), wording.moment(found.created_at, request.tenant.zone)),
        Fact(_("E-mail"), found.email or "–"),
        Fact(_("Reason"), standing.failure or "–"),
    ]


def _theirs(standing: Standing) -> list[Fact]:
    if not standing.theirs:
        return [Fact(_("State"), _("The gateway does not answer."))]
    amount = standing.their_amount
    return [
        Fact(_("State"), wording.charge(standing.theirs)),
        Fact(_("Amount"), money_text(amount, language=wording.language()) if amount else "–"),
        Fact(_("Reference"), standing.gateway_reference or "–"),
    ]


def _differs(standing: Standing) -> bool:
    """
    Tell whether the gateway has money that is not booked here.
    """
    return standing.theirs == "SUCCEEDED" and standing.payment_id is None


@require_POST
@staff(*BILLING)
def recheck(request: StaffRequest, token: str) -> HttpResponse:
    """
    Ask the gateway again, and book what it says was paid.
    """
    if payment_repair.standing(token=token) is None:
        raise Http404
    try:
        changed = payment_repair.recheck(token=token, now=request.now, today=request.today)
    except GatewayUnavailable:
        messages.error(request, _("The gateway does not answer. It is asked again by itself."))
    except GatewayRefused:
        messages.error(request, _("The gateway does not know this payment: nothing was paid."))
    else:
        if changed:
            messages.success(
                request, _("Put right: what the gateway says is booked, and the payer is told.")
            )
        else:
            messages.info(request, _("The gateway says nothing new. Nothing was changed."))
    return to(request, f"payments/repair/{token}/")


@require_POST
@staff(*BILLING)
def refund(request: StaffRequest, token: str) -> HttpResponse:
    """
    Give a part of a payment back; the same form sent twice gives it back once.
    """
    standing = payment_repair.standing(token=token)
    if standing is None:
        raise Http404
    # What came in may be in another currency than what was asked for.
    currency = (standing.refundable or standing.found.amount).currency
    form = Refund(request.POST, currency=currency)
    if not form.is_valid():
        return _page(request, token, form)
    try:
        payment_repair.refund(
            tenant=request.tenant,
            token=token,
            amount=form.cleaned_data["amount"],
            request_key=form.cleaned_data["key"],
            by=f"staff:{request.user.pk}",
            now=request.now,
            today=request.today,
        )
    except refunding.TooMuchBack as error:
        if standing.refundable is not None:
            form.refuse(Money(error.args[0], currency))
            return _page(request, token, form)
        messages.error(request, _("More than what is left of this payment cannot go back."))
    except refunding.TooMuchAlone:
        wish = large_refunds.wish(token=token, amount=form.cleaned_data["amount"])
        return ask_second_owner(
            request, Deed.LARGE_REFUND, wish, lambda: to(request, f"payments/repair/{token}/")
        )
    except refunding.NotRefundable:
        messages.error(request, _("This payment cannot be given back by its gateway."))
    else:
        messages.success(
            request, _("The gateway gives it back. Bills that it paid are owed again.")
        )
    return to(request, f"payments/repair/{token}/")
