"""A home that shares, or no longer shares, the meters of a building."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mains.branding.fields import DayField
from mains.customers import queries as customers
from mains.customers.models import SupplyPoint


class PointField(forms.CharField):
    """
    A supply point by its code.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=40,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            error_messages={"required": gettext_lazy("Type the code of a supply point.")},
            **kwargs,
        )

    def clean(self, value: Any) -> SupplyPoint:
        code = super().clean(value)
        found = customers.supply_point_named(code=code)
        if found is None:
            raise forms.ValidationError(
                _("There is no supply point %(code)s. Its code is on the page of its account.")
                % {"code": code}
            )
        return found


class Sharing(forms.Form):
    building = PointField(
        label=gettext_lazy("Supply point of the building"),
        help_text=gettext_lazy("Where the meters hang that the homes share."),
    )
    home = PointField(label=gettext_lazy("Supply point of the home"))
    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        error_messages={
            "required": gettext_lazy("Choose one of the services."),
            "invalid_choice": gettext_lazy("Choose one of the services."),
        },
    )
    day = DayField(label=gettext_lazy("From"), required_text=gettext_lazy("Type the first day."))

    def __init__(self, *args: Any, services: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = services  # type: ignore[attr-defined]
