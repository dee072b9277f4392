"""The kinds of prices a tariff may have; `mains.tariffs.rules.kinds` says how each is rated."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mains.tenancy.tenantfile.base import Section, Slug, Texts

# What is used: a quantity; or of one that is measured by intervals the part in a tariff period,
# such as `energy@td20.P1`, the highest power, `energy@peak`, or that in a period,
# `energy@td20.P1.peak`.
Quantity = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_]*(@(peak|[a-z0-9_]+\.[A-Za-z0-9_]+(\.peak)?))?$"),
]
# A tax of the file, or a percentage as it is.
Vat = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int | Decimal) else value),
    Field(pattern=r"^(\d{1,2}(\.\d+)?|100|[a-z][a-z0-9_]*)$"),
]
Condition = Literal["electronic", "mandate"]


class Priced(Section):
    """
    What all kinds have. Without `classes`, `zones` and `when` every contract is charged it.
    """

    code: Slug
    label: Texts
    vat: Vat
    # Charged only to contracts of these classes, and in these supply zones.
    classes: tuple[Slug, ...] = ()
    zones: tuple[str, ...] = ()
    # Charged only while the bill goes out without paper, and while a mandate is in force.
    when: tuple[Condition, ...] = ()
    # Which of the company's own accounts it is booked to.
    book: Literal["sales", "levy", "subsidy"] = "sales"


class SizePrice(Section):
    size: str
    price: Decimal


class Fixed(Priced):
    """
    A standing charge: one price, or `by` an attribute such as the meter's size.
    """

    kind: Literal["fixed"]
    price: Decimal | None = None
    # By the year each day costs a 365th, in leap years a 366th.
    per: Literal["month", "period", "day", "year"] = "month"
    by: Slug | None = None
    sizes: tuple[SizePrice, ...] = ()
    # Once for each of an attribute, such as `dwellings`.
    each: Slug | None = None


class Unit(Priced):
    kind: Literal["unit"]
    quantity: Quantity
    unit: str
    price: Decimal


class Block(Section):
    # Where it begins, for checking against a printed table; the end of the block before.
    start: Decimal | None = None
    # The upper end of the block in the quantity's unit; the last block has none.
    up_to: Decimal | None = None
    price: Decimal


class Blocks(Priced):
    kind: Literal["blocks"]
    quantity: Quantity
    unit: str
    blocks: tuple[Block, ...] = Field(min_length=1)
    # `year`: used up in the course of the calendar year; `year_days`: the bill's share of a year.
    bounds_per: Literal["period", "month", "year", "year_days"] = "period"
    # `whole`: all of what was used has the price of the block that it reaches.
    mode: Literal["graduated", "whole"] = "graduated"
    # The bounds are for one of an attribute, such as `persons`.
    each: Slug | None = None


class Attribute(Priced):
    """
    A price per year for each unit of a dwelling's attribute.
    """

    kind: Literal["attribute"]
    attribute: Slug
    unit: str
    # Per year and unit.
    price: Decimal
    charged_by: Literal["month", "day"] = "month"


class Derived(Priced):
    """
    A price for a quantity that follows from another one by a factor.
    """

    kind: Literal["derived"]
    source: Quantity
    factor: Decimal
    unit: str
    price: Decimal


class PeriodPrice(Section):
    period: str
    price: Decimal


class TimeOfUse(Priced):
    """
    A price for each tariff period of a calendar.
    """

    kind: Literal["time_of_use"]
    quantity: Slug
    calendar: Slug
    unit: str
    prices: tuple[PeriodPrice, ...] = Field(min_length=1)


class Hourly(Priced):
    """
    The price of an index in each hour, times a factor, plus an extra price for each unit.
    """

    kind: Literal["hourly"]
    quantity: Slug
    index: Slug
    unit: str
    factor: Decimal = Decimal(1)
    extra: Decimal = Decimal(0)


class Demand(Priced):
    """
    A price per month for the highest power, at least for a share of the contracted power.
    """

    kind: Literal["demand"]
    # A register that shows the highest power, or `energy@peak` where intervals were measured.
    measured: Quantity
    unit: str
    price: Decimal
    contracted: Slug | None = None
    minimum_percent: Decimal = Field(default=Decimal(0), ge=0, le=200)
    excess_from_percent: Decimal = Field(default=Decimal(100), ge=0, le=1000)
    excess_price: Decimal | None = None
    # What the line for the excess is called.
    excess_label: Texts = {}


class Percentage(Priced):
    """
    A percentage of the components named, all before it where none is; below zero a discount.
    """

    kind: Literal["percentage"]
    of: tuple[Slug, ...] = ()
    percent: Decimal
    # It comes at least to a price for each unit of a quantity.
    floor_quantity: Quantity | None = None
    floor_price: Decimal | None = None
    # It counts only for the first units of a quantity in a month.
    limit_quantity: Quantity | None = None
    limit_per_month: Decimal | None = Field(default=None, gt=0)
    # The most it may come to in a month.
    at_most: Decimal | None = Field(default=None, gt=0)


class Minimum(Priced):
    """
    The least that the components named come to, per month.
    """

    kind: Literal["minimum"]
    of: tuple[Slug, ...] = ()
    per_month: Decimal


class Maximum(Priced):
    """
    The most that the components named come to, per month.
    """

    kind: Literal["maximum"]
    of: tuple[Slug, ...] = ()
    per_month: Decimal


Component = Annotated[
    Fixed
    | Unit
    | Blocks
    | Attribute
    | Derived
    | TimeOfUse
    | Hourly
    | Demand
    | Percentage
    | Minimum
    | Maximum,
    Field(discriminator="kind"),
]
