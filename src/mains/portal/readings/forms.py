"""One field per register, named `reading-<register>`, and one box where a value is unusual."""

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.metering.queries import RegisterRow


class Readings(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=43)

    def __init__(self, *args: Any, registers: Sequence[RegisterRow], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": secrets.token_urlsafe(18)})
        super().__init__(*args, **kwargs)
        self.registers = registers
        for register in registers:
            self.fields[name_of(register)] = forms.CharField(
                required=False,
                max_length=30,
                label=_("Meter %(serial)s") % {"serial": register.meter},
            )

    def ask_to_confirm(self, register: RegisterRow) -> None:
        """
        Offer a box that says the unusual value is right.
        """
        self.fields[confirm_name(register)] = forms.BooleanField(
            required=False, label=_("It is right, send it anyway")
        )

    def typed(self) -> list[tuple[RegisterRow, str, bool]]:
        """
        Return what was typed for each register, and whether it was confirmed.
        """
        return [
            (
                register,
                self.cleaned_data[name_of(register)],
                bool(self.data.get(confirm_name(register))),
            )
            for register in self.registers
            if self.cleaned_data.get(name_of(register))
        ]


def name_of(register: RegisterRow) -> str:
    return f"reading-{register.register_id}"


def confirm_name(register: RegisterRow) -> str:
    return f"confirm-{register.register_id}"
