"""Tariffs as a provider enters them: read from the tenant file, and checked with their place."""

from collections.abc import Sequence
from typing import Any

from mains.tariffs.rules.calendars import CalendarWrong
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds import ComponentWrong
from mains.tariffs.rules.rating import compile_tariff
from mains.tariffs.timetables import timetables_of
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.components import Component, Demand, TimeOfUse
from mains.tenancy.tenantfile.tariffs import Tariff, TariffCalendar, TariffVersion

type Labels = dict[str, dict[str, str]]


class TariffWrong(ValueError):
    """
    Prices or a calendar contradict themselves; says where and what.
    """


def check(file: TenantFile) -> None:
    """
    Pass silently if every tariff version of a file can be rated and every calendar is whole.

    :raises TariffWrong: naming the place, such as `tariffs.water.versions[0].components[2]`.
    """
    try:
        timetables_of(file)
    except CalendarWrong as problem:
        raise TariffWrong(f"calendars.{problem}") from problem
    for tariff in file.tariffs:
        for position, version in enumerate(tariff.versions):
            rows, _labels = rows_of(tariff, version, calendars=file.calendars)
            try:
                compile_tariff(read_components(rows), currency=file.locale.currency)
            except ComponentWrong as problem:
                place = f"tariffs.{tariff.code}.versions[{position}]"
                raise TariffWrong(f"{place}.{problem}") from problem


def rows_of(
    tariff: Tariff, version: TariffVersion, *, calendars: Sequence[TariffCalendar]
) -> tuple[list[dict[str, Any]], Labels]:
    """
    Return the components of a version as they are stored, and what their lines are called.
    """
    rows: list[dict[str, Any]] = []
    labels: Labels = {}
    for component in version.components:
        row = {
            key: value
            for key, value in component.model_dump(mode="json").items()
            if value not in (None, [])
        }
        row.pop("label")
        row.pop("excess_label", None)
        labels |= _labels_of(component, calendars)
        row["label"] = component.code
        row["service"] = tariff.service
        row.setdefault("unit", getattr(component, "per", ""))
        rows.append(row)
    return rows, labels


def _labels_of(component: Component, calendars: Sequence[TariffCalendar]) -> Labels:
    """
    Return the names of a component's lines: one, or one for each tariff period.
    """
    labels: Labels = {component.code: component.label}
    if isinstance(component, TimeOfUse):
        calendar = next(one for one in calendars if one.code == component.calendar)
        for period in calendar.periods:
            labels[f"{component.code}.{period.code}"] = {
                language: f"{words}, {period.label.get(language, period.code)}"
                for language, words in component.label.items()
            }
    if isinstance(component, Demand) and component.excess_label:
        labels[f"{component.code}.excess"] = component.excess_label
    return labels
