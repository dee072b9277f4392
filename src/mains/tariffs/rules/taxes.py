"""Taxes by the day: several rates, reverse charge, exempt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache


class Category(StrEnum):
    """
    How a supply is taxed, by the codes of EN 16931 (UNTDID 5305).
    """

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    OUTSIDE = "O"


class NoTaxInForce(ValueError):
    """
    A component names a tax that has no rate on a day.
    """


@dataclass(frozen=True, slots=True)
class TaxVersion:
    """
    The rate of a tax from a day on; `percent` is 27 for 27 %.
    """

    start_date: date
    percent: Decimal
    category: Category = Category.STANDARD


@dataclass(frozen=True, slots=True)
class Tax:
    """
    A tax with its rates over time, and the contract classes that are taxed otherwise.
    """

    code: str
    versions: Sequence[TaxVersion]
    otherwise: Mapping[str, Category] = field(default_factory=dict)

    def on(self, day: date, *, contract_class: str) -> str:
        """
        Return the name of the rate in force on a day for contracts of a class.

        :raises NoTaxInForce: if the tax begins later.
        """
        begun = [version for version in self.versions if version.start_date <= day]
        if not begun:
            raise NoTaxInForce(f"The tax {self.code} has no rate on {day}.")
        version = max(begun, key=lambda one: one.start_date)
        category = self.otherwise.get(contract_class, version.category)
        if category is Category.STANDARD:
            return rate_name(version.percent)
        return rate_name(Decimal(0), category)


type Taxes = Mapping[str, Tax]


def rate_name(percent: Decimal, category: Category = Category.STANDARD) -> str:
    """
    Return the name under which amounts of one rate are summed, such as `21` or `0/AE`.
    """
    text = f"{percent.normalize():f}"
    return text if category is Category.STANDARD else f"{text}/{category}"


@cache
def percent_of(name: str) -> Decimal:
    """
    Return the percentage of a rate by its name.
    """
    return Decimal(name.split("/")[0])


@cache
def category_of(name: str) -> Category:
    """
    Return the category of a rate by its name.
    """
    _percent, _slash, category = name.partition("/")
    return Category(category) if category else Category.STANDARD


def in_force(name: str, taxes: Taxes, *, day: date, contract_class: str) -> str:
    """
    Return the rate of what a component names: a tax of the utility, or a percentage as it is.

    :raises NoTaxInForce: if the tax has no rate on the day.
    """
    tax = taxes.get(name)
    if tax is not None:
        return tax.on(day, contract_class=contract_class)
    if not name.replace(".", "", 1).isdigit():
        raise NoTaxInForce(f"There is no tax {name}.")
    return rate_name(Decimal(name))


def changes(names: Collection[str], taxes: Taxes) -> set[date]:
    """
    Return the days on which one of some taxes changes.
    """
    return {
        version.start_date for name in names if name in taxes for version in taxes[name].versions
    }
