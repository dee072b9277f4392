"""How a period without a reading is billed, and the weather that some estimates follow."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mains.tenancy.tenantfile.base import Section, Slug, Texts

_MONTHS, _WHOLE = 12, 100
Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class Estimating(Section):
    """
    The methods by which a service is estimated; the first that can tell is taken.

    `profile` are the shares of a year's use by month, January first, on any scale; `weather_free`
    the share of a year's use that does not depend on the weather.
    """

    methods: tuple[Literal["last_year", "degree_days", "profile", "average"], ...] = Field(
        min_length=1
    )
    profile: tuple[Annotated[Decimal, Field(ge=0)], ...] = ()
    weather_free: Decimal = Field(default=Decimal(0), ge=0, le=1)

    @model_validator(mode="after")
    def _methods_can_tell(self) -> Self:
        if len(set(self.methods)) != len(self.methods):
            raise ValueError("methods names one of them twice")
        if "profile" in self.methods and (len(self.profile) != _MONTHS or not any(self.profile)):
            raise ValueError("the method profile needs `profile`, the shares of the 12 months")
        return self


class AllocationKey(Section):
    """
    A part of what a building's meters measured, shared by an attribute of the homes, such as their
    heated area, or by a quantity that their sub-meters measure.
    """

    by: Literal["attribute", "sub_meters"]
    name: Slug
    percent: Decimal = Field(gt=0, le=100)
    # What people call it, such as "heated area"; its name where it is left out.
    label: Texts = {}


class Allocation(Section):
    """
    How what a building's meters measure is shared among its homes.

    `moves`: what somebody pays who lives there for a part of a period, by days or degree days.
    """

    keys: tuple[AllocationKey, ...] = Field(min_length=1)
    moves: Literal["days", "degree_days"] = "days"

    @model_validator(mode="after")
    def _all_is_shared(self) -> Self:
        if sum(key.percent for key in self.keys) != _WHOLE:
            raise ValueError("the percentages of the keys do not add up to 100")
        return self


class Weather(Section):
    """
    Heating degree days (K·d) of whole months at the station nearest to the customers.
    """

    station: str
    source: str
    degree_days: dict[Month, Annotated[Decimal, Field(ge=0)]]

    def by_month(self) -> dict[date, Decimal]:
        """
        Return the degree days by the first day of their month.
        """
        return {
            date.fromisoformat(f"{month}-01"): figure for month, figure in self.degree_days.items()
        }
