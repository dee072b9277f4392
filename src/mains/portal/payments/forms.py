"""Find a bill with facts printed on it."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mains.branding.fields import AmountField
from mains.core.money import Money
from mains.core.wording import money_text
from mains.payments.finding import Fields
from mains.payments.queries import BillRow
from mains.portal.readings.messages import language
from mains.references.payable import plain

# Codes as long as this hold an amount: 46 digits below a barcode, a slip's line, a pagoPA code.
SAYS_AMOUNT = 40


NO_AMOUNT = _("This is no amount. Type digits, for example 48,19.")


def _amount_field() -> AmountField:
    return AmountField(
        label=_("Amount to pay"),
        help_text=_("Exactly as on the bill, for example 48,19."),
        required_text=_("Type the amount of your bill."),
        refusal=NO_AMOUNT,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class FindBill(forms.Form):
    reference = forms.CharField(
        label=_("Code or number on your bill"),
        help_text=_(
            "The number of the bill, a payment reference, or the digits below a barcode. Spaces "
            "and hyphens do not matter."
        ),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Type the reference or the number of your bill.")},
    )
    amount = _amount_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A barcode and what a QR code holds have their amount inside.
        self.fields["amount"].required = len(plain(self.data.get("reference", ""))) < SAYS_AMOUNT


def _digits_field(label: Any, example: str, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=format_lazy(_("For example {example}."), example=example),
        max_length=30,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short", **attrs}
        ),
        error_messages={"required": _("Type what the bill prints here.")},
    )


class FindByFields(forms.Form):
    """
    The fields of Cuaderno 57, in the order in which Spanish bills print them.
    """

    cpr = _digits_field(_("CPR code"), "90507")
    issuer = _digits_field(_("Issuer"), "12345678-501")
    reference = _digits_field(_("Reference"), "20260000042-15")
    identification = _digits_field(_("Identification"), "241126")
    amount = _amount_field()

    @property
    def fields_typed(self) -> Fields:
        names = ("cpr", "issuer", "reference", "identification")
        return Fields(**{name: self.cleaned_data[name] for name in names})


class Part(forms.Form):
    """
    How much of one bill is paid: all that is owed, or less.
    """

    amount = AmountField(
        label=_("Amount that you pay now"),
        help_text=_("Only if you pay a part."),
        required_text=_("Type how much you pay now, or choose to pay all of it."),
        refusal=NO_AMOUNT,
    )

    def __init__(self, *args: Any, owed: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owed = owed
        self.fields["amount"].required = self.is_chosen

    @property
    def is_chosen(self) -> bool:
        """
        Tell whether less than all of it was chosen.
        """
        return self.data.get("much") == "part"

    def clean_amount(self) -> Any:
        typed = self.cleaned_data["amount"]
        if typed not in {None, self.owed.as_decimal()} and not self.is_chosen:
            raise forms.ValidationError(
                _(
                    "You typed an amount, but chose to pay all of it. Choose a part, or empty the "
                    "field."
                )
            )
        return typed

    def of(self, bill: BillRow) -> dict[int, int]:
        """
        Return what was typed in minor units of the bill's currency, by its id; 0 is refused later.

        Nothing is returned where all of it was chosen.
        """
        if not self.is_chosen:
            return {}
        typed = self.cleaned_data["amount"]
        money = Money.round_from(typed, bill.outstanding.currency)
        return {bill.id: money.minor if money.as_decimal() == typed else 0}

    def refuse(self) -> None:
        """
        Say which amounts can be paid.
        """
        self.add_error(
            "amount",
            gettext("Type an amount from %(least)s to %(most)s.")
            % {
                "least": money_text(Money(1, self.owed.currency), language=language()),
                "most": money_text(self.owed, language=language()),
            },
        )


class Receipt(forms.Form):
    email = forms.EmailField(
        label=_("E-mail for the receipt"),
        required=False,
        help_text=_("Used for this receipt only."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("An e-mail address has the form name@example.com.")},
    )
