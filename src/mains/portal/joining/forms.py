"""Sign up: the facts of the tenant's policy, then who you are."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from mains.enrolment.evidence import KINDS
from mains.tenancy.tenantfile.identity import Evidence, PasswordMoment, Policy


class NewPassword(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters. A few words in a row are easy to remember."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class Join(NewPassword):
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("You sign in with it, and we send the confirmation there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Type your e-mail address."),
            "invalid": _("An e-mail address has the form name@example.com."),
        },
    )
    terms = forms.BooleanField(
        label=_("I have read the terms of use and the privacy notice"),
        error_messages={"required": _("Tick the box once you have read both.")},
    )

    def __init__(
        self,
        *args: Any,
        policy: Policy,
        examples: dict[Evidence, str],
        password_moment: PasswordMoment,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        facts = {}
        for kind in policy.evidence:
            evidence = KINDS[kind]
            hint = str(evidence.hint)
            if kind in examples:
                example = _("For example %(number)s.") % {"number": examples[kind]}
                hint = f"{hint} {example}"
            facts[f"fact-{kind}"] = forms.CharField(
                label=evidence.label,
                help_text=hint,
                max_length=60,
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "inputmode": evidence.inputmode}
                ),
                error_messages={"required": _("Type what your bill says here.")},
            )
        own = self.fields
        if password_moment is PasswordMoment.AFTER_ACTIVATION:
            own.pop("password")
        order = ["name", "email", "password", "terms"]
        self.fields = {**facts, **{name: own[name] for name in order if name in own}}
        self.policy = policy

    def answers(self) -> dict[Evidence, str]:
        """
        Return what was stated, by kind of evidence.
        """
        return {kind: self.cleaned_data[f"fact-{kind}"] for kind in self.policy.evidence}
