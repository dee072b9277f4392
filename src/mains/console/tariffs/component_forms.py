"""A small form for each kind of component, made from what the tenant file knows of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from mains.console.tariffs import field_words
from mains.console.tariffs.numbers import NumberField
from mains.tariffs.rules.mistakes import Known
from mains.tenancy.tenantfile import components as models
from mains.tenancy.tenantfile.base import Section, Texts

# Each kind of the tenant file with its model, in the order of the file's union.
MODELS: dict[str, type[models.Priced]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model
    for model in get_args(get_args(models.Component)[0])
}
# What changes every year stands first; what all kinds have and few need behind a fold.
FIRST = ("price", "percent", "per_month", "extra")
FOLDED = ("code", "book", "classes", "zones", "when")
type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """
    The rows of a table of fields, such as blocks: its columns' names and the fields of each row.
    """

    name: str
    title: str
    hint: str
    columns: list[str]
    lines: list[list[BoundField]]
    is_needed: bool
    is_asked_for: bool

    @property
    def is_open(self) -> bool:
        """
        Tell whether the table says something, has to or is wanted; else it is folded away.
        """
        cells = [bound for line in self.lines for bound in line]
        wanted = self.is_needed or self.is_asked_for
        return wanted or any(bound.value() or bound.errors for bound in cells)


class NamesField(forms.CharField):
    """
    Codes with commas between them; its value is a list.
    """

    def clean(self, value: Any) -> Any:
        return [name for name in super().clean(value).replace(",", " ").split() if name]


class ComponentForm(forms.Form):
    """
    The fields of one component of a kind; `rows` counts the rows of each of its tables.

    With `unfolded` its tables are open even where they say nothing yet.
    """

    def __init__(
        self, *args: Any, kind: str, languages: tuple[str, ...], known: Known,
        rows: Mapping[str, int], unfolded: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.kind, self.languages, self.known = kind, languages, known
        self.unfolded = unfolded
        self.tables: dict[str, tuple[list[str], int]] = {}
        for name, info in MODELS[kind].model_fields.items():
            if name != "kind":
                self._add(name, info, rows.get(name, 0))

    def _add(self, name: str, info: FieldInfo, rows: int) -> None:
        section = section_of(info)
        if section is not None:
            columns = list(section.model_fields)
            self.tables[name] = columns, rows
            for number in range(rows):
                for column in columns:
                    self.fields[f"{name}-{number}-{column}"] = _field(
                        column, section.model_fields[column], self.known, in_row=True
                    )
        elif info.annotation == Texts:
            for language in self.languages:
                self.fields[f"{name}-{language}"] = forms.CharField(
                    label=f"{field_words.label(name)} ({language})",
                    max_length=120,
                    required=name == "label",
                    error_messages={"required": field_words.missing(name)},
                )
        else:
            self.fields[name] = _field(name, info, self.known)

    @property
    def plain_fields(self) -> Iterator[BoundField]:
        """
        Yield the fields that stand alone, in the order in which they are asked.
        """
        names = [name for name in self.fields if name not in FOLDED and not self._is_in_table(name)]
        last = [name for name in names if name == "vat" or name.startswith("label-")]
        first = [name for name in names if name in FIRST]
        for name in [*first, *(one for one in names if one not in (*first, *last)), *last]:
            yield self[name]

    @property
    def folded(self) -> list[BoundField]:
        return [self[name] for name in FOLDED]

    @property
    def is_open(self) -> bool:
        """
        Tell whether what is folded away has something to say.
        """
        return any(bound.errors for bound in self.folded)

    @property
    def row_tables(self) -> Iterator[Rows]:
        """
        Yield the tables of fields.
        """
        for name, (columns, count) in self.tables.items():
            yield Rows(
                name=name,
                title=field_words.label(name),
                hint=field_words.help_text(name),
                columns=[field_words.label(column) for column in columns],
                lines=[
                    [self[f"{name}-{number}-{column}"] for column in columns]
                    for number in range(count)
                ],
                is_needed=MODELS[self.kind].model_fields[name].is_required(),
                is_asked_for=self.unfolded,
            )

    def _is_in_table(self, name: str) -> bool:
        return name.split("-")[0] in self.tables

    def as_row(self) -> Row:
        """
        Return the component as the tenant file writes it, with what is wrong as it was typed.
        """
        typed = {name: self._value(name) for name in self.fields}
        row: Row = {"kind": self.kind}
        for name, info in MODELS[self.kind].model_fields.items():
            if name == "kind":
                continue
            if name in self.tables:
                value: Any = self._lines(name, typed)
            elif info.annotation == Texts:
                texts = {language: typed[f"{name}-{language}"] for language in self.languages}
                value = {language: text for language, text in texts.items() if text}
            else:
                value = typed[name]
            if value not in ("", [], {}, None):
                row[name] = value
        return row

    def _lines(self, name: str, typed: Mapping[str, Any]) -> list[Row]:
        columns, count = self.tables[name]
        found = []
        for number in range(count):
            line = {column: typed[f"{name}-{number}-{column}"] for column in columns}
            # The name of a tariff period alone says nothing: its row waits for a price.
            if any(text for column, text in line.items() if column not in ("period",)):
                found.append({column: text for column, text in line.items() if text})
        return found

    def _value(self, name: str) -> Any:
        if name in self.cleaned_data:
            return self.cleaned_data[name]
        field = self.fields[name]
        return field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))

    def judge(self, row: Row) -> None:
        """
        Find what does not fit the tenant file, and say it at its place.
        """
        try:
            TypeAdapter(MODELS[self.kind]).validate_python(row)
        except ValidationError as problem:
            found = {mistake["loc"]: mistake["type"] for mistake in problem.errors()}
            for place, what in found.items():
                # A table none of whose rows is in order is not missing as well.
                if not any(place == inner[: len(place)] for inner in found.keys() - {place}):
                    self._does_not_fit(place, what)

    def _does_not_fit(self, place: tuple[int | str, ...], what: str) -> None:
        name = "-".join(str(part) for part in place)
        while name and name not in self.fields:
            name = name.rpartition("-")[0]
        if not name:
            # Such as a table without any row.
            first = str(place[0])
            name = next((one for one in self.fields if one.startswith(f"{first}-")), first)
        self.say(name, _unfit(name.split("-")[-1], what))

    def say(self, name: str, sentence: str) -> None:
        """
        Put a sentence beside a field that has none yet.
        """
        field = name if name in self.fields else None
        if field is None or field not in self.errors:
            self.add_error(field, sentence)


def _unfit(name: str, what: str) -> str:
    if what == "missing":
        return field_words.missing(name)
    if what == "string_pattern_mismatch" and name == "vat":
        return field_words.missing("vat")
    if what == "string_pattern_mismatch":
        return _(
            "A code has small letters, digits and _, and begins with a letter, such as water_use."
        )
    return _("This does not fit here. Look at the hint beside it.")


def section_of(info: FieldInfo) -> type[Section] | None:
    """
    Return what each row of a field is, such as a block; None where it has no rows.
    """
    arguments = get_args(info.annotation)
    if get_origin(info.annotation) is tuple and isinstance(arguments[0], type):
        return arguments[0] if issubclass(arguments[0], Section) else None
    return None


def _field(name: str, info: FieldInfo, known: Known, *, in_row: bool = False) -> forms.Field:
    required = info.is_required() and not in_row
    common: dict[str, Any] = {
        "label": field_words.label(name),
        "help_text": "" if in_row else field_words.help_text(name),
        "required": required,
    }
    if choices := _choices(name, info, known):
        if get_origin(info.annotation) is tuple:
            return forms.MultipleChoiceField(
                choices=choices, widget=forms.CheckboxSelectMultiple, **common
            )
        return forms.ChoiceField(
            choices=choices,
            error_messages={"required": field_words.missing(name)},
            **{**common, "required": name not in ("calendar", "index") or required},
        )
    common["error_messages"] = {"required": field_words.missing(name)}
    kind = _without_none(info.annotation)
    if kind is Decimal:
        return NumberField(**common)
    attributes = {"autocomplete": "off", "spellcheck": "false"}
    if get_origin(kind) is tuple:
        return NamesField(max_length=400, widget=forms.TextInput(attrs=attributes), **common)
    return forms.CharField(max_length=80, widget=forms.TextInput(attrs=attributes), **common)


def _choices(name: str, info: FieldInfo, known: Known) -> list[tuple[str, str]]:
    if name in ("calendar", "index"):
        codes = known.calendars if name == "calendar" else known.indexes
        return [("", "–"), *((code, code) for code in sorted(codes))]
    annotation = info.annotation
    if get_origin(annotation) is tuple:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is not Literal:
        return []
    return [(value, field_words.choice(name, value)) for value in get_args(annotation)]


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        found = next(one for one in get_args(annotation) if one is not NoneType)
        return get_args(found)[0] if get_origin(found) is not None else found
    return annotation
