"""One field per register, named `reading-<register>`, and one box where a value is unusual."""

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.documents.fields import PhotoField
from mains.metering.queries import RegisterRow

# Three years: longer than anything counts, and never beyond the calendar.
MOST_SECONDS = 100_000_000
MOST_PHOTOS = 5


class Readings(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=43)
    # Filled in by a device that kept the form: whose it is, and for how many seconds.
    whose = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    kept = forms.CharField(widget=forms.HiddenInput, max_length=12, required=False)

    def __init__(
        self, *args: Any, registers: Sequence[RegisterRow], whose: str = "", **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {"key": secrets.token_urlsafe(18), "whose": whose})
        super().__init__(*args, **kwargs)
        self.registers = registers
        for register in registers:
            self.fields[name_of(register)] = forms.CharField(
                required=False,
                max_length=30,
                label=_("Meter %(serial)s") % {"serial": register.meter},
            )
            self.fields[photo_name(register)] = PhotoField(
                required=False,
                label=_("Photo of meter %(serial)s") % {"serial": register.meter},
                help_text=_("JPEG, PNG or WebP. The place where it was taken is left out."),
            )

    def clean_kept(self) -> int:
        """
        Return the seconds that a device kept the form; what is no number is none.
        """
        return seconds_in(self.cleaned_data["kept"])

    def ask_to_confirm(self, register: RegisterRow) -> None:
        """
        Offer a box that says the unusual value is right.
        """
        self.fields[confirm_name(register)] = forms.BooleanField(
            required=False, label=_("It is right, send it anyway")
        )

    def clean(self) -> None:
        """
        Take no more photos than somebody looks at.
        """
        if len(self.files) > MOST_PHOTOS:
            self.add_error(
                None,
                _("These are too many photos. Send at most %(most)s at a time.")
                % {"most": MOST_PHOTOS},
            )

    def photo_of(self, register: RegisterRow) -> bytes | None:
        """
        Return the photo that came with the reading of a register, as JPEG.
        """
        return self.cleaned_data.get(photo_name(register))

    def together(self) -> list[tuple[RegisterRow, str]]:
        """
        Return what was typed for each register.
        """
        return [(register, text) for register, text, _confirmed in self.typed()]

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


def photo_name(register: RegisterRow) -> str:
    return f"photo-{register.register_id}"


def seconds_in(text: str) -> int:
    """
    Return the seconds that a device says it kept a form, within what a calendar takes.
    """
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 13):
        return 0
    return max(-MOST_SECONDS, min(int(text), MOST_SECONDS))
