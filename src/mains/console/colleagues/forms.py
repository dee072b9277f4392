"""Invite a colleague, give one another role, and accept an invitation."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from mains.branding.components import Option
from mains.identity.fields import new_password, person_name
from mains.identity.models import User
from mains.tenancy.models import Role
from mains.tenancy.staff import TENANT_ROLES
from mains.tenancy.wording import role as role_word


def role_choices() -> list[tuple[str, Option]]:
    """
    Return the roles of a tenant with what they may do.
    """
    hints = {
        Role.OWNER: _("Everything, settings and colleagues included."),
        Role.BILLING: _("Customers, readings, bill runs and payments."),
        Role.SERVICE: _("Customers, readings and messages."),
    }
    return [(role.value, Option(role_word(role), str(hints[role]))) for role in TENANT_ROLES]


class ChangeRole(forms.Form):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=role_choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )

    def chosen(self) -> Role:
        """
        Return the role that was chosen.
        """
        return Role(self.cleaned_data["role"])


class Invite(ChangeRole):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Type the e-mail address of your colleague."),
            "invalid": _("An e-mail address has the form name@example.com."),
        },
    )
    field_order = ["email", "role"]


class Join(forms.Form):
    name = person_name()
    password = new_password(_("New password"))

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, user=User(email=self.email))
        return password
