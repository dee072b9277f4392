"""Who is to act for which accounts, on what, and until when."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mains.branding.components import Option
from mains.branding.fields import DayField
from mains.core.calendars import add_months
from mains.enrolment.models import LinkRole
from mains.enrolment.queries import MOST_LINES, Wanted
from mains.tenancy.tenantfile.identity import Grouping

# A written authority is looked at again after three years at most.
LONGEST_MONTHS = 36


class LastDay(forms.Form):
    last_date = DayField(
        label=_("Last day of the authority"),
        help_text=_("From the day after, the login sees nothing of these accounts."),
        required_text=_("Choose the last day of the authority."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_last_date(self) -> date:
        last: date = self.cleaned_data["last_date"]
        if last < self.today:
            raise forms.ValidationError(_("This day is over. Choose a day that is still to come."))
        if last > add_months(self.today, LONGEST_MONTHS):
            raise forms.ValidationError(_("This is too far away. Choose a day within three years."))
        return last

    def until_date(self) -> date:
        """
        Return the first day on which the authority no longer holds.
        """
        last: date = self.cleaned_data["last_date"]
        return last + timedelta(days=1)


class Change(LastDay):
    whole = forms.BooleanField(label="", required=False)

    def __init__(self, *args: Any, others: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            self.fields["whole"].label = ngettext(
                "Also for %(count)s other account under this authority",
                "Also for %(count)s other accounts under this authority",
                others,
            ) % {"count": others}
        else:
            del self.fields["whole"]


class Attach(LastDay):
    email = forms.EmailField(
        label=_("E-mail of the login"),
        help_text=_("Who has no login yet is invited by one message."),
        error_messages={
            "required": _("Type the e-mail address of who is to act."),
            "invalid": _("An e-mail address has the form name@example.com."),
        },
    )
    role = forms.ChoiceField(
        label=_("Acts as"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose as what the login acts."),
            "invalid_choice": _("Choose one of the answers."),
        },
    )
    authority = forms.CharField(
        label=_("Authority"),
        help_text=_("The number or date of the contract or power of attorney it acts on."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Name the document that the login acts on.")},
    )
    company = forms.ChoiceField(
        label=_("Company whose accounts these are"), required=False, choices=[]
    )
    numbers = forms.CharField(
        label=_("Account numbers"),
        help_text=_("One in a line. You can paste a column of a spreadsheet."),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        error_messages={
            "required": _("Type at least one account number."),
            "max_length": _("This list is too long. Split it into lists of 1,000 accounts."),
        },
    )
    field_order = ["email", "role", "authority", "last_date", "company", "numbers"]

    def __init__(self, *args: Any, companies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = _roles()  # type: ignore[attr-defined]
        if len(companies) > 1:
            self.fields["company"].choices = [("", _("Any")), *companies]  # type: ignore[attr-defined]
        else:
            del self.fields["company"]

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        return typed.strip().lower()

    def clean_authority(self) -> str:
        return " ".join(self.cleaned_data["authority"].split())

    def clean_numbers(self) -> str:
        lines = _lines(self.cleaned_data["numbers"])
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(
                _("This list is too long. Split it into lists of 1,000 accounts.")
            )
        if not lines:
            raise forms.ValidationError(_("Type at least one account number."))
        return "\n".join(lines)

    def wanted(self, grouping: Grouping) -> Wanted:
        """
        Return what was typed as what is to be done.
        """
        typed = self.cleaned_data
        return Wanted(
            email=typed["email"],
            role=LinkRole(typed["role"]),
            authority=typed["authority"],
            until_date=self.until_date(),
            numbers=tuple(_lines(typed["numbers"])),
            company=typed.get("company", ""),
            grouping=grouping,
        )


def _roles() -> list[tuple[LinkRole, Option]]:
    administrator = Option(
        str(_("Administrator")), str(_("Manages accounts of others on their behalf."))
    )
    company = Option(str(_("Company")), str(_("Acts for the company that holds the accounts.")))
    return [(LinkRole.ADMINISTRATOR, administrator), (LinkRole.COMPANY, company)]


def _lines(text: str) -> list[str]:
    rows = text.replace("\t", "\n").replace(";", "\n").replace(",", "\n").splitlines()
    return [" ".join(row.split())[:40] for row in rows if row.strip()]
