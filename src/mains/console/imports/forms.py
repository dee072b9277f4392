"""The file, how it is read, and which column of a table is what."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mains.console.imports import words
from mains.journeys.import_desk import MOST_BYTES
from mains.metering.imports.profile import Table
from mains.metering.imports.profiles import PROFILES
from mains.metering.imports.profiles.table import PATTERNS
from mains.metering.imports.texts import UNITS

MB = 1024 * 1024
_FIRST_ROWS = 2
# A column that a table may do without.
NONE = ""


def profile_choices() -> list[tuple[str, str]]:
    """
    Return the formats by their names.
    """
    return sorted(((key, words.profile(key)) for key in PROFILES), key=lambda one: one[1])


class Upload(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Text, workbook, XML or EDIFACT, at most 64 MB; also compressed."),
        widget=forms.FileInput,
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )
    profile = forms.ChoiceField(
        label=gettext_lazy("Format"),
        required=False,
        choices=lambda: [("", _("Find out from the file")), *profile_choices()],
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("This file has %(size)s MB, and at most %(most)s MB can be uploaded. Split it.")
                % {"size": file.size // MB, "most": MOST_BYTES // MB}
            )
        return file


class Format(forms.Form):
    profile = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=lambda: [("", _("Choose one")), *profile_choices()],
        error_messages={"required": gettext_lazy("Choose the format of the file.")},
    )


class Columns(forms.Form):
    """
    What the columns of a table are; positions count from 0.
    """

    def __init__(self, *args: Any, rows: list[list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = _column_choices(rows)
        none = [(NONE, _("No column")), *columns]
        self.fields["header"] = forms.BooleanField(
            label=_("The first row holds the names of the columns"), required=False
        )
        self.fields["point"] = _choice(_("Meter or supply point"), columns)
        self.fields["register"] = _choice(
            _("Register, where a column names it"), none, required=False
        )
        self.fields["code"] = forms.CharField(
            label=_("Register of all rows"),
            help_text=_(
                "Where no column names it: 1.8.0 is energy taken, 2.8.0 energy fed in. A meter "
                "with one register may have any."
            ),
            max_length=20,
            widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
            error_messages={"required": _("Type the register, such as 1.8.0.")},
        )
        self.fields["day"] = _choice(_("Day, or day and time"), columns)
        self.fields["time"] = _choice(_("Time, where it has its own column"), none, required=False)
        self.fields["pattern"] = _choice(
            _("How day and time are written"),
            [("", _("With the offset from UTC")), *((one, words.pattern(one)) for one in PATTERNS)],
            required=False,
        )
        self.fields["ending"] = _choice(
            _("The time is that of"),
            [("0", _("the beginning of the interval")), ("1", _("the end of the interval"))],
        )
        self.fields["minutes"] = _choice(
            _("Length of an interval"),
            [("60", _("an hour")), ("30", _("half an hour")), ("15", _("a quarter of an hour"))],
        )
        self.fields["value"] = _choice(_("Value"), columns)
        self.fields["unit"] = _choice(_("Unit"), [(one, words.unit(one)) for one in UNITS])
        self.fields["decimal"] = _choice(_("Decimal sign"), [(".", _("point")), (",", _("comma"))])
        self.fields["quality"] = _choice(_("Quality"), none, required=False)
        self.fields["quality"].help_text = _(
            "M, R, A or empty: measured. E: estimated. C: corrected."
        )

    @staticmethod
    def initial_of(table: Table) -> dict[str, Any]:
        """
        Return what the form shows for a description of a table.
        """
        return {
            "header": table.header, "point": table.point,
            "register": NONE if table.register is None else table.register, "code": table.code,
            "day": table.day, "time": NONE if table.time is None else table.time,
            "pattern": table.pattern, "ending": int(table.ending), "minutes": table.minutes,
            "value": table.value, "unit": table.unit, "decimal": table.decimal,
            "quality": NONE if table.quality is None else table.quality,
        }  # fmt: skip

    def table(self, *, is_sheet: bool, delimiter: str) -> Table:
        """
        Return the description that was chosen.
        """
        said = self.cleaned_data
        return Table(
            sheet=is_sheet, delimiter=delimiter, decimal=said["decimal"], header=said["header"],
            point=int(said["point"]), register=_position(said["register"]), code=said["code"],
            day=int(said["day"]), time=_position(said["time"]), pattern=said["pattern"],
            ending=said["ending"] == "1", minutes=int(said["minutes"]), value=int(said["value"]),
            unit=said["unit"], quality=_position(said["quality"]),
        )  # fmt: skip


def _position(text: str) -> int | None:
    return None if text == NONE else int(text)


def _choice(
    label: str, choices: list[tuple[str, str]], *, required: bool = True
) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required)


def _column_choices(rows: list[list[str]]) -> list[tuple[str, str]]:
    """
    Return the columns by number, each with what stands in its first rows.
    """
    width = max((len(row) for row in rows), default=0)
    found = []
    for position in range(width):
        texts = [row[position] for row in rows[:_FIRST_ROWS] if position < len(row)]
        shown = " · ".join(text[:24] for text in texts if text)
        found.append((str(position), f"{position + 1}: {shown}" if shown else f"{position + 1}"))
    return found
