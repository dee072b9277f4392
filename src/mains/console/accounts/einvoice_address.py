"""Where a customer's e-invoices go, in countries that have an exchange system."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mains.branding.components import Fact
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.customers import actions
from mains.customers import queries as customers
from mains.customers.models import Account
from mains.einvoices.rules.fatturapa import recipient_of
from mains.tenancy.tenantfile import TenantFile


class Address(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("Address for e-invoices"),
        help_text=gettext_lazy(
            "The recipient code of seven letters and digits, or the certified mailbox (PEC). "
            "Without one, bills wait in the customer's reserved area of the tax agency."
        ),
        max_length=256,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_address(self) -> str:
        typed = self.cleaned_data["address"].strip()
        found = recipient_of(typed) if typed else ""
        if found is None:
            raise forms.ValidationError(
                _("This is neither a code of seven letters and digits nor a mailbox. Compare it.")
            )
        return str(found)


def sends_files(file: TenantFile) -> bool:
    """
    Tell whether bills go through an exchange system that asks for an address.
    """
    return any(one.einvoices and one.einvoices.fatturapa for one in file.companies)


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def change(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Show where a customer's e-invoices go, and store another place.
    """
    account = customers.account_with_customer(account_id=account_id)
    if account is None or not sends_files(request.tenant.file):
        raise Http404
    form = Address(request.POST or None, initial={"address": account.customer.einvoice_address})
    if request.method == "POST" and form.is_valid():
        actions.set_einvoice_address(
            customer_id=account.customer_id,
            address=form.cleaned_data["address"],
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
        messages.success(request, _("The address is stored; the next bill goes there."))
        return to(request, f"customers/{account_id}/")
    return render(
        request,
        "console/accounts/einvoice_address.html",
        {"account": account, "form": form, "facts": _facts(account)},
        status=422 if form.errors else 200,
    )


def _facts(account: Account) -> list[Fact]:
    return [
        Fact(_("Customer"), account.customer.name),
        Fact(_("Tax number"), account.customer.tax_id or "–"),
    ]
