"""The kinds of components. A new kind is one file here and one line in `KINDS`."""

from mains.tariffs.rules.kinds.attribute import AttributePrice
from mains.tariffs.rules.kinds.base import Component, ComponentWrong
from mains.tariffs.rules.kinds.blocks import Block, Blocks, BoundsPer
from mains.tariffs.rules.kinds.derived import Derived
from mains.tariffs.rules.kinds.fixed import Fixed, Per, SizePrice
from mains.tariffs.rules.kinds.unit import UnitPrice

KINDS: dict[str, type[Component]] = {
    "fixed": Fixed,
    "unit": UnitPrice,
    "blocks": Blocks,
    "attribute": AttributePrice,
    "derived": Derived,
}

__all__ = [
    "KINDS",
    "AttributePrice",
    "Block",
    "Blocks",
    "BoundsPer",
    "Component",
    "ComponentWrong",
    "Derived",
    "Fixed",
    "Per",
    "SizePrice",
    "UnitPrice",
]
