"""Services, who may read their meters, and the prices of their tariffs (axis A6)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mains.tenancy.tenantfile.base import Section, Slug, Texts
from mains.tenancy.tenantfile.conversions import Conversion
from mains.tenancy.tenantfile.estimates import Allocation, Estimating
from mains.tenancy.tenantfile.windows import AlwaysWindow, Window


class Service(Section):
    code: Slug
    company: Slug
    label: Texts
    window: Window = AlwaysWindow(kind="always")
    # For contracts of a class that is read at another time than the others.
    class_windows: dict[Slug, Window] = {}
    # Why readings are suspended while they are; a sentence of ours where it is left out.
    locked_reason: Texts = {}
    guest_readings: bool = False
    # A reading that a device kept for want of a network counts for the day on which it was typed
    # if it arrives within so many days; at 0 the day on which it arrives counts.
    kept_days: int = Field(default=7, ge=0, le=31)
    metered: bool = True
    # Without it a bill waits for a reading.
    estimate: Estimating | None = None
    # What is counted in one unit and priced in another.
    conversions: tuple[Conversion, ...] = ()
    # Where homes share the meters of their building.
    allocation: Allocation | None = None


def label_of_key(service: Service, name: str, *, language: str) -> str:
    """
    Return what people call a key by which a service's buildings are shared.
    """
    keys = service.allocation.keys if service.allocation else ()
    labels = next((key.label for key in keys if key.name == name), {})
    return labels.get(language) or next(iter(labels.values()), name)


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
