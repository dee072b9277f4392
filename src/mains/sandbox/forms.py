from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from mains.sandbox import outages

MOST_MINUTES = 15
AT_ONCE = "ONCE"


class Card(forms.Form):
    """
    A test card, and how its gateway behaves afterwards.
    """

    number = forms.CharField(
        label=_("Card number"),
        max_length=30,
        help_text=_("A test card: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Type a test card number.")},
    )
    news = forms.ChoiceField(
        label=_("The provider hears of it"),
        choices=[
            (AT_ONCE, _("at once")),
            ("LATER", _("after a minute")),
            ("TWICE", _("twice")),
            ("WRONG_ORDER", _("in the wrong order: last of all that it is still open")),
            ("NEVER", _("never, so it has to ask")),
        ],
        initial=AT_ONCE,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None = None, **more: Any) -> None:
        # Nobody has to fold the choice out.
        chosen = None if data is None else {"news": AT_ONCE, **data.dict()}
        super().__init__(chosen, **more)

    def clean_number(self) -> str:
        number: str = "".join(self.cleaned_data["number"].split()).replace("-", "")
        if not number.isdecimal() or not 12 <= len(number) <= 19:
            raise forms.ValidationError(_("A card number has 12 to 19 digits."))
        return number


class Find(forms.Form):
    """
    A merchant, as the foot of each of its pages names it.
    """

    merchant = forms.CharField(
        label=_("Merchant"),
        max_length=40,
        help_text=_("As it stands at the foot of its payment page, for example balta:balta."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Type the name of a merchant.")},
    )

    def clean_merchant(self) -> str:
        merchant: str = self.cleaned_data["merchant"].strip().lower()
        if not outages.is_merchant(merchant=merchant):
            raise forms.ValidationError(
                _("This merchant never asked for a payment here. Look at one of its payment pages.")
            )
        return merchant


class Outage(forms.Form):
    mode = forms.ChoiceField(
        label=_("What the provider meets"),
        choices=[
            (outages.BEFORE, _("nothing is done and nothing is answered")),
            (outages.AFTER, _("everything is done, but the answer is lost")),
        ],
        initial=outages.BEFORE,
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=_("For how many minutes"),
        min_value=1,
        max_value=MOST_MINUTES,
        initial=2,
        error_messages={
            name: _("Type a number from 1 to 15.")
            for name in ("required", "invalid", "min_value", "max_value")
        },
    )
