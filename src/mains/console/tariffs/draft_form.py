"""The whole form of a draft: its first day, its source, and a small form for each component."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mains.branding.fields import DayField
from mains.console import wording
from mains.console.tariffs.component_data import data_of, rows_in
from mains.console.tariffs.component_forms import MODELS, ComponentForm, Row
from mains.console.tariffs.mistake_words import sentence
from mains.core.wording import text_in
from mains.journeys import tariff_desk
from mains.tariffs import drafts, notices
from mains.tariffs.component_words import kind_name
from mains.tariffs.drafts import Draft
from mains.tariffs.rules.mistakes import mistakes
from mains.tenancy.queries import TenantInfo

MOST_COMPONENTS = 60


class Head(forms.Form):
    start_date = DayField(
        label=gettext_lazy("First day"),
        help_text=gettext_lazy("What is used from this day on is billed at these prices."),
        required_text=gettext_lazy("Type the day from which the prices hold."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where the prices are published"),
        help_text=gettext_lazy("A decision, a gazette or an address. Your colleagues read it."),
        required=False,
        max_length=300,
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A component on the page: its place, what it is called, and its form.
    """

    number: int
    title: str
    kind: str
    form: ComponentForm
    is_first: bool

    @property
    def prefix(self) -> str:
        return f"c{self.number}"

    @property
    def at(self) -> str:
        return str(self.number)

    @property
    def parts(self) -> list[tuple[str, str]]:
        """
        Return the names of its tables with how many rows they have.
        """
        return [(name, str(count)) for name, (_columns, count) in self.form.tables.items()]


@dataclass(frozen=True, slots=True)
class Problem:
    """
    What is wrong, with the address of its field on the page.
    """

    target: str
    name: str
    text: str


def pieces_of(
    draft: Draft, tenant: TenantInfo, *, new: int | None = None, more_rows: int | None = None
) -> list[Piece]:
    """
    Return the forms of a stored draft, with what is wrong said at its place.

    Of a component that was just added nothing is said yet; `more_rows` gives one more spare rows,
    and keeps its tables open.
    """
    known = drafts.known_of(tenant.file)
    pieces = []
    for number, row in enumerate(draft.components):
        wanted = number == more_rows
        spare = 6 if wanted else 2
        data = data_of(row, prefix=f"c{number}", known=known, spare=spare)
        kind = str(row["kind"])
        form = _form(data, number, kind, tenant, judged=number != new, unfolded=wanted)
        pieces.append(_piece(number, row, form))
    _judge(pieces, draft.components, tenant, new)
    return pieces


def _judge(
    pieces: Sequence[Piece], rows: Sequence[Row], tenant: TenantInfo, new: int | None
) -> None:
    for piece, row in zip(pieces, rows, strict=True):
        if piece.number != new:
            piece.form.judge(row)
    for mistake in mistakes(rows, known=drafts.known_of(tenant.file)):
        place = mistake.place
        if place.component != new:
            parts = [place.name, *([] if place.row is None else [str(place.row), place.column])]
            pieces[place.component].form.say("-".join(parts), sentence(mistake))


def _form(
    data: Mapping[str, Any], number: int, kind: str, tenant: TenantInfo, *, judged: bool = True,
    unfolded: bool = False,
) -> ComponentForm:  # fmt: skip
    prefix = f"c{number}"
    sent: MultiValueDict[str, Any] = MultiValueDict(
        {name: value if isinstance(value, list) else [value] for name, value in data.items()}
    )
    return ComponentForm(
        sent if judged else None,
        initial={name.removeprefix(f"{prefix}-"): value for name, value in data.items()},
        prefix=prefix,
        kind=kind,
        languages=tenant.file.locale.languages,
        known=drafts.known_of(tenant.file),
        rows=rows_in(data, prefix=prefix, kind=kind),
        unfolded=unfolded,
    )


def _piece(number: int, row: Row, form: ComponentForm) -> Piece:
    labels = row.get("label") or {}
    title = text_in(labels, language=wording.language())
    return Piece(
        number=number,
        title=title or _("New component"),
        kind=kind_name(str(row["kind"])),
        form=form,
        is_first=number == 0,
    )


def sent_components(data: Any, tenant: TenantInfo) -> list[Row]:
    """
    Return the components of a sent page as they are stored, mistakes and all.
    """
    count = str(data.get("components", ""))
    found = []
    for number in range(min(MOST_COMPONENTS, int(count)) if count[:3].isdecimal() else 0):
        kind = data.get(f"c{number}-kind")
        if kind in MODELS:
            own = {name: data.getlist(name) for name in data if name.startswith(f"c{number}-")}
            flat = {name: values[0] if values else "" for name, values in own.items()}
            form = _form({**flat, **_many(own, number)}, number, kind, tenant)
            form.is_valid()
            found.append(form.as_row())
    return found


def _many(own: Mapping[str, list[str]], number: int) -> dict[str, Any]:
    name = f"c{number}-when"
    return {name: own[name]} if name in own else {}


def changed(rows: Sequence[Row], deed: str, *, kind: str) -> tuple[list[Row], int | None]:
    """
    Return components after a button was pressed, and the number of the one that is new.
    """
    found = list(rows)
    verb, _dash, text = deed.partition("-")
    number = int(text) if text.isdecimal() and len(text) < 4 else -1
    if verb == "remove" and 0 <= number < len(found):
        del found[number]
    elif verb == "up" and 0 < number < len(found):
        found[number - 1], found[number] = found[number], found[number - 1]
    elif verb == "add" and kind in MODELS and len(found) < MOST_COMPONENTS:
        found.append(_empty(found, kind))
        return found, len(found) - 1
    return found, None


def _empty(rows: Sequence[Row], kind: str) -> Row:
    codes = {row.get("code") for row in rows}
    free = next(
        name for name in (kind, *(f"{kind}_{n}" for n in range(2, 99))) if name not in codes
    )
    tax = {"vat": rows[-1]["vat"]} if rows and rows[-1].get("vat") else {}
    return {"kind": kind, "code": free, **tax}


def start_problem(draft: Draft, tenant: TenantInfo, *, today: date) -> str:
    """
    Say why a draft cannot begin on its day, or nothing.
    """
    if tariff_desk.is_taken(tenant=tenant, draft=draft):
        return _("Other prices are published from this day on. Choose another day.")
    earliest = notices.earliest_start(file=tenant.file, today=today)
    if earliest is not None and draft.start_date < earliest:
        return too_soon(earliest)
    return ""


def too_soon(earliest: date) -> str:
    """
    Say that customers would be told too late.
    """
    return _(
        "Customers are told in time only of prices from %(day)s on. Choose that day or a later one."
    ) % {"day": wording.day(earliest)}


def problems(head: forms.Form, pieces: Sequence[Piece]) -> list[Problem]:
    """
    Return everything that is wrong on the page, with where it stands.
    """
    found = [
        Problem(f"#{bound.id_for_label}", str(bound.label), str(error))
        for bound in head.visible_fields()
        for error in bound.errors
    ]
    for piece in pieces:
        found += [
            Problem(f"#c{piece.number}", piece.title, str(error))
            for error in piece.form.non_field_errors()
        ]
        found += [
            Problem(f"#{_target(piece.form, name)}", f"{piece.title}, {_label(piece, name)}", text)
            for name, texts in piece.form.errors.items()
            if name in piece.form.fields
            for text in map(str, texts)
        ]
    return found


def _target(form: ComponentForm, name: str) -> str:
    return str(form[name].id_for_label or form[name].auto_id)


def _label(piece: Piece, name: str) -> str:
    return str(piece.form.fields[name].label)
