"""What rating is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from mains.core.calendars import Period
from mains.core.money import Money, exponent_of

# Rating never depends on a caller's decimal settings. Products of a quantity (6 places), a price
# (8 places) and a count of months are exact within 40 digits.
CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP)
MICRO = Decimal("0.000001")
_FOUR = Decimal("0.0001")
_HALF = Decimal("0.5")

type Attribute = Decimal | str
type Trace = tuple[tuple[str, Decimal | str], ...]


class RatingProblem(ValueError):
    """
    A contract cannot be rated; the message says what is lacking.
    """


class QuantityMissing(RatingProblem):
    """
    A component prices a quantity that was not given.
    """

    def __init__(self, *, code: str, name: str) -> None:
        super().__init__(f"Component {code} prices the quantity `{name}`, which was not given.")


class AttributeMissing(RatingProblem):
    """
    A component depends on an attribute that was not given.
    """

    def __init__(self, *, code: str, name: str) -> None:
        super().__init__(
            f"Component {code} depends on the attribute `{name}`, which is not recorded. "
            "Record it at the supply point."
        )


class PricesMissing(RatingProblem):
    """
    A day has no prices of an index, or other intervals than were measured.
    """

    def __init__(self, *, code: str, index: str, day: date, found: int, needed: int) -> None:
        super().__init__(
            f"Component {code} is priced by the index `{index}`, which has {found} prices for "
            f"{day}; {needed} values were measured. Import the prices of that day."
        )


class TooManyPlaces(RatingProblem):
    """
    A quantity is finer than the six places that are stored.
    """

    def __init__(self, *, code: str, name: str, quantity: Decimal) -> None:
        super().__init__(
            f"Component {code} was given {quantity} of `{name}`; quantities have up to six places. "
            "Round it first."
        )


class LineRounding(StrEnum):
    """
    How precise a line is: whole minor units, or four decimals (Spanish network lines).
    """

    CURRENCY_UNIT = "currency_unit"
    FOUR_DECIMALS = "four_decimals"


type DayValues = Mapping[date, Sequence[Decimal]]


_NONE: Mapping[str, Decimal] = MappingProxyType({})
_NO_DAYS: Mapping[str, DayValues] = MappingProxyType({})


class RatingInput(NamedTuple):
    """
    Everything a rating depends on besides the tariff; a named tuple because millions are made.

    `months` is how many months are charged. Quantities have up to six places; `earlier` is what was
    used of each since 1 January, before the period. `conditions` are those in force at the
    snapshot, such as `mandate`. `intervals` are what was used in each interval of a civil day, by
    quantity, and `prices` what an index said of that day. `whole` is the period that is billed
    where `period` is a part of it.
    """

    period: Period
    months: Decimal
    quantities: Mapping[str, Decimal] = _NONE
    attributes: Mapping[str, Attribute] = MappingProxyType({})
    earlier: Mapping[str, Decimal] = _NONE
    conditions: frozenset[str] = frozenset()
    intervals: Mapping[str, DayValues] = _NO_DAYS
    prices: Mapping[str, DayValues] = _NO_DAYS
    whole: Period | None = None


class RatedLine(NamedTuple):
    """
    One priced line: exact = quantity x unit_price x times / divisor, then rounded once to net.

    `book` says which of the company's own accounts it belongs to. A named tuple because millions
    are made: three times as fast as a frozen dataclass.
    """

    code: str
    label: str
    service: str
    vat_rate: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    times: Decimal
    divisor: Decimal
    exact: Decimal
    net: Money | Decimal
    trace: Trace
    book: str = "sales"


# What rates one component: given the input and the lines of the components before it.
type Rater = Callable[[RatingInput, Sequence[RatedLine]], Sequence[RatedLine]]
type Rounder = Callable[[Decimal], Money | Decimal]


def rounder(policy: LineRounding, *, currency: str) -> Rounder:
    """
    Return the function that rounds an exact amount to a line's net amount.
    """
    if policy is LineRounding.FOUR_DECIMALS:
        return lambda exact: exact.quantize(_FOUR, ROUND_HALF_UP, CONTEXT)
    scale = Decimal(10) ** exponent_of(currency)

    def to_net(exact: Decimal) -> Money:
        # Half up, away from zero; cutting off after adding a half is four times as fast as
        # quantizing (measured), and just as exact.
        minor = exact * scale
        return Money(int(minor - _HALF if minor.is_signed() else minor + _HALF), currency)

    return to_net


def quantity_of(given: RatingInput, name: str, *, code: str) -> Decimal:
    """
    Return a quantity of the input.

    :raises QuantityMissing: if it was not given; zero is a quantity, nothing is not.
    :raises TooManyPlaces: if it has more than six places.
    """
    try:
        quantity = given.quantities[name]
    except KeyError:
        raise QuantityMissing(code=code, name=name) from None
    if quantity.quantize(MICRO, ROUND_HALF_UP, CONTEXT) != quantity:
        raise TooManyPlaces(code=code, name=name, quantity=quantity)
    return quantity


def size_of(given: RatingInput, name: str, *, code: str) -> Decimal:
    """
    Return an attribute that is a number.

    :raises AttributeMissing: if it was not given or is a text.
    """
    size = attribute_of(given, name, code=code)
    if not isinstance(size, Decimal):
        raise AttributeMissing(code=code, name=name)
    return size


def attribute_of(given: RatingInput, name: str, *, code: str) -> Attribute:
    """
    Return an attribute of the input.

    :raises AttributeMissing: if it was not given.
    """
    try:
        return given.attributes[name]
    except KeyError:
        raise AttributeMissing(code=code, name=name) from None
