"""Start a bill run, and hold accounts of one back."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.billing.runs.holding import REASON
from mains.branding.fields import DayField
from mains.core.calendars import Period


class HoldBack(forms.Form):
    reason = forms.CharField(
        label=_("Reason for holding back"),
        help_text=_("Colleagues read it here and in the audit. Leave out names."),
        max_length=REASON,
        error_messages={"required": _("Say why, so that colleagues know when to release them.")},
    )


class StartRun(forms.Form):
    company = forms.ChoiceField(
        label=_("Company"), error_messages={"required": _("Choose whose bills are made.")}
    )
    start = DayField(
        label=_("First day"),
        required_text=_("Type the first day that is billed."),
    )
    last = DayField(
        label=_("Last day"),
        help_text=_("It is billed as well."),
        required_text=_("Type the last day that is billed."),
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
