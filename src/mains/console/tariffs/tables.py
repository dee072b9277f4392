"""Tariffs, their versions and what prices refer to, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mains.branding.components import Cell, Column, Event, Table
from mains.console import wording
from mains.core.wording import text_in
from mains.tariffs.component_words import tax_words, terms, what_it_charges, who_is_charged
from mains.tariffs.queries import PriceList, TariffRow, VersionRow
from mains.tariffs.rules.kinds import Component
from mains.tariffs.rules.price_rows import (
    PriceChange,
    charged_otherwise,
    compare,
    rows_of,
)
from mains.tariffs.speaking import Labels, PriceWords
from mains.tenancy.tenantfile import TenantFile


def words_for(file: TenantFile, labels: Labels) -> PriceWords:
    """
    Return what says a utility's prices in the reader's language.
    """
    return PriceWords(language=wording.language(), currency=file.locale.currency, labels=labels)


def service_label(file: TenantFile, code: str) -> str:
    """
    Return what a service is called in the reader's language.
    """
    label = next((one.label for one in file.services if one.code == code), {})
    return text_in(label, language=wording.language(), otherwise=code)


def tariffs_table(
    rows: Sequence[TariffRow],
    *,
    file: TenantFile,
    contracts: Mapping[str, int],
    base: str,
    today: date,
) -> Table:
    """
    List tariffs with the prices in force and those to come.
    """
    return Table(
        caption=_("Tariffs"),
        hide_caption=True,
        columns=(
            Column(_("Tariff")),
            Column(_("Service")),
            Column(_("In force since")),
            Column(_("Coming")),
            Column(_("Contracts"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(row.name, url=f"{base}tariffs/of/{row.code}/", note=_drafts(row)),
                Cell(service_label(file, row.service)),
                _since(row, today),
                _coming(row, today),
                Cell(wording.number(contracts.get(row.code, 0))),
            )
            for row in rows
        ),
    )


def _drafts(row: TariffRow) -> str:
    if not row.drafts:
        return ""
    return ngettext("%(count)s draft", "%(count)s drafts", row.drafts) % {"count": row.drafts}


def _since(row: TariffRow, today: date) -> Cell:
    version = row.in_force(today)
    if version is None:
        return Cell(_("None yet"), meaning="warn")
    earlier = row.versions.index(version)
    note = ""
    if earlier:
        note = ngettext(
            "%(count)s version before", "%(count)s versions before", earlier
        ) % {"count": earlier}  # fmt: skip
    return Cell(wording.day(version.prices.start_date), note=note)


def _coming(row: TariffRow, today: date) -> Cell:
    days = [wording.day(one.prices.start_date) for one in row.coming(today)]
    return Cell(", ".join(days), meaning="info") if days else Cell("–")


def time_line(row: TariffRow, *, today: date, zone: ZoneInfo) -> list[Event]:
    """
    Return the versions of a tariff, the latest first, each with where it stands today.
    """
    in_force = row.in_force(today)
    events = []
    for version in reversed(row.versions):
        start = version.prices.start_date
        title, meaning = _standing(start, today, in_force=version is in_force)
        events.append(
            Event(
                at=start.isoformat(),
                when=_("From %(day)s") % {"day": wording.day(start)},
                title=title,
                text=_published(version, zone),
                meaning=meaning,
            )
        )
    return events


def _standing(start: date, today: date, *, in_force: bool) -> wording.Words:
    if in_force:
        return _("In force"), "ok"
    return (_("Coming"), "info") if start > today else (_("Replaced"), "")


def _published(version: VersionRow, zone: ZoneInfo) -> str:
    moment = wording.moment(version.published_at, zone)
    if version.author:
        return _("Published on %(moment)s by %(who)s") % {"moment": moment, "who": version.author}
    return _("Published on %(moment)s") % {"moment": moment}


def components_table(prices: PriceList, *, file: TenantFile) -> Table:
    """
    Say what each component of a version charges, for whom, and how much.
    """
    words = words_for(file, prices.labels)
    return Table(
        caption=_("Prices"),
        hide_caption=True,
        columns=(
            Column(_("Component")),
            Column(_("What it charges")),
            Column(_("Price"), numeric=True),
            Column(_("Tax")),
        ),
        rows=tuple(row for one in prices.components for row in _component(one, words)),
    )


def _component(component: Component, words: PriceWords) -> list[tuple[Cell, ...]]:
    about = " ".join([what_it_charges(component, words), *who_is_charged(component)])
    return [
        (
            Cell(words.name(price)),
            Cell(about if number == 0 else ""),
            Cell(words.price(price)),
            Cell(tax_words(component.vat) if number == 0 else ""),
        )
        for number, price in enumerate(rows_of(component))
    ]


@dataclass(frozen=True, slots=True)
class Difference:
    """
    What differs between two versions; `same` counts the prices that do not.
    """

    prices: Sequence[PriceChange]
    terms: Sequence[tuple[Component, Component]]
    same: int

    def __bool__(self) -> bool:
        return bool(self.prices or self.terms)


def difference(before: Sequence[Component], after: Sequence[Component]) -> Difference:
    """
    Compare two versions.
    """
    compared = compare(before, after)
    prices = [one for one in compared if one.is_change]
    return Difference(prices, charged_otherwise(before, after), len(compared) - len(prices))


def difference_table(found: Difference, *, file: TenantFile, labels: Labels) -> Table:
    """
    Show what differs before and after: prices, then what is charged otherwise.
    """
    words = words_for(file, labels)
    return Table(
        caption=_("What changes"),
        columns=(
            Column(_("Price of")),
            Column(_("Before"), numeric=True),
            Column(_("After"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(words.name(change.row)),
                Cell(words.price(change.before) if change.before else "–"),
                Cell(words.price(change.after) if change.after else "–"),
            )
            for change in found.prices
        )
        + tuple(
            (Cell(words.label(becomes.code)), Cell(terms(was, words)), Cell(terms(becomes, words)))
            for was, becomes in found.terms
        ),
    )
