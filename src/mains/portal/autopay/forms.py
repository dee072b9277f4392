"""What a customer decides about the collection of bills."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.branding.fields import AmountField, DayField
from mains.core.money import Money


class WithLimit(forms.Form):
    """
    How much is collected of one bill at the most; nothing typed means whatever is owed.
    """

    limit = AmountField(
        label=_("Limit for one bill"),
        help_text=_("If a bill is higher we ask you first."),
        required=False,
        refusal=_("This is no amount. Type digits, for example 150, or leave it empty."),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_limit(self) -> int | None:
        """
        Return the limit in minor units, or None.
        """
        typed = self.cleaned_data["limit"]
        if typed is None:
            return None
        money = Money.round_from(typed, self.currency)
        if money.minor <= 0:
            raise forms.ValidationError(_("A limit is more than nothing; leave it empty for none."))
        return money.minor


class DirectDebit(WithLimit):
    holder = forms.CharField(
        label=_("Holder of the bank account"),
        max_length=70,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type whose bank account it is.")},
    )
    iban = forms.CharField(
        label=_("IBAN"),
        help_text=_("It is on your bank card or statement. Spaces do not matter."),
        max_length=42,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Type the IBAN of the bank account.")},
    )
    agreed = forms.BooleanField(
        label=_("I let the company collect, and my bank carry it out"),
        error_messages={"required": _("Tick that you agree; without it nothing is collected.")},
    )
    field_order = ("holder", "iban", "limit", "agreed")


class Pause(forms.Form):
    until = DayField(
        label=_("Collect nothing before"),
        required_text=_("Type the day on which it goes on."),
    )
