"""Publish what a tenant decided, and bring its companies and tariffs in line with it."""

from datetime import datetime
from typing import Any

from mains.core.transactions import owns_transaction
from mains.customers.models import Company
from mains.guard.context import PUBLIC, inside
from mains.tariffs import actions as tariffs
from mains.tenancy import actions as tenancy
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.services import Tariff


def publish(*, file: TenantFile, author: str, note: str = "", now: datetime) -> int:
    """
    Publish a tenant's configuration and return its version; the same content changes nothing.

    The tenant's own rows come first: if a published price would change, nothing is published.

    :raises tariffs.PublishedPricesChanged: if a published tariff version has other prices.
    """
    with inside(file.slug):
        _bring_in_line(file=file, now=now)
    with inside(PUBLIC):
        return tenancy.publish_configuration(
            schema_name=file.slug, file=file, author=author, note=note, now=now
        )


@owns_transaction
def _bring_in_line(*, file: TenantFile, now: datetime) -> None:
    companies = {}
    for company in file.companies:
        companies[company.code], _made = Company.objects.update_or_create(
            code=company.code,
            defaults={
                "name": company.name,
                "tax_id": company.tax_id,
                "address": company.address,
                "iban": company.iban,
                "creditor_id": company.creditor_id,
            },
        )
    for tariff in file.tariffs:
        service = file.service(tariff.service)
        for version in tariff.versions:
            components, labels = _components(tariff, version.components)
            tariffs.publish_version(
                code=tariff.code,
                name=tariff.name,
                service=tariff.service,
                company=companies[service.company],
                prices=tariffs.Prices(version.start_date, components, labels, version.source),
                now=now,
            )


def _components(
    tariff: Tariff, components: Any
) -> tuple[list[dict[str, Any]], dict[str, dict[str, str]]]:
    rows, labels = [], {}
    for component in components:
        row = {
            key: value
            for key, value in component.model_dump(mode="json").items()
            if value not in (None, [])
        }
        labels[component.code] = row.pop("label")
        row["label"] = component.code
        row["service"] = tariff.service
        row.setdefault("unit", row.get("per", ""))
        rows.append(row)
    return rows, labels
