"""The first visit after signing up."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Welcome(forms.Form):
    password = forms.CharField(
        label=_("The password you chose"),
        help_text=_("It shows that the portal is yours."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Type the password you chose when you signed up.")},
    )
