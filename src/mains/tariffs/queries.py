"""Which prices are in force."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mains.tariffs.models import Tariff, TariffVersion
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.lines import LineRounding
from mains.tariffs.rules.rating import CompiledTariff, compile_tariff


@dataclass(frozen=True, slots=True)
class PriceList:
    """
    A tariff version ready for rating; `labels` are code → language → words.
    """

    version_id: int
    code: str
    name: str
    start_date: date
    source: str
    compiled: CompiledTariff
    labels: dict[str, dict[str, str]]
    vat_rates: dict[str, Decimal]


def price_lists(
    *, codes: Collection[str], on: date, currency: str, line_rounding: LineRounding
) -> dict[str, PriceList]:
    """
    Return the version of each tariff that is in force on a day, by the tariff's code.
    """
    versions = (
        TariffVersion.objects.filter(
            tariff__code__in=codes, start_date__lte=on, published_at__isnull=False
        )
        .select_related("tariff")
        .order_by("start_date")
    )
    found = {}
    for version in versions:
        components = read_components(version.components)
        found[version.tariff.code] = PriceList(
            version_id=version.pk,
            code=version.tariff.code,
            name=version.tariff.name,
            start_date=version.start_date,
            source=version.source,
            compiled=compile_tariff(components, currency=currency, line_rounding=line_rounding),
            labels=version.labels,
            # A rate is named by its percentage, which is what the law prints on the bill.
            vat_rates={component.vat: Decimal(component.vat) for component in components},
        )
    return found


def names_of(*, codes: Collection[str]) -> dict[str, str]:
    """
    Return what tariffs are called, by code.
    """
    return dict(Tariff.objects.filter(code__in=codes).values_list("code", "name"))
