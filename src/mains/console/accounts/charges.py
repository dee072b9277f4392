"""Charge or give an account something once: on its next bill, with words of its own."""

import secrets
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mains.billing import charges
from mains.billing.charges import LABEL, AlreadyOnBill, ChargeRow, Wish
from mains.branding.components import Cell, Column, Table
from mains.branding.fields import AmountField, DayField
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.core.money import Money
from mains.customers import queries
from mains.tenancy.tenantfile import TenantFile


class AddCharge(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=(
            ("charge", gettext_lazy("Charge: the customer pays it")),
            ("deduction", gettext_lazy("Deduction: the customer is given it")),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who pays.")},
    )
    amount = AmountField(
        label=gettext_lazy("Net amount"),
        help_text=gettext_lazy("Without VAT."),
        required_text=gettext_lazy("Type the amount without VAT."),
        above_zero=gettext_lazy("Type an amount above zero."),
    )
    tax = forms.ChoiceField(
        label=gettext_lazy("VAT"),
        error_messages={"required": gettext_lazy("Choose the rate.")},
    )
    day = DayField(
        label=gettext_lazy("Day"),
        help_text=gettext_lazy("It is on the first bill issued on this day or later."),
        required_text=gettext_lazy("Type the day of what is charged."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Colleagues read it here and in the audit. Leave out names."),
        max_length=LABEL,
        error_messages={
            "required": gettext_lazy("Say why, so that colleagues can follow it."),
        },
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, file: TenantFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = file.locale.languages
        self.fields["tax"].choices = _taxes(file)  # type: ignore[attr-defined]
        for code in self.languages:
            self.fields[f"text_{code}"] = forms.CharField(
                label=_("Text on the bill (%(language)s)") % {"language": code},
                max_length=LABEL,
                error_messages={"required": _("Type what the bill says.")},
            )

    def wish(self, currency: str) -> Wish:
        """
        Return the charge, below zero for a deduction.
        """
        given = self.cleaned_data
        amount = Money.round_from(given["amount"], currency)
        return Wish(
            texts={code: given[f"text_{code}"] for code in self.languages},
            day=given["day"],
            net_minor=amount.minor if given["kind"] == "charge" else -amount.minor,
            tax=given["tax"],
            book="charges",
            reason=given["reason"],
        )


def _taxes(file: TenantFile) -> list[tuple[str, str]]:
    """
    Return the taxes of a utility, and the percentages that its tariffs name.
    """
    named = {
        component.vat
        for tariff in file.tariffs
        for version in tariff.versions
        for component in version.components
    } | {tax.code for tax in file.taxes}
    return [(one, f"{one} %" if one[0].isdigit() else one) for one in sorted(named)]


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def add(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Add a charge or a deduction; sent twice, it is one.
    """
    account = queries.account(account_id=account_id, today=request.today)
    if account is None:
        raise Http404
    initial = {"day": request.today, "kind": "charge", "key": secrets.token_urlsafe(24)}
    form = AddCharge(
        request.POST or None,
        file=request.tenant.file,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        charges.add(
            account_id=account_id,
            wish=form.wish(account.currency),
            sent_key=form.cleaned_data["key"],
            added_by=author(request),
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
        messages.success(request, _("Added. It is on the next bill of this account."))
        return to(request, f"customers/{account_id}/")
    return render(
        request,
        "console/accounts/charge.html",
        {"account": account, "form": form},
        status=422 if form.errors else 200,
    )


@require_POST
@staff(*BILLING)
def cancel(request: StaffRequest, account_id: int, charge_id: int) -> HttpResponse:
    """
    Cancel a charge that is on no bill yet.
    """
    try:
        charges.cancel(
            account_id=account_id,
            charge_id=charge_id,
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except charges.UnknownCharge as error:
        raise Http404 from error
    except AlreadyOnBill:
        messages.error(
            request, _("It is on a bill already. Credit that bill to take the charge back.")
        )
    else:
        messages.success(request, _("Cancelled. It comes on no bill."))
    return to(request, f"customers/{account_id}/")


def table(rows: list[ChargeRow], *, base: str) -> Table | None:
    """
    List what is charged or given once.
    """
    if not rows:
        return None
    return Table(
        caption=_("Charged or given once"),
        columns=(
            Column(_("What for")),
            Column(_("Day")),
            Column(_("State")),
            Column(_("Who")),
            Column(_("Net"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(_text(row.texts), note=row.reason),
                Cell(wording.day(row.day)),
                _state(row, base),
                Cell(row.added_by),
                Cell(row.net),
            )
            for row in rows
        ),
    )


def _text(texts: Mapping[str, str]) -> str:
    return texts.get(wording.language()) or next(iter(texts.values()), "")


def _state(row: ChargeRow, base: str) -> Cell:
    if row.bill_id is not None:
        return Cell(row.bill_number, url=f"{base}bills/{row.bill_id}/")
    if row.is_cancelled:
        return Cell(_("Cancelled"), meaning="warn")
    return Cell(_("On the next bill"), meaning="info")
