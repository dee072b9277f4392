"""The facts of a policy as a form, and the code that goes to the contact on file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.enrolment.evidence import KINDS
from mains.enrolment.evidence.base import slip_of
from mains.enrolment.rules.typed import Slip
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import Evidence, Policy


class Facts(forms.Form):
    """
    One field for each fact of a policy, in the policy's order.

    What cannot be right whoever the account belongs to, such as a missing digit, is said at once
    and counts as no try.
    """

    def __init__(self, *args: Any, policy: Policy, file: TenantFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy, self.file = policy, file
        self.identifiers = {entry.evidence: entry for entry in file.identifiers}
        for kind in policy.facts:
            self.fields[f"fact-{kind}"] = self._field(kind)

    def _field(self, kind: Evidence) -> forms.CharField:
        evidence = KINDS[kind]
        hint = str(evidence.hint)
        if kind in self.identifiers:
            example = _("For example %(number)s.") % {"number": self.identifiers[kind].example}
            hint = f"{hint} {example}"
        return forms.CharField(
            label=evidence.label,
            help_text=hint,
            max_length=200 if kind is Evidence.ADDRESS else 80,
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "off",
                    "spellcheck": "false",
                    "inputmode": evidence.inputmode,
                }
            ),
            error_messages={"required": _("Type what your bill says here.")},
        )

    def clean(self) -> dict[str, Any]:
        for kind in self.policy.facts:
            typed = self.cleaned_data.get(f"fact-{kind}", "")
            wrong = slip_of(kind, typed, file=self.file) if typed else None
            if wrong is Slip.CHECK_DIGIT:
                self.add_error(
                    f"fact-{kind}",
                    _("A digit or letter is mistyped here: the check digit does not fit."),
                )
            if wrong is Slip.FORM:
                self.add_error(
                    f"fact-{kind}",
                    _("This number has another form: it looks like %(example)s.")
                    % {"example": self.identifiers[kind].example},
                )
        return self.cleaned_data

    def answers(self) -> dict[Evidence, str]:
        """
        Return what was stated, by kind of evidence.
        """
        return {kind: self.cleaned_data[f"fact-{kind}"] for kind in self.policy.facts}


class Code(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Eight digits, or the twelve characters of a letter. Spaces do not matter."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
        error_messages={"required": _("Type the code.")},
    )
