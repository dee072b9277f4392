"""Form fields that belong to the design system."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mains.core.money import Money
from mains.core.typed import NotAnAmount, parse_amount

FIRST_YEAR, LAST_YEAR = 1900, 2199
_NO_AMOUNT = _("This is no amount. Type digits, for example 48.19.")
HEX = re.compile(r"#?([0-9a-fA-F]{6})")


class DayField(forms.DateField):
    """
    A civil day: browsers show a calendar, and others take it as 2026-11-18.

    :param required_text: what to say where none was typed.
    """

    def __init__(self, *, required_text: Any = "", **kwargs: Any) -> None:
        attributes = {"type": "date", "class": "short"}
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs=attributes))
        kwargs["error_messages"] = {
            "required": required_text,
            "invalid": _("A day has the form 2026-11-18."),
        }
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """
        Return the day; one of a year that nobody means is refused before anything counts with it.
        """
        day = super().clean(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(
                _("Look at the year: it has to be from %(first)s to %(last)s."),
                params={"first": FIRST_YEAR, "last": LAST_YEAR},
            )
        return day


class AmountField(forms.CharField):
    """
    An amount of money with either decimal sign, as its reader writes it; nothing typed is None.

    :param required_text: what to say where none was typed.
    :param refusal: what to say of what is no amount.
    :param above_zero: what to say of one that is not; without it the form decides.
    :param currency: where it is known, zero, less, and parts of its smallest coin are refused.
    """

    def __init__(
        self,
        *,
        required_text: Any = "",
        refusal: Any = _NO_AMOUNT,
        above_zero: Any = "",
        currency: str = "",
        **kwargs: Any,
    ) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "class": "short"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attributes))
        kwargs["error_messages"] = {"required": required_text}
        super().__init__(max_length=30, **kwargs)
        self.refusal, self.above_zero, self.currency = refusal, above_zero, currency

    def clean(self, value: Any) -> Any:
        """
        Return the amount as a decimal, or None.
        """
        typed = super().clean(value)
        if not typed:
            return None
        try:
            amount = parse_amount(typed, language=get_language() or "en")
        except NotAnAmount as error:
            raise forms.ValidationError(self.refusal) from error
        if self.above_zero and amount <= 0:
            raise forms.ValidationError(self.above_zero)
        if self.currency and not self._is_payable(amount):
            raise forms.ValidationError(
                _("Type an amount above zero, with no more digits than the currency has.")
            )
        return amount

    def _is_payable(self, amount: Decimal) -> bool:
        return amount > 0 and Money.round_from(amount, self.currency).as_decimal() == amount


class ColourForm(forms.Form):
    """
    A colour that can be typed or picked; whichever of the two was changed counts.
    """

    colour = forms.CharField(
        label=_("Colour"),
        help_text=_("Six digits, for example #1f5f8b. Any colour works: texts stay readable."),
        max_length=9,
        widget=forms.TextInput(
            attrs={"class": "short", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": _("Type a colour such as #1f5f8b, or pick one.")},
    )
    colour_picked = forms.CharField(
        label=_("Or pick it"),
        required=False,
        widget=forms.ColorInput(attrs={"class": "swatch"}),
    )

    def __init__(self, *args: Any, colour: str, **kwargs: Any) -> None:
        given = kwargs.get("initial") or {}
        kwargs["initial"] = {"colour": colour, "colour_picked": colour, **given}
        super().__init__(*args, **kwargs)
        self.shown_colour = colour.lower()

    def clean_colour(self) -> str:
        typed = HEX.fullmatch(self.cleaned_data["colour"].strip())
        if typed is None:
            raise forms.ValidationError(
                _("This is no colour. Type # and six digits or letters a to f, such as #1f5f8b.")
            )
        return f"#{typed[1].lower()}"

    def clean_colour_picked(self) -> str:
        picked = HEX.fullmatch(self.cleaned_data["colour_picked"].strip())
        return f"#{picked[1].lower()}" if picked else ""

    def chosen_colour(self) -> str:
        """
        Return the typed colour, or the picked one where only that was changed.
        """
        typed, picked = self.cleaned_data["colour"], self.cleaned_data["colour_picked"]
        if picked and typed == self.shown_colour:
            return str(picked)
        return str(typed)
