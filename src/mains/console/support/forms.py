"""Why somebody looks at the portal as a customer."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Reason(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_(
            "The customer reads it, and so does everybody whose account this login sees. Say what "
            "it is about, and name nobody. It cannot be taken back."
        ),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Say in a few words what you look for."),
            "max_length": _("This is too long. 200 characters are enough."),
        },
    )

    def clean_reason(self) -> str:
        words = " ".join(self.cleaned_data["reason"].split())
        if "@" in words:
            raise forms.ValidationError(
                _("Leave e-mail addresses out: others read the reason, and it stays for good.")
            )
        return words
