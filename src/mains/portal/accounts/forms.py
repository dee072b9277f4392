"""With whom an account is shared, for what and until when."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.branding.fields import DayField
from mains.enrolment.actions import Scope


class Sharing(forms.Form):
    may_read = forms.BooleanField(
        label=_("Send readings"),
        help_text=_("Sees the meters and their readings as well."),
        required=False,
    )
    may_pay = forms.BooleanField(
        label=_("Pay"),
        help_text=_("Sees whole bills with their documents, and your payments, as well."),
        required=False,
    )
    last_date = DayField(
        label=_("Last day"),
        help_text=_("Without one it holds until you end it."),
        required=False,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_last_date(self) -> date | None:
        last: date | None = self.cleaned_data["last_date"]
        if last is not None and last < self.today:
            raise forms.ValidationError(_("This day is over. Choose a day that is still to come."))
        if last == date.max:
            raise forms.ValidationError(_("This is too far away. Leave it empty for no end."))
        return last

    def scope(self) -> Scope:
        """
        Return what was chosen, with the first day on which it no longer holds.
        """
        typed = self.cleaned_data
        last = typed["last_date"]
        until = last + timedelta(days=1) if last else None
        return Scope(typed["may_read"], typed["may_pay"], until)


class Give(Sharing):
    email = forms.EmailField(
        label=_("E-mail of the person"),
        help_text=_("We send a link there. The person is told your name."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Type the e-mail address of the person."),
            "invalid": _("An e-mail address has the form name@example.com."),
        },
    )
    field_order = ["email", "may_read", "may_pay", "last_date"]
