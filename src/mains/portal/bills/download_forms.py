"""What somebody says who wants many bills as one file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.journeys.bill_downloads import Format

EVERY, ACCOUNT, TAX_ID = "all", "account", "tax_id"


class WantedBills(forms.Form):
    """
    A name for the file, from which day to which, and of which accounts.
    """

    title = forms.CharField(
        label=_("Name of the file"),
        max_length=60,
        help_text=_("You find it again by this name, for example Bills 2026."),
        error_messages={"required": _("Give the file a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    first = forms.DateField(
        label=_("Issued from"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Choose the first day of the period."),
            "invalid": _("This is no day of the calendar."),
        },
    )
    last = forms.DateField(
        label=_("to"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Choose the last day of the period."),
            "invalid": _("This is no day of the calendar."),
        },
    )
    by = forms.ChoiceField(
        label=_("Bills of"),
        choices=[
            (EVERY, _("all my accounts")),
            (ACCOUNT, _("one account number")),
            (TAX_ID, _("one identity document or tax number")),
        ],
    )
    number = forms.CharField(
        label=_("That number"),
        required=False,
        max_length=40,
        help_text=_("Only where you chose one. Spaces and hyphens do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file_format = forms.ChoiceField(
        label=_("As"),
        choices=[
            (Format.ZIP.value, _("a ZIP with one PDF for each bill")),
            (Format.PDF.value, _("one PDF with all bills, up to 1,000")),
        ],
    )

    def __init__(self, *args: Any, is_named: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever only looks need not name anything yet.
        self.fields["title"].required = is_named

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first one. Swap them."))
        if given.get("by") in {ACCOUNT, TAX_ID} and not given.get("number"):
            self.add_error("number", _("Type the number whose bills you want."))
        return given
