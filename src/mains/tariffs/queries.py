"""Which prices are in force."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min

from mains.core.calendars import Period
from mains.customers.models import Contract
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


@dataclass(frozen=True, slots=True)
class VersionRow:
    """
    A published version with who published it and when; `trial` is what was tried with its draft.
    """

    prices: PriceList
    published_at: datetime
    author: str
    trial: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TariffRow:
    """
    A tariff with its published versions, oldest first, and how many drafts it has.
    """

    code: str
    name: str
    service: str
    versions: tuple[VersionRow, ...]
    drafts: int

    def in_force(self, day: date) -> VersionRow | None:
        """
        Return the version whose prices hold on a day.
        """
        begun = [one for one in self.versions if one.prices.start_date <= day]
        return begun[-1] if begun else None

    def coming(self, day: date) -> tuple[VersionRow, ...]:
        """
        Return the versions that begin after a day.
        """
        return tuple(one for one in self.versions if one.prices.start_date > day)

    def version(self, version_id: int) -> tuple[VersionRow | None, VersionRow | None]:
        """
        Return a version and the one before it.
        """
        before = None
        for one in self.versions:
            if one.prices.version_id == version_id:
                return one, before
            before = one
        return None, None


def tariffs(*, codes: Collection[str] | None = None) -> list[TariffRow]:
    """
    Return tariffs with their versions, by name; all of them, or those of some codes.
    """
    rows = Tariff.objects.prefetch_related("versions").order_by("name", "code")
    if codes is not None:
        rows = rows.filter(code__in=codes)
    return [_tariff_row(row) for row in rows]


def tariff(*, code: str) -> TariffRow | None:
    """
    Return a tariff with its versions, or None.
    """
    found = tariffs(codes={code})
    return found[0] if found else None


def tariff_of_version(*, version_id: int) -> TariffRow | None:
    """
    Return the tariff that a version belongs to, or None.
    """
    codes = Tariff.objects.filter(versions=version_id).values_list("code", flat=True)
    return tariff(code=codes[0]) if codes else None


def _tariff_row(row: Tariff) -> TariffRow:
    versions = sorted(row.versions.all(), key=lambda one: one.start_date)
    return TariffRow(
        code=row.code,
        name=row.name,
        service=row.service,
        versions=tuple(
            VersionRow(_price_list(one), one.published_at, one.author, one.trial)
            for one in versions
            if one.published_at is not None
        ),
        drafts=sum(one.published_at is None for one in versions),
    )


def contracts_on(*, codes: Collection[str], today: date) -> dict[str, int]:
    """
    Return how many contracts each tariff has today, by code.
    """
    rows = (
        Contract.objects.filter(tariff_code__in=codes, start_date__lte=today)
        .exclude(end_date__lte=today)
        .values_list("tariff_code")
        .annotate(count=Count("pk"))
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class PricesKnown:
    """
    Of how many days an index has prices, from the first to the last of them.
    """

    days: int
    first: date
    last: date


def prices_known() -> dict[str, PricesKnown]:
    """
    Return of which days each index has prices, by its code.
    """
    rows = PriceDay.objects.values_list("index").annotate(
        days=Count("day"), first=Min("day"), last=Max("day")
    )
    return {index: PricesKnown(days, first, last) for index, days, first, last in rows}
