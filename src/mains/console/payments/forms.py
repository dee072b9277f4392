"""What staff type to book a bank transfer, and to look for payments."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mains.branding.fields import AmountField, DayField
from mains.console.money_search import MoneySearch
from mains.payments.booked import Wanted
from mains.payments.models import PaymentMethod
from mains.payments.wording import method_name


class BankTransfer(forms.Form):
    reference = forms.CharField(
        label=_("Bill number or payment reference"),
        help_text=_("As the payer wrote it. Spaces and hyphens do not matter."),
        max_length=60,
        error_messages={"required": _("Type which bill was paid.")},
    )
    amount = AmountField(
        label=_("Amount"),
        help_text=_("As on the bank statement. What exceeds the bill stays as credit."),
        required_text=_("Type the amount that arrived."),
    )
    value_date = DayField(
        label=_("Value date"),
        required_text=_("Type the day on which the bank booked it."),
    )
    bank_reference = forms.CharField(
        label=_("The bank's own reference"),
        help_text=_("It keeps the same transfer from being booked twice."),
        max_length=60,
        error_messages={"required": _("Type the reference that the bank gave the transfer.")},
    )


class Look(MoneySearch):
    method = forms.ChoiceField(label=_("Method"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, text_label=gettext("Payer, bill, receipt or reference"), **kwargs)
        self.fields["method"].choices = [  # type: ignore[attr-defined]
            ("", gettext("All")),
            *((one, method_name(one)) for one in PaymentMethod.values),
        ]

    def wanted(self) -> Wanted:
        """
        Return what was typed; nothing narrows the list while a field is wrong.
        """
        if not self.is_valid():
            return Wanted()
        said = self.cleaned_data
        return Wanted(
            text=said["text"],
            amount_minor=said["amount"],
            first=said["first"],
            last=said["last"],
            method=said["method"],
        )
