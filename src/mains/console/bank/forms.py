"""What staff type about bank statements: a file, what to look for, and where money belongs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mains.bankfiles.profiles import PROFILES
from mains.bankfiles.unreadable import MOST_BYTES
from mains.branding.fields import DayField
from mains.console.bank import words
from mains.core.money import Money
from mains.core.typed import NotAnAmount, parse_amount
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


class Filter(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Payer, text or reference"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    first = DayField(label=gettext_lazy("From"), required=False)
    last = DayField(label=gettext_lazy("To"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(
        self,
        *args: Any,
        companies: Sequence[tuple[str, str]],
        currency: str,
        language: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.language = currency, language
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

    def clean_amount(self) -> int | None:
        typed = self.cleaned_data["amount"]
        return _minor(typed, self.currency, self.language) if typed else None


class Split(forms.Form):
    """
    Up to five bills, payment documents or accounts, each with what it gets.
    """

    def __init__(self, *args: Any, currency: str, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.language = currency, language
        for row in range(ROWS):
            self.fields[f"target{row}"] = forms.CharField(
                label=_("Bill or account %(number)s") % {"number": row + 1},
                required=False,
                max_length=60,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
            self.fields[f"amount{row}"] = forms.CharField(
                label=_("Amount %(number)s") % {"number": row + 1},
                required=False,
                max_length=30,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        found = []
        for row in range(ROWS):
            target, amount = (said.get(f"{name}{row}", "").strip() for name in ("target", "amount"))
            if bool(target) != bool(amount):
                missing = "amount" if target else "target"
                self.add_error(
                    f"{missing}{row}",
                    _("Type the amount.") if target else _("Type the bill or the account."),
                )
            elif target:
                found.append((row, target, self._amount(row, amount)))
        if not found and not self.errors:
            self.add_error("target0", _("Type a bill or an account, and what it gets."))
        said["rows"] = found
        return said

    def _amount(self, row: int, typed: str) -> Decimal:
        try:
            minor = _minor(typed, self.currency, self.language)
        except forms.ValidationError as error:
            self.add_error(f"amount{row}", error)
            return Decimal(0)
        return Money(minor, self.currency).as_decimal()


def _minor(typed: str, currency: str, language: str) -> int:
    """
    Return a typed amount in minor units.

    :raises ValidationError: for what is no amount above zero, or parts of the smallest coin.
    """
    try:
        amount = parse_amount(typed, language=language)
    except NotAnAmount as error:
        raise forms.ValidationError(
            _("This is no amount. Type digits, for example 48.19.")
        ) from error
    money = Money.round_from(amount, currency)
    if money.minor <= 0 or money.as_decimal() != amount:
        raise forms.ValidationError(
            _("Type an amount above zero, with no more digits than the currency has.")
        )
    return money.minor
