"""Forms of the ways to pay: taking payments as a whole, and one way."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mains.branding.fields import AmountField
from mains.console import wording
from mains.journeys import ways_desk
from mains.journeys.ways_changing import Wish
from mains.journeys.ways_desk import Way
from mains.payments.gateways.base import Detail, Gateway
from mains.tenancy import secrets
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.money import Fee

_NAMES = {Detail.ACCOUNT: "account", Detail.KEY: "key", Detail.WEBHOOK_KEY: "webhook_key"}


class Taking(forms.Form):
    enabled = forms.BooleanField(
        label=gettext_lazy("Customers can pay here"),
        help_text=gettext_lazy("Switched off, the pages show your notice instead."),
        required=False,
    )
    guest = forms.BooleanField(
        label=gettext_lazy("Without signing in"),
        help_text=gettext_lazy("With the bill at hand, by its code, its number or its link."),
        required=False,
    )
    part_payments = forms.BooleanField(
        label=gettext_lazy("A part of a bill"),
        help_text=gettext_lazy("The rest stays owed, and is due when it was."),
        required=False,
    )
    autopay = forms.BooleanField(
        label=gettext_lazy("Automatically, from a stored card"),
        help_text=gettext_lazy("The exact amount that is owed on that day, told before."),
        required=False,
    )

    def __init__(self, *args: Any, file: TenantFile, **kwargs: Any) -> None:
        kwargs["initial"] = file.payments.model_dump() | {
            f"notice-{language}": text for language, text in file.payments.notice.items()
        }
        super().__init__(*args, **kwargs)
        self.languages = file.locale.languages
        for language in self.languages:
            self.fields[f"notice-{language}"] = forms.CharField(
                label=_("Notice while they cannot (%(language)s)") % {"language": language},
                required=False,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("enabled"):
            for language in self.languages:
                if not given.get(f"notice-{language}", "").strip():
                    self.add_error(
                        f"notice-{language}",
                        _("Say how and when customers can pay instead, in each language."),
                    )
        return given

    def facts(self) -> dict[str, Any]:
        """
        Return what was chosen by its names in the tenant file.
        """
        given = self.cleaned_data
        names = ("enabled", "guest", "part_payments", "autopay")
        notice = {language: given[f"notice-{language}"].strip() for language in self.languages}
        return {name: given[name] for name in names} | {
            "notice": {language: text for language, text in notice.items() if text}
        }


class UpTo(AmountField):
    """
    A decimal from zero, which nothing typed is, to the most that makes sense.
    """

    def __init__(self, *, most: Decimal, **kwargs: Any) -> None:
        super().__init__(required=False, refusal=_("Type a number, such as 1.5."), **kwargs)
        self.most = most

    def clean(self, value: Any) -> Any:
        """
        Return the decimal.
        """
        amount = super().clean(value) or Decimal(0)
        if not 0 <= amount <= self.most:
            raise forms.ValidationError(
                _("Type a number from 0 to %(most)s.") % {"most": wording.number(self.most)}
            )
        return amount


class WayForm(forms.Form):
    """
    One way to pay; without `way` a new one of this gateway.
    """

    def __init__(
        self, *args: Any, file: TenantFile, known: Gateway, way: Way | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known, self.way, self.file = known, way, file
        self._labels()
        self._details()
        self._whom_for()
        self._fee()
        self.fields["available"] = forms.BooleanField(
            label=_("Customers are offered it"),
            help_text=_("Switched off, what was begun there is still settled."),
            required=False,
            initial=way.choice.available if way else False,
        )

    def _labels(self) -> None:
        languages = self.file.locale.languages
        for position, language in enumerate(languages):
            self.fields[f"label-{language}"] = forms.CharField(
                label=_("What customers read (%(language)s)") % {"language": language},
                max_length=40,
                required=position == 0,
                initial=self.way.choice.label.get(language, "") if self.way else "",
                error_messages={"required": _("Type what customers choose by, such as Bank card.")},
            )

    def _details(self) -> None:
        for detail, asked in self.known.details.items():
            initial = ""
            help_text = _(asked.where)
            if detail is Detail.ACCOUNT:
                initial = self.way.choice.account if self.way else ""
            elif self.way and self.way.ends_in.get(detail):
                help_text += " " + _(
                    "One is kept that ends in %(letters)s; type another to replace it."
                ) % {"letters": self.way.ends_in[detail]}
            self.fields[_NAMES[detail]] = forms.CharField(
                label=_(asked.label),
                help_text=help_text,
                required=False,
                max_length=60 if detail is Detail.ACCOUNT else 200,
                initial=initial,
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )

    def _whom_for(self) -> None:
        choice = self.way.choice if self.way else None
        companies = [(one.code, one.name) for one in self.file.companies]
        services = [
            (one.code, one.label.get(wording.language()) or one.code) for one in self.file.services
        ]
        all_of_them = _(
            "Without a choice it is for all. A bill for several services needs a way that takes "
            "all of them."
        )
        for name, label, choices, help_text in (
            ("companies", _("Only for bills of"), companies, _("Without a choice it is for all.")),
            ("services", _("Only for"), services, all_of_them),
        ):
            if len(choices) > 1:
                self.fields[name] = forms.MultipleChoiceField(
                    label=label,
                    help_text=help_text,
                    choices=choices,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                    initial=getattr(choice, name, ()),
                )

    def _fee(self) -> None:
        fee = self.way.choice.fee if self.way else Fee()
        self.fields["percent"] = UpTo(
            label=_("Fee in percent"),
            help_text=_("What paying this way costs the payer on top. It is shown before paying."),
            most=Decimal(10),
            initial=wording.number(fee.percent.normalize()) if fee.percent else "",
        )
        self.fields["fixed"] = UpTo(
            label=_("Fixed fee in %(currency)s") % {"currency": self.file.locale.currency},
            most=Decimal(100),
            initial=wording.number(fee.fixed) if fee.fixed else "",
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for detail, asked in self.known.details.items():
            name, typed = _NAMES[detail], "".join(given.get(_NAMES[detail], "").split())
            given[name] = typed
            if typed and asked.begins and not typed.startswith(asked.begins):
                self.add_error(
                    name,
                    _("It begins with %(beginnings)s. Look whether you copied another one.")
                    % {"beginnings": " / ".join(asked.begins)},
                )
            elif typed and detail is not Detail.ACCOUNT and len(typed) < secrets.SHORTEST:
                self.add_error(name, _("A key has 12 characters or more. Copy it as a whole."))
        if given.get("available"):
            self._needs_all(given)
        return given

    def _needs_all(self, given: dict[str, Any]) -> None:
        has_key = bool(given.get("key") or (self.way and self.way.ends_in.get(Detail.KEY)))
        for detail in ways_desk.lacks(
            kind=self.known.kind, account=given.get("account", ""), has_key=has_key
        ):
            # What was typed wrongly is said already.
            if not self.has_error(_NAMES[detail]):
                self.add_error(_NAMES[detail], _("Customers can be offered it once this is typed."))

    def wish(self) -> Wish:
        """
        Return what was typed and chosen.
        """
        given = self.cleaned_data
        labels = {language: given[f"label-{language}"] for language in self.file.locale.languages}
        return Wish(
            label={language: text for language, text in labels.items() if text},
            available=given["available"],
            companies=tuple(given.get("companies", ())),
            services=tuple(given.get("services", ())),
            percent=given["percent"],
            fixed=given["fixed"],
            typed={detail: given[_NAMES[detail]] for detail in self.known.details},
        )
