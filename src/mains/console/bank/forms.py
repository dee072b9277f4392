"""What staff type about bank statements: a file, what to look for, and where money belongs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mains.bankfiles.profiles import PROFILES
from mains.bankfiles.unreadable import MOST_BYTES
from mains.branding.fields import AmountField
from mains.console.bank import words
from mains.console.money_search import MoneySearch
from mains.payments.models import LineState

MB = 1_000_000
ROWS = 5
BY_ITSELF = "BY_ITSELF"


def profile_choices() -> list[tuple[str, str]]:
    """
    Return the ways in which banks write tables, each with its columns.
    """
    names = {
        "signed": _("Amount with its sign, in dollars"),
        "signed_with_currency": _("Amount with its sign, and its currency"),
        "card": _("Statement of a card: money out has no sign"),
        "marked": _("Amount, and D or C beside it"),
        "two_columns": _("Debit and credit in two columns"),
        "by_position": _("No header, columns in a fixed order"),
        "framed": _("Lines before the header, decimal comma"),
    }
    return [(key, names.get(key, key)) for key in PROFILES]


class Upload(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "camt.052, camt.053, camt.054, MT940, MT942, Norma 43, Cuaderno 57, OFX or a table "
            "(CSV), at most 20 MB. The same file again adds nothing."
        ),
        widget=forms.FileInput,
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )

    def __init__(
        self, *args: Any, companies: Sequence[tuple[str, str]], currency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(companies) > 1:
            self.fields["company"] = forms.ChoiceField(
                label=_("Company"), choices=companies, help_text=_("Whose bank account it is.")
            )
        self.fields["profile"] = forms.ChoiceField(
            label=_("If it is a table"),
            required=False,
            choices=[("", _("It is none")), *profile_choices()],
        )
        self.fields["currency"] = forms.ChoiceField(
            label=_("If it names no currency"),
            required=False,
            choices=[("", _("Refuse it")), (currency, currency)],
        )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("This file has %(size)s MB, and at most %(most)s MB can be uploaded. Split it.")
                % {"size": file.size // MB, "most": MOST_BYTES // MB}
            )
        return file


class Filter(MoneySearch):
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, *args: Any, companies: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, text_label=_("Payer, text or reference"), **kwargs)
        states: Any = self.fields["state"]
        states.choices = [
            *((one, words.state_name(one)) for one in LineState.values),
            (BY_ITSELF, _("Booked by itself")),
            ("ALL", _("All")),
        ]
        if len(companies) > 1:
            self.fields["company"] = forms.ChoiceField(
                label=_("Company"), required=False, choices=[("", _("All")), *companies]
            )


class Split(forms.Form):
    """
    Up to five bills, payment documents or accounts, each with what it gets.
    """

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(ROWS):
            self.fields[f"target{row}"] = forms.CharField(
                label=_("Bill or account %(number)s") % {"number": row + 1},
                required=False,
                max_length=60,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
            self.fields[f"amount{row}"] = AmountField(
                label=_("Amount %(number)s") % {"number": row + 1},
                required=False,
                currency=currency,
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        found = []
        for row in range(ROWS):
            target, amount = said.get(f"target{row}", ""), said.get(f"amount{row}")
            if target and amount:
                found.append((row, target, amount))
            elif target and f"amount{row}" not in self.errors:
                self.add_error(f"amount{row}", _("Type the amount."))
            elif amount:
                self.add_error(f"target{row}", _("Type the bill or the account."))
        if not found and not self.errors:
            self.add_error("target0", _("Type a bill or an account, and what it gets."))
        said["rows"] = found
        return said
