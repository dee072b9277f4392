"""The fields of a login, wherever a form asks for them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mains.identity.rules import usernames

PASSWORD_REQUIRED = _("Type your password.")


def current_password(label: Any) -> forms.CharField:
    """
    Return a field for the password somebody has.
    """
    return forms.CharField(
        label=label,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": PASSWORD_REQUIRED},
    )


def new_password(label: Any) -> forms.CharField:
    """
    Return a field for a password to be; the form holds it against the tenant's rules.
    """
    return forms.CharField(
        label=label,
        help_text=_("At least 10 characters. A few words in a row are easy to remember."),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )


def person_name() -> forms.CharField:
    """
    Return a field for the name of who fills in the form.
    """
    return forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name.")},
    )


def user_name(*, hint: Any, required: bool) -> forms.CharField:
    """
    Return a field for a user name, which nobody else may be able to take for an e-mail.
    """
    return forms.CharField(
        label=_("User name"),
        help_text=hint,
        max_length=60,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        error_messages={"required": _("Choose a user name.")},
        validators=[_usable],
    )


def _usable(name: str) -> None:
    if not usernames.is_usable(name):
        raise ValidationError(
            _(
                "A user name has 3 to 60 letters, digits, dots, hyphens or underscores, and "
                "begins and ends with a letter or digit."
            )
        )
