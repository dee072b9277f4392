from django import forms
from django.utils.translation import gettext_lazy as _


class Card(forms.Form):
    number = forms.CharField(
        label=_("Card number"),
        max_length=30,
        help_text=_("A test card: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Type a test card number.")},
    )

    def clean_number(self) -> str:
        number: str = "".join(self.cleaned_data["number"].split()).replace("-", "")
        if not number.isdecimal() or not 12 <= len(number) <= 19:
            raise forms.ValidationError(_("A card number has 12 to 19 digits."))
        return number
