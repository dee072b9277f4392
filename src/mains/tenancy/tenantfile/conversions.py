"""What a counted quantity is worth in the unit that is priced, from a day on."""

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from mains.core.units import UNITS, UnitsDiffer, convert
from mains.tenancy.tenantfile.base import Section, Slug


class Factor(Section):
    start_date: date
    factor: Decimal = Field(gt=0)
    source: str = ""


class Conversion(Section):
    """
    A quantity counted in one unit and priced as another quantity: gas from m³ to kWh.

    Without factors the units themselves say it: heat from GJ to Gcal.
    """

    quantity: Slug
    unit: str
    to: Slug
    to_unit: str
    decimals: int = Field(default=3, ge=0, le=6)
    factors: tuple[Factor, ...] = ()

    @model_validator(mode="after")
    def _units_fit(self) -> Self:
        unknown = {self.unit, self.to_unit} - UNITS
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))} is none of {', '.join(sorted(UNITS))}")
        if self.to == self.quantity:
            raise ValueError("quantity and to have the same name; give what is priced its own")
        days = [factor.start_date for factor in self.factors]
        if len(set(days)) < len(days):
            raise ValueError("two factors start on the same day")
        if not self.factors:
            try:
                convert(Decimal(1), unit=self.unit, to=self.to_unit)
            except UnitsDiffer as error:
                raise ValueError(f"{error} Without factors nobody can convert them") from error
        return self
