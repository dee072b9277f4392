"""Services, their reading windows, and the prices of their tariffs (axes A6, A7)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mains.tenancy.tenantfile.base import Section, Slug, Texts

DayOfMonth = Annotated[int, Field(ge=1, le=31)]


class AlwaysWindow(Section):
    kind: Literal["always"] = "always"


class LastDaysWindow(Section):
    """
    Recommended from the last `days` of the month through day `through` of the next one.
    """

    kind: Literal["last_days"]
    days: int = Field(ge=1, le=28)
    through: int = Field(default=0, ge=0, le=15)
    locked: tuple[DayOfMonth, DayOfMonth] | None = None


class FirstDaysWindow(Section):
    """
    Recommended in the first `days` of the month, for the month before.
    """

    kind: Literal["first_days"]
    days: int = Field(ge=1, le=28)
    locked: tuple[DayOfMonth, DayOfMonth] | None = None


class FixedDaysWindow(Section):
    """
    Recommended from day `start` through day `end` of the month it reads.
    """

    kind: Literal["fixed_days"]
    start: DayOfMonth
    end: DayOfMonth
    locked: tuple[DayOfMonth, DayOfMonth] | None = None


Window = Annotated[
    AlwaysWindow | LastDaysWindow | FirstDaysWindow | FixedDaysWindow, Field(discriminator="kind")
]


class Service(Section):
    code: Slug
    company: Slug
    label: Texts
    window: Window = AlwaysWindow()
    guest_readings: bool = False
    metered: bool = True


class Priced(Section):
    code: Slug
    label: Texts
    vat: Decimal = Field(ge=0, le=100)


class SizePrice(Section):
    size: str
    price: Decimal


class Fixed(Priced):
    """
    A standing charge: one price, or `by` an attribute such as the meter's size.
    """

    kind: Literal["fixed"]
    price: Decimal | None = None
    per: Literal["month", "period", "day"] = "month"
    by: Slug | None = None
    sizes: tuple[SizePrice, ...] = ()


class Unit(Priced):
    kind: Literal["unit"]
    quantity: Slug
    unit: str
    price: Decimal


class Block(Section):
    # The upper end of the block in the quantity's unit; the last block has none.
    up_to: Decimal | None = None
    price: Decimal


class Blocks(Priced):
    kind: Literal["blocks"]
    quantity: Slug
    unit: str
    blocks: tuple[Block, ...] = Field(min_length=1)


class Attribute(Priced):
    """
    A price per year for each unit of a dwelling's attribute, charged by the month.
    """

    kind: Literal["attribute"]
    attribute: Slug
    unit: str
    # Per year and unit.
    price: Decimal


class Derived(Priced):
    """
    A price for a quantity that follows from another one by a factor.
    """

    kind: Literal["derived"]
    source: Slug
    factor: Decimal
    unit: str
    price: Decimal


Component = Annotated[Fixed | Unit | Blocks | Attribute | Derived, Field(discriminator="kind")]


class TariffVersion(Section):
    start_date: date
    source: str = ""
    components: tuple[Component, ...] = Field(min_length=1)


class Tariff(Section):
    code: Slug
    name: str
    service: Slug
    versions: tuple[TariffVersion, ...] = Field(min_length=1)
