"""The example beside a draft's form: what is typed for it, and the bill that comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mains.billing.documents.speaking import Speaker
from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.tariffs.numbers import quantity, typed_number
from mains.core.money import Money
from mains.core.wording import money_text, price_text
from mains.journeys import tariff_example
from mains.journeys.tariff_example import Asked, Example, ExampleLine, Typed
from mains.tariffs.drafts import Draft
from mains.tariffs.entering import TariffWrong
from mains.tariffs.quantity_words import quantity_label
from mains.tariffs.rules.kinds.sums import PERCENT
from mains.tariffs.rules.lines import RatedLine
from mains.tenancy.queries import TenantInfo

QUANTITY, ATTRIBUTE, CONDITION = "ex-q-", "ex-a-", "ex-c-"


@dataclass(frozen=True, slots=True)
class Input:
    """
    One figure of the example that can be typed.
    """

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Check:
    """
    A condition of the example that holds or does not.
    """

    name: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """
    An example as the page shows it; without a table its `problem` says why.
    """

    inputs: list[Input]
    checks: list[Check]
    table: Table | None
    problem: str
    about: str
    difference: str


def shown(tenant: TenantInfo, draft: Draft, typed: Mapping[str, Any]) -> Shown:
    """
    Return the example of a draft with what was typed for it.
    """
    try:
        found = tariff_example.example(
            tenant=tenant, draft=draft, typed=_typed(typed), language=wording.language()
        )
    except TariffWrong:
        return Shown([], [], None, _("It is shown once the form has no mistakes."), "", "")
    inputs, checks = _fields(found.asked)
    period = wording.period(found.period.start, found.period.end)
    about = _("A bill for %(period)s") % {"period": period}
    if found.by_hour:
        about += " " + _("The hours are those of a typical contract.")
    if found.after is None:
        problem = _("The example cannot be rated: %(why)s") % {"why": found.problem}
        return Shown(inputs, checks, None, problem, about, "")
    return Shown(inputs, checks, _table(found, tenant), "", about, _difference(found))


def sent(data: Any) -> dict[str, Any]:
    """
    Return what was typed for an example, as it is kept; nothing where the page asked for nothing.
    """
    names = [name for name in data if name.startswith("ex-") and len(name) < 60]
    found: dict[str, Any] = {name: data.get(name, "")[:60] for name in names[:40]}
    return found


def _typed(data: Mapping[str, Any]) -> Typed:
    quantities, attributes, conditions = {}, {}, set()
    for name, text in data.items():
        if name.startswith(QUANTITY):
            number = quantity(str(text))
            if number is not None and number >= 0:
                quantities[name.removeprefix(QUANTITY)] = number
        elif name.startswith(ATTRIBUTE) and text:
            attributes[name.removeprefix(ATTRIBUTE)] = _plain(str(text))
        elif name.startswith(CONDITION):
            conditions.add(name.removeprefix(CONDITION))
    return Typed(quantities, attributes, frozenset(conditions) if "ex-asked" in data else None)


def _plain(text: str) -> str:
    number = quantity(text)
    return text.strip() if number is None else f"{number}"


def _fields(asked: Asked) -> tuple[list[Input], list[Check]]:
    words = {"contract_class": _("Contract class"), "zone": _("Zone")}
    inputs = [
        Input(f"{QUANTITY}{name}", quantity_label(name), typed_number(f"{value:f}"))
        for name, value in asked.quantities.items()
    ] + [
        Input(f"{ATTRIBUTE}{name}", words.get(name, name), typed_number(value))
        for name, value in asked.attributes.items()
    ]
    conditions = {
        "electronic": _("Bills go out without paper"),
        "mandate": _("A direct debit is in force"),
    }
    checks = [
        Check(f"{CONDITION}{name}", conditions.get(name, name), checked)
        for name, checked in asked.conditions.items()
    ]
    return inputs, checks


def _table(found: Example, tenant: TenantInfo) -> Table:
    currency = tenant.file.locale.currency
    columns = [Column(_("Line")), Column(_("Amount"), numeric=True)]
    if found.before is not None:
        columns.insert(1, Column(_("Before"), numeric=True))
    rows = [_row(line, found, currency) for line in found.lines]
    rows += _sums(found)
    return Table(
        caption=_("Example bill"), hide_caption=True, columns=tuple(columns), rows=tuple(rows)
    )


def _row(line: ExampleLine, found: Example, currency: str) -> tuple[Cell, ...]:
    named = line.after or line.before
    assert named is not None
    cells = [
        Cell(line.label, note=_how(line.after, currency)),
        Cell(tariff_example.amount(line.after, currency=currency) or "–"),
    ]
    if found.before is not None:
        before = tariff_example.amount(line.before, currency=currency) or "–"
        cells.insert(1, Cell(before))
    return tuple(cells)


def _how(line: RatedLine | None, currency: str) -> str:
    if line is None:
        return ""
    if line.unit == PERCENT:
        return f"{wording.number(line.unit_price)} %"
    say = Speaker(wording.language(), currency)
    count = say.quantity_of({"unit": line.unit, "quantity": f"{line.quantity:f}"})
    price = price_text(line.unit_price, currency=currency, language=wording.language())
    return f"{count} × {price}"


def _sums(found: Example) -> list[tuple[Cell, ...]]:
    after, before = found.after, found.before
    assert after is not None
    sums: list[tuple[str, Money | None, Money]] = [
        (_("Net"), before.net if before else None, after.net),
        (_("VAT"), before.tax if before else None, after.tax),
        (_("Total"), before.gross if before else None, after.gross),
    ]
    return [
        (Cell(name), *([] if was is None else [Cell(was)]), Cell(becomes))
        for name, was, becomes in sums
    ]


def _difference(found: Example) -> str:
    if found.before is None or found.after is None:
        return ""
    change = found.after.gross - found.before.gross
    language = wording.language()
    if not change.minor:
        return _("The bill stays the same.")
    amount = money_text(-change if change.minor < 0 else change, language=language)
    if change.minor > 0:
        return _("The bill rises by %(amount)s.") % {"amount": amount}
    return _("The bill falls by %(amount)s.") % {"amount": amount}


__all__ = ["Shown", "sent", "shown"]
