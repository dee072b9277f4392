"""What a provider tells us to get a portal."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from mains.backoffice.signup import presets
from mains.branding.fields import ColourForm
from mains.documents.fields import LogoField
from mains.identity.fields import new_password
from mains.tenancy.faces import PLATFORM_COLOUR


class CreatePortal(ColourForm):
    # The form's own: sending it twice makes one portal.
    token = forms.RegexField(r"^[A-Za-z0-9_-]{43}$", widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Your company's name"),
        help_text=_("As your customers know you."),
        min_length=2,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Type the name your customers know.")},
    )
    slug = forms.CharField(
        label=_("Short name"),
        help_text=_("Part of your portal's address. Three letters or more, digits after them."),
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Type a short name, for example hillwater.")},
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        help_text=_("You sign in to the console with it."),
        max_length=120,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Type your e-mail address."),
            "invalid": _("An e-mail address has the form name@example.com."),
        },
    )
    password = new_password(_("Password"))
    preset = forms.ChoiceField(
        label=_("What do you supply?"),
        help_text=_("It brings tariffs and sample customers; you change everything afterwards."),
        choices=presets.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what comes nearest."),
            "invalid_choice": _("This is not on offer. Choose what comes nearest."),
        },
    )
    logo = LogoField(label=_("Logo"), required=False, help_text=_("PNG or JPEG, at most 5 MB."))

    field_order = ("name", "slug", "email", "password", "preset", "colour", "colour_picked", "logo")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, colour=PLATFORM_COLOUR, **kwargs)

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).strip().lower()

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password
