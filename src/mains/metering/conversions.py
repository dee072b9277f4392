"""How a utility prices what its meters count."""

from mains.metering.rules.converting import Conversion, DatedFactor
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
