"""Correct the tax number of an account's customer."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mains.branding.components import Fact
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.customers import queries as customers
from mains.customers.models import Account
from mains.enrolment import actions
from mains.enrolment.actions import CorrectionReason

REASONS = {
    CorrectionReason.TYPING: gettext_lazy("It was mistyped"),
    CorrectionReason.DOCUMENT: gettext_lazy("The customer showed a document with another number"),
    CorrectionReason.NEW_NUMBER: gettext_lazy("The tax office gave the customer a new number"),
}


class TaxNumber(forms.Form):
    tax_id = forms.CharField(
        label=gettext_lazy("Tax number"),
        help_text=gettext_lazy("Its check digit is compared before anything changes."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Type the tax number."),
            "max_length": gettext_lazy("This is too long. A tax number has 30 characters at most."),
        },
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It is written into the audit with your login, for good."),
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose why the number is corrected."),
            "invalid_choice": gettext_lazy("Choose one of the answers."),
        },
    )
    seen = forms.CharField(required=False, max_length=30, strip=False, widget=forms.HiddenInput)


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def correct(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Show whose number it is, and store another one.
    """
    account = customers.account_with_customer(account_id=account_id)
    if account is None:
        raise Http404
    form = TaxNumber(request.POST or None, initial={"seen": account.customer.tax_id})
    if request.method == "POST" and form.is_valid() and _corrected(request, form, account):
        return to(request, f"customers/{account_id}/")
    return render(
        request,
        "console/accounts/tax_number.html",
        {"account": account, "form": form, "facts": _facts(account)},
        status=422 if form.errors else 200,
    )


def _facts(account: Account) -> list[Fact]:
    return [
        Fact(_("Customer"), account.customer.name),
        Fact(_("Tax number"), account.customer.tax_id or "–"),
    ]


def _corrected(request: StaffRequest, form: TaxNumber, account: Account) -> bool:
    file, typed = request.tenant.file, form.cleaned_data
    try:
        changed = actions.correct_tax_number(
            customer_id=account.customer_id,
            correction=actions.Correction(
                seen=typed["seen"],
                tax_id=typed["tax_id"],
                reason=CorrectionReason(typed["reason"]),
            ),
            country=file.locale.country,
            grouping=file.portal.grouping,
            actor=f"staff:{request.user.pk}",
            now=request.now,
            today=request.today,
        )
    except actions.TaxNumberMistyped:
        form.add_error(
            "tax_id", _("A digit or letter is mistyped here: the check digit does not fit.")
        )
        return False
    except actions.TaxNumberMoved:
        form.add_error(
            None,
            _(
                "Somebody corrected this number meanwhile. Nothing was changed. Compare what is "
                "stored now, and open this page again to correct it."
            ),
        )
        return False
    if changed:
        messages.success(request, _("The tax number is corrected; what logins see follows it."))
    else:
        messages.success(request, _("This number was stored already; nothing was changed."))
    return True
