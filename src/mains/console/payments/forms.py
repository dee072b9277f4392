"""Book a bank transfer."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.branding.fields import DayField
from mains.core.typed import NotAnAmount, parse_amount


class BankTransfer(forms.Form):
    reference = forms.CharField(
        label=_("Bill number or payment reference"),
        help_text=_("As the payer wrote it. Spaces and hyphens do not matter."),
        max_length=60,
        error_messages={"required": _("Type which bill was paid.")},
    )
    amount = forms.CharField(
        label=_("Amount"),
        help_text=_("As on the bank statement. What exceeds the bill stays as credit."),
        max_length=30,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "short"}
        ),
        error_messages={"required": _("Type the amount that arrived.")},
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

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language

    def clean_amount(self) -> Decimal:
        try:
            return parse_amount(self.cleaned_data["amount"], language=self.language)
        except NotAnAmount as error:
            raise forms.ValidationError(
                _("This is no amount. Type digits, for example 48.19.")
            ) from error
