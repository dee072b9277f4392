"""What somebody types to protect a login, or to get back into it."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from mains.enrolment.evidence import KINDS
from mains.identity.fields import current_password, new_password, person_name, user_name
from mains.identity.models import User
from mains.tenancy.tenantfile.identity import Evidence, Policy


def email_field(label: Any, hint: Any = "") -> forms.EmailField:
    """
    Return a field for an e-mail address.
    """
    return forms.EmailField(
        label=label,
        help_text=hint,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Type your e-mail address."),
            "invalid": _("An e-mail address has the form name@example.com."),
        },
    )


class Email(forms.Form):
    email = email_field(_("E-mail"))

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class NewEmail(Email):
    email = email_field(
        _("New e-mail"), _("We write to it and to the old one; you confirm in both messages.")
    )


class Recover(Email):
    """
    The facts of the tenant's policy for recovery, and the e-mail that was registered.
    """

    email = email_field(_("The e-mail you registered"))

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facts = {
            f"fact-{kind}": forms.CharField(
                label=KINDS[kind].label,
                help_text=KINDS[kind].hint,
                max_length=60,
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "inputmode": KINDS[kind].inputmode}
                ),
                error_messages={"required": _("Type what your bill says here.")},
            )
            for kind in policy.facts
        }
        self.fields = {**facts, **self.fields}
        self.policy = policy

    def answers(self) -> dict[Evidence, str]:
        """
        Return what was stated, by kind of evidence.
        """
        return {kind: self.cleaned_data[f"fact-{kind}"] for kind in self.policy.facts}


class ChoosePassword(forms.Form):
    password = new_password(_("New password"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, user=self.user)
        return password


class ChangePassword(ChoosePassword):
    current = current_password(_("Current password"))
    field_order = ["current", "password"]


class Details(forms.Form):
    name = person_name()
    username = user_name(
        hint=_("You can sign in with it instead of the e-mail. Letters, digits, dots."),
        required=False,
    )
