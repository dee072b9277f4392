"""Who wants a login: the type, the company, and the person."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from mains.branding.components import Option
from mains.branding.fields import DayField
from mains.enrolment.actions import Agreed
from mains.enrolment.actions.consents import ConsentPurpose
from mains.enrolment.tokens import digest
from mains.identity.fields import new_password, person_name, user_name
from mains.portal.joining.ebill import Box
from mains.tenancy.tenantfile.identity import CustomerType

# An administrator's authority is looked at again after this many days at the latest.
LONGEST_AUTHORITY = timedelta(days=3 * 366)


class NewPassword(forms.Form):
    password = new_password(_("Password"))

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class UserName(forms.Form):
    username = user_name(
        hint=_("At least 3 letters or digits. You can sign in with it or with your e-mail."),
        required=True,
    )


class Activation(UserName, NewPassword):
    """
    What an opened message still asks for.
    """

    def __init__(self, *args: Any, fields: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {name: self.fields[name] for name in fields}


def types() -> dict[CustomerType, Option]:
    """
    Return what each type of customer is called, and what it means.
    """
    return {
        CustomerType.PRIVATE: Option(
            str(_("Private person")), str(_("The contract is in a person's name."))
        ),
        CustomerType.COMPANY: Option(
            str(_("Company")), str(_("The contract is in the name of a company or association."))
        ),
        CustomerType.ADMINISTRATOR: Option(
            str(_("Administrator")), str(_("You manage the accounts of others on their behalf."))
        ),
    }


class Type(forms.Form):
    type = forms.ChoiceField(
        label=_("Who are you?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who you are."),
            "invalid_choice": _("Choose one of the answers."),
        },
    )

    def __init__(self, *args: Any, offered: Sequence[CustomerType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = types()
        self.fields["type"].choices = [(str(kind), known[kind]) for kind in offered]  # type: ignore[attr-defined]


class Company(forms.Form):
    company = forms.ChoiceField(
        label=_("Whose customer are you?"),
        help_text=_("The name at the top of your bill."),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a company."),
            "invalid_choice": _("Choose one of the companies."),
        },
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[str, Option]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].choices = list(offered)  # type: ignore[attr-defined]


class Email(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("You sign in with it, and we send the confirmation there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Type your e-mail address."),
            "invalid": _("An e-mail address has the form name@example.com."),
        },
    )

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        return typed.lower()


class Authority(forms.Form):
    """
    What an administrator acts on: a written authority and how long it holds.
    """

    authority = forms.CharField(
        label=_("Your authority"),
        help_text=_("The date or number of the contract or power of attorney that you act on."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Name the document that you act on.")},
    )
    until_date = DayField(
        label=_("It holds until"),
        help_text=_("The last day of your authority, three years from now at most."),
        required_text=_("Choose the last day of your authority."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until_date(self) -> date:
        last: date = self.cleaned_data["until_date"]
        if last < self.today:
            raise forms.ValidationError(_("This day is over. Choose a day that is still to come."))
        if last > self.today + LONGEST_AUTHORITY:
            raise forms.ValidationError(_("This is too far away. Choose a day within three years."))
        # Links hold until the day before: the first day without is kept.
        return last + timedelta(days=1)


class You(UserName, Email, NewPassword, Authority):
    """
    The person, with only those fields that the tenant and the type of customer need.

    Whoever was shown older terms than the current ones is shown these, and asked again.
    """

    name = person_name()

    def __init__(
        self,
        data: Any = None,
        *args: Any,
        fields: Sequence[str],
        documents: Sequence[Agreed],
        ebill: Box | None,
        legal_query: str = "",
        **kwargs: Any,
    ) -> None:
        self.shown = digest(*(document.hash for document in documents))
        self.outdated = data is not None and data.get("shown") != self.shown
        if self.outdated:
            data = {key: value for key, value in data.items() if not key.startswith("agree-")} | {
                "shown": self.shown
            }
        super().__init__(data, *args, **kwargs)
        self.documents, self.offered = documents, ebill
        own = self.fields
        self.fields = {name: own[name] for name in fields}
        if ebill is not None:
            self.fields["ebill"] = ebill.field()
        for document in documents:
            self.fields[f"agree-{document.purpose}"] = _agreement(document, legal_query)
        self.fields["shown"] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=self.shown
        )

    def clean(self) -> dict[str, Any]:
        if self.outdated:
            raise forms.ValidationError(
                _("The terms have changed since you opened this page. Read them and tick again.")
            )
        return self.cleaned_data

    def agreed(self) -> list[Agreed]:
        """
        Return everything that was agreed to.
        """
        ebill = self.offered.chosen(self.cleaned_data.get("ebill")) if self.offered else None
        return [*self.documents, *([ebill] if ebill else [])]


def _agreement(document: Agreed, query: str) -> forms.BooleanField:
    if document.purpose is ConsentPurpose.TERMS:
        label = _("I have read and accept the {link}")
        name, place = _("terms of use"), "/legal/terms/"
    else:
        label = _("I have read the {link}")
        name, place = _("privacy notice"), "/legal/privacy/"
    link = format_html('<a href="{}{}" target="_blank">{}</a>', place, query, name)
    return forms.BooleanField(
        label=format_html(str(label), link=link),
        error_messages={"required": _("Read it, then tick the box.")},
    )
