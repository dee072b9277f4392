"""The kinds of components. A new kind is one file here and one line in `KINDS`."""

from mains.tariffs.rules.kinds.attribute import AttributePrice
from mains.tariffs.rules.kinds.base import Book, Component, ComponentWrong, Condition
from mains.tariffs.rules.kinds.blocks import Block, BlockMode, Blocks, BoundsPer
from mains.tariffs.rules.kinds.demand import Demand
from mains.tariffs.rules.kinds.derived import Derived
from mains.tariffs.rules.kinds.fixed import Fixed, Per, SizePrice
from mains.tariffs.rules.kinds.hours import Hourly, PeriodPrice, TimeOfUse
from mains.tariffs.rules.kinds.sums import Maximum, Minimum, Percentage
from mains.tariffs.rules.kinds.unit import UnitPrice

KINDS: dict[str, type[Component]] = {
    "fixed": Fixed,
    "unit": UnitPrice,
    "blocks": Blocks,
    "attribute": AttributePrice,
    "derived": Derived,
    "time_of_use": TimeOfUse,
    "hourly": Hourly,
    "demand": Demand,
    "percentage": Percentage,
    "minimum": Minimum,
    "maximum": Maximum,
}

__all__ = [
    "KINDS",
    "AttributePrice",
    "Block",
    "BlockMode",
    "Blocks",
    "Book",
    "BoundsPer",
    "Component",
    "ComponentWrong",
    "Condition",
    "Demand",
    "Derived",
    "Fixed",
    "Hourly",
    "Maximum",
    "Minimum",
    "Per",
    "Percentage",
    "PeriodPrice",
    "SizePrice",
    "TimeOfUse",
    "UnitPrice",
]
