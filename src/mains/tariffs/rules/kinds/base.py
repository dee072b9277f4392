"""What every component of a tariff has, and the checks all kinds share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from mains.core.money import Money
from mains.tariffs.rules.lines import RatedLine, Rater, RatingInput, Rounder, Trace

ONE = Decimal(1)
TWELVE = Decimal(12)
_PRICE_PLACES = 8
# No price in any currency comes near it, and a bill with it would not fit the ledger.
BEYOND_PRICES = Decimal(10) ** 9


class ComponentWrong(ValueError):
    """
    A component contradicts itself, so a tariff with it cannot be published.
    """


class Condition(StrEnum):
    """
    What may have to hold at the snapshot of a run for a component to be charged.
    """

    # The bill goes out without paper.
    ELECTRONIC = "electronic"
    MANDATE = "mandate"


class Book(StrEnum):
    """
    Which of a company's own accounts a line belongs to.
    """

    SALES = "sales"
    # Collected for somebody else: a tax on energy, a fund.
    LEVY = "levy"
    SUBSIDY = "subsidy"


class LineMaker(Protocol):
    """
    What makes the lines of one component.
    """

    def __call__(
        self,
        quantity: Decimal,
        price: Decimal,
        exact: Decimal,
        trace: Trace,
        times: Decimal = ONE,
        divisor: Decimal = ONE,
        code: str = "",
        unit: str = "",
    ) -> RatedLine: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(ABC):
    """
    One priced part of a tariff.

    `label` is a key of the translations, `vat` the name of a VAT rate, `unit` is what is printed
    behind the quantity. `code` is unique within a tariff version. Where `classes` or `zones` are
    named it is charged only to contracts of those classes and in those supply zones; `when` are
    conditions that all have to hold.
    """

    code: str
    label: str
    service: str
    vat: str
    unit: str
    classes: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    book: Book = Book.SALES

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

    def bases(self) -> tuple[str, ...]:
        """
        Return the codes of the components on whose lines it rests.
        """
        return ()

    @property
    def counts_by_year(self) -> bool:
        """
        Tell whether it starts anew, or counts other days, with each calendar year.
        """
        return False

    @property
    def is_conditional(self) -> bool:
        """
        Tell whether some contracts are not charged it.
        """
        return bool(self.classes or self.zones or self.when)

    def applies_to(self, given: RatingInput) -> bool:
        """
        Tell whether a contract is charged this component at all.
        """
        attributes = given.attributes
        return (
            (not self.classes or attributes.get("contract_class") in self.classes)
            and (not self.zones or attributes.get("zone") in self.zones)
            and given.conditions.issuperset(self.when)
        )

    def line_maker(self, to_net: Rounder) -> LineMaker:
        """
        Return what makes the lines of this component.
        """
        own_code, label, service, vat, own_unit, book = (
            self.code, self.label, self.service, self.vat, self.unit, self.book.value,
        )  # fmt: skip

        # Twice as fast as the call that names the fields; `test_kinds` compares both.
        new = tuple.__new__

        def line(
            quantity: Decimal,
            price: Decimal,
            exact: Decimal,
            trace: Trace,
            times: Decimal = ONE,
            divisor: Decimal = ONE,
            code: str = "",
            unit: str = "",
        ) -> RatedLine:
            return new(
                RatedLine,
                (code or own_code, label, service, vat, unit or own_unit, quantity, price, times,
                 divisor, exact, to_net(exact), trace, book),
            )  # fmt: skip

        return line


def amount_of(line: RatedLine) -> Decimal:
    """
    Return what a line comes to, as printed, in major units.
    """
    net = line.net
    return net.as_decimal() if isinstance(net, Money) else net


def check_price(price: Decimal, *, code: str) -> None:
    """
    Pass silently if a price can be stored exactly.

    :raises ComponentWrong: if it has more than eight places, is no number, or a billion or more.
    """
    if not price.is_finite() or int(price.as_tuple().exponent) < -_PRICE_PLACES:
        raise ComponentWrong(f"Component {code} has the price {price}; prices have up to 8 places.")
    if abs(price) >= BEYOND_PRICES:
        raise ComponentWrong(f"Component {code} has the price {price}; no price is as large.")
