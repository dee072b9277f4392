"""Which prices are in force."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mains.core.calendars import Period
from mains.tariffs.models import PriceDay, Tariff, TariffVersion
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds import Component


@dataclass(frozen=True, slots=True)
class PriceList:
    """
    A tariff version ready for pricing; `labels` are code → language → words.
    """

    version_id: int
    code: str
    name: str
    start_date: date
    source: str
    components: tuple[Component, ...]
    labels: Mapping[str, Mapping[str, str]]


def price_lists(*, codes: Collection[str], period: Period) -> dict[str, list[PriceList]]:
    """
    Return the versions of tariffs that are in force on some day of a period, oldest first, by code.
    """
    versions = (
        TariffVersion.objects.filter(
            tariff__code__in=codes, start_date__lt=period.end, published_at__isnull=False
        )
        .select_related("tariff")
        .order_by("start_date")
    )
    found: dict[str, list[PriceList]] = {}
    for version in versions:
        lists = found.setdefault(version.tariff.code, [])
        if version.start_date <= period.start:
            # Each one that begins before the period takes the place of the one before it.
            lists.clear()
        lists.append(_price_list(version))
    return found


def _price_list(version: TariffVersion) -> PriceList:
    """
    Return a version as it is priced by.
    """
    return PriceList(
        version_id=version.pk,
        code=version.tariff.code,
        name=version.tariff.name,
        start_date=version.start_date,
        source=version.source,
        components=read_components(version.components),
        labels=version.labels,
    )


def names_of(*, codes: Collection[str]) -> dict[str, str]:
    """
    Return what tariffs are called, by code.
    """
    return dict(Tariff.objects.filter(code__in=codes).values_list("code", "name"))


def index_prices(
    *, codes: Collection[str], period: Period
) -> dict[str, dict[date, tuple[Decimal, ...]]]:
    """
    Return the prices of indexes on the days of a period, by code; one for each interval of a day.
    """
    found: dict[str, dict[date, tuple[Decimal, ...]]] = {code: {} for code in codes}
    rows = PriceDay.objects.filter(
        index__in=codes, day__gte=period.start, day__lt=period.end
    ).values_list("index", "day", "prices")
    for index, day, prices in rows:
        found[index][day] = tuple(prices)
    return found


def versions(*, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """
    Return tariff versions as plain values, by id: code, name, start_date, source and components.
    """
    rows = TariffVersion.objects.filter(pk__in=ids).select_related("tariff")
    return {
        row.pk: {
            "code": row.tariff.code,
            "name": row.tariff.name,
            "start_date": row.start_date.isoformat(),
            "source": row.source,
            "components": row.components,
        }
        for row in rows
    }
