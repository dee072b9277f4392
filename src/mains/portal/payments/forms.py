"""Find a bill with facts printed on it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.core.typed import NotAnAmount, parse_amount


class FindBill(forms.Form):
    reference = forms.CharField(
        label=_("Payment reference or bill number"),
        help_text=_("Beside the amount on your bill. Spaces and hyphens do not matter."),
        max_length=60,
        error_messages={"required": _("Type the reference or the number of your bill.")},
    )
    amount = forms.CharField(
        label=_("Amount to pay"),
        help_text=_("Exactly as on the bill, for example 48,19."),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Type the amount of your bill.")},
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language

    def clean_amount(self) -> Any:
        try:
            return parse_amount(self.cleaned_data["amount"], language=self.language)
        except NotAnAmount as error:
            raise forms.ValidationError(
                _("This is no amount. Type digits, for example 48,19.")
            ) from error


class Receipt(forms.Form):
    email = forms.EmailField(
        label=_("E-mail for the receipt"),
        required=False,
        help_text=_("Used for this receipt only."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("An e-mail address has the form name@example.com.")},
    )
