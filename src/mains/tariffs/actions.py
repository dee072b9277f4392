"""Publish tariff versions. A published version is never changed: a new price is a new version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mains.core.transactions import inside_transaction
from mains.customers.models import Company
from mains.tariffs.models import Tariff, TariffVersion
from mains.tariffs.rules.components import read_components


class PublishedPricesChanged(Exception):
    """A version that is published already would get other prices."""


@dataclass(frozen=True, slots=True)
class Prices:
    """
    The components of a tariff from a day on; `labels` are code → language → words.
    """

    start_date: date
    components: Sequence[Mapping[str, Any]]
    labels: Mapping[str, Mapping[str, str]]
    source: str


@inside_transaction
def publish_version(
    *,
    code: str,
    name: str,
    service: str,
    company: Company,
    prices: Prices,
    author: str = "",
    now: datetime,
) -> tuple[TariffVersion, bool]:
    """
    Publish the prices of a tariff from a day on, and tell whether they are new; the same again
    changes nothing.

    :raises ComponentWrong: if a component contradicts itself.
    :raises PublishedPricesChanged: if that day has other prices already.
    """
    components = read_components(prices.components)
    tariff, _made = Tariff.objects.update_or_create(
        code=code, defaults={"name": name, "service": service, "company": company}
    )
    version, made = TariffVersion.objects.get_or_create(
        tariff=tariff,
        start_date=prices.start_date,
        published_at__isnull=False,
        defaults={
            "components": list(prices.components),
            "labels": dict(prices.labels),
            "source": prices.source,
            "published_at": now,
            "author": author,
        },
    )
    if not made and read_components(version.components) != components:
        raise PublishedPricesChanged(
            f"{code} from {prices.start_date} is published with other prices. "
            "Bills may rest on them: publish the new prices from another day."
        )
    if not made and version.labels != prices.labels:
        version.labels = dict(prices.labels)
        version.save(update_fields=["labels"])
    return version, made
