"""Book a bank transfer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.branding.fields import AmountField, DayField


class BankTransfer(forms.Form):
    reference = forms.CharField(
        label=_("Bill number or payment reference"),
        help_text=_("As the payer wrote it. Spaces and hyphens do not matter."),
        max_length=60,
        error_messages={"required": _("Type which bill was paid.")},
    )
    amount = AmountField(
        label=_("Amount"),
        help_text=_("As on the bank statement. What exceeds the bill stays as credit."),
        required_text=_("Type the amount that arrived."),
    )
    value_date = DayField(
        label=_("Value date"),
        required_text=_("Type the day on which the bank booked it."),
    )
    bank_reference = forms.CharField(
        label=_("The bank's own reference"),
        help_text=_("It keeps the same transfer from being booked twice."),
        max_length=60,
        error_messages={"required": _("Type the reference that the bank gave the transfer.")},
    )
