"""How a utility prices what its meters count."""

from decimal import Decimal

from mains.metering.consumption import UseSeries
from mains.metering.rules.comparing import Use
from mains.metering.rules.converting import Conversion, DatedFactor, NoFactor, converted
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.services import Service


def conversions_of(service: Service) -> tuple[Conversion, ...]:
    """
    Return what a service counts in one unit and prices in another.
    """
    return tuple(
        Conversion(
            quantity=one.quantity,
            unit=one.unit,
            to=one.to,
            to_unit=one.to_unit,
            decimals=one.decimals,
            factors=tuple(DatedFactor(factor.start_date, factor.factor) for factor in one.factors),
        )
        for one in service.conversions
    )


def conversion_of(series: UseSeries, *, file: TenantFile) -> Conversion | None:
    """
    Return how what a series counts is priced in another unit, or None if it is not.
    """
    found = (one for service in file.services if service.code == series.service
             for one in conversions_of(service))  # fmt: skip
    return next(
        (one for one in found if (one.quantity, one.unit) == (series.quantity, series.unit)), None
    )


def priced_uses(series: UseSeries, conversion: Conversion) -> list[Use]:
    """
    Return the uses of a series in the unit that is priced, by the days and factors of their bills.

    None where nothing says what a quantity was worth.
    """
    return [
        Use(use.months, _priced(series, use, conversion), use.is_estimated) for use in series.uses
    ]


def _priced(series: UseSeries, use: Use, conversion: Conversion) -> Decimal | None:
    if use.used is None:
        return None
    try:
        parts = converted(use.used, days=series.days_of(use.months), conversion=conversion)
    except NoFactor:
        return None
    return sum((part.result for part in parts), Decimal(0))
