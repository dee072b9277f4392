"""From which day to which a statement is wanted."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mains.payments.rules.statements import Days, TooLong, UnfitDays, days_asked, usual_days


class DaysForm(forms.Form):
    """
    The first and the last day; its names are those of the address. What is left out is usual.
    """

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data if "from" in data or "to" in data else None)
        self.today = today
        usual = usual_days(today)
        for name, label, day, missing in (
            (
                "from",
                gettext_lazy("From"),
                usual.first,
                gettext_lazy("Choose the first day of the period."),
            ),
            (
                "to",
                gettext_lazy("Until"),
                usual.last,
                gettext_lazy("Choose the last day of the period."),
            ),
        ):
            self.fields[name] = forms.DateField(
                label=label,
                initial=day,
                # Whoever says one of them only gets the usual other one.
                required=name in data or not self.is_bound,
                input_formats=["%Y-%m-%d"],
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
                error_messages={
                    "invalid": gettext_lazy("This is no day of the calendar."),
                    "required": missing,
                },
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        try:
            given["days"] = days_asked(given["from"], given["to"], today=self.today)
        except UnfitDays:
            self.add_error("to", _("The last day is before the first one. Swap them."))
        except TooLong:
            self.add_error("from", _("A statement has five years at most. Choose a later day."))
        return given

    @property
    def days(self) -> Days:
        """
        Return the days that are wanted; the usual ones where nothing fits was typed.
        """
        if self.is_bound and self.is_valid():
            found: Days = self.cleaned_data["days"]
            return found
        return usual_days(self.today)


def query_of(days: Days) -> str:
    """
    Return days as they stand in an address.
    """
    return f"from={days.first.isoformat()}&to={days.last.isoformat()}"
