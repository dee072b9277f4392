"""What staff type to find money: words, an amount, days. Every field may stay empty."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.branding.fields import AmountField, DayField
from mains.core.money import Money


class MoneySearch(forms.Form):
    """
    Words, an amount in minor units, the first and the last day.

    :param text_label: what the words are looked for in.
    """

    text = forms.CharField(
        required=False, max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)
    field_order = ("text", "amount", "first", "last")

    def __init__(self, *args: Any, text_label: str, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["text"].label = text_label
        self.fields["amount"] = AmountField(label=_("Amount"), required=False, currency=currency)
        self.order_fields(self.field_order)

    def clean_amount(self) -> int | None:
        typed = self.cleaned_data["amount"]
        return None if typed is None else Money.round_from(typed, self.currency).minor
