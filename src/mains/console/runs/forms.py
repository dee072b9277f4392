"""Start a bill run."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.core.calendars import Period


class StartRun(forms.Form):
    company = forms.ChoiceField(
        label=_("Company"), error_messages={"required": _("Choose whose bills are made.")}
    )
    start = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
        error_messages={
            "required": _("Type the first day that is billed."),
            "invalid": _("A day has the form 2026-11-01."),
        },
    )
    last = forms.DateField(
        label=_("Last day"),
        help_text=_("It is billed as well."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
        error_messages={
            "required": _("Type the last day that is billed."),
            "invalid": _("A day has the form 2026-11-30."),
        },
    )

    def __init__(self, *args: Any, companies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].choices = companies  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, last = cleaned.get("start"), cleaned.get("last")
        if start and last and last < start:
            self.add_error("last", _("The last day is before the first one. Swap them."))
        return cleaned

    def period(self) -> Period:
        """
        Return the days as a half-open period.
        """
        last: date = self.cleaned_data["last"]
        return Period(self.cleaned_data["start"], date.fromordinal(last.toordinal() + 1))
