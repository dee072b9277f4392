"""What prices refer to, as tables: taxes over time, and the tariff period of each hour."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.tariffs.rules.calendars import HOURS, Calendar, DayKind
from mains.tenancy.tenantfile.tariffs import TariffCalendar, Tax


def taxes_table(taxes: Sequence[Tax]) -> Table:
    """
    List taxes with their rates over time and the contract classes that are taxed otherwise.
    """
    return Table(
        caption=_("Taxes"),
        hide_caption=True,
        columns=(
            Column(_("Tax")),
            Column(_("From")),
            Column(_("Rate"), numeric=True),
            Column(_("Taxed otherwise")),
        ),
        rows=tuple(
            (
                Cell(tax.code),
                Cell(wording.day(version.start_date)),
                Cell(
                    _("%(number)s %%") % {"number": wording.number(version.percent)},
                    note=category(version.category) if version.category != "S" else "",
                ),
                Cell(_otherwise(tax) or "–"),
            )
            for tax in taxes
            for version in sorted(tax.versions, key=lambda one: one.start_date)
        ),
    )


def _otherwise(tax: Tax) -> str:
    return ", ".join(f"{name}: {category(code)}" for name, code in tax.otherwise.items())


def category(code: str) -> str:
    """
    Return how a supply is taxed.
    """
    return {
        "S": _("standard rate"),
        "Z": _("zero rate"),
        "E": _("exempt"),
        "AE": _("reverse charge"),
        "O": _("outside the scope of tax"),
    }[code]


def day_kind(kind: DayKind) -> str:
    """
    Return what a kind of day is called.
    """
    return {
        DayKind.WORKDAY: _("Workdays"),
        DayKind.SATURDAY: _("Saturdays"),
        DayKind.SUNDAY: _("Sundays"),
        DayKind.HOLIDAY: _("Public holidays"),
    }[kind]


def calendar_tables(entry: TariffCalendar, calendar: Calendar) -> list[Table]:
    """
    Return the tariff period of each hour on each kind of day, a table for each season.

    Hours that are alike on every kind of day share a row.
    """
    labels = {
        one.code: one.label.get(wording.language()) or next(iter(one.label.values()), one.code)
        for one in entry.periods
    }
    tables = []
    for season in calendar.seasons:
        columns = [calendar.table[season.code, kind] for kind in DayKind]
        tables.append(
            Table(
                caption=_season(season.code, season.first, season.last),
                scrolls=True,
                columns=(Column(_("Hours")), *(Column(day_kind(kind)) for kind in DayKind)),
                rows=tuple(
                    (
                        Cell(f"{start}:00 – {end}:00"),
                        *(Cell(labels.get(column[start], column[start])) for column in columns),
                    )
                    for start, end in _spans(columns)
                ),
            )
        )
    return tables


def _season(code: str, first: tuple[int, int], last: tuple[int, int]) -> str:
    if (first, last) == ((1, 1), (12, 31)):
        return _("All year")
    # A leap year has every day that a season can begin on.
    days = [wording.day_of_year(date(2024, *day)) for day in (first, last)]
    return _("%(season)s: %(first)s to %(last)s") % {
        "season": code, "first": days[0], "last": days[1],
    }  # fmt: skip


def _spans(columns: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for hour in range(HOURS):
        row = [column[hour] for column in columns]
        if spans and row == [column[spans[-1][0]] for column in columns]:
            spans[-1] = spans[-1][0], hour + 1
        else:
            spans.append((hour, hour + 1))
    return spans
