"""What every component of a tariff has, and the checks all kinds share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal

from mains.tariffs.rules.lines import Rater, Rounder

ONE = Decimal(1)
TWELVE = Decimal(12)
_PRICE_PLACES = 8


class ComponentWrong(ValueError):
    """
    A component contradicts itself, so a tariff with it cannot be published.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(ABC):
    """
    One priced part of a tariff.

    `label` is a key of the translations, `vat` the name of a VAT rate, `unit` is what is printed
    behind the quantity. `code` is unique within a tariff version.
    """

    code: str
    label: str
    service: str
    vat: str
    unit: str

    @abstractmethod
    def rater(self, to_net: Rounder) -> Rater:
        """
        Return the function that rates this component, prepared once per tariff version.
        """

    def quantities(self) -> frozenset[str]:
        """
        Return the names of the quantities it needs.
        """
        return frozenset()

    def attributes(self) -> frozenset[str]:
        """
        Return the names of the attributes it needs.
        """
        return frozenset()


def check_price(price: Decimal, *, code: str) -> None:
    """
    Pass silently if a price can be stored exactly.

    :raises ComponentWrong: if it has more than eight places or is no number.
    """
    if not price.is_finite() or int(price.as_tuple().exponent) < -_PRICE_PLACES:
        raise ComponentWrong(f"Component {code} has the price {price}; prices have up to 8 places.")
