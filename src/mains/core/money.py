"""Money in whole minor units, and nothing else that could be half a cent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Self

# Digits after the point on our bills. Ours, on purpose: standards and gateways give HUF two, but no
# Hungarian bill has fillér. Each gateway has its own table.
EXPONENTS: Mapping[str, int] = {
    "ALL": 2, "AMD": 2, "BAM": 2, "CHF": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "GEL": 2,
    "HUF": 0, "ISK": 0, "JPY": 0, "MDL": 2, "MKD": 2, "NOK": 2, "PLN": 2, "RON": 2, "RSD": 2,
    "SEK": 2, "TRY": 2, "UAH": 2, "USD": 2,
}  # fmt: skip
_CENTS = frozenset(currency for currency, exponent in EXPONENTS.items() if exponent == 2)
_STEPS = {exponent: Decimal(1).scaleb(-exponent) for exponent in set(EXPONENTS.values())}
# Our own, so that a caller's precision or rounding never changes an amount.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class MixedCurrencies(ValueError):
    """
    Two amounts of different currencies met.
    """

    def __init__(self, one: str, other: str) -> None:
        super().__init__(
            f"{one} and {other} cannot be added or compared; convert one of them first."
        )


class UnknownCurrency(ValueError):
    """
    A currency has no row in the table of exponents.
    """

    def __init__(self, currency: str) -> None:
        super().__init__(
            f"{currency!r} is not a currency of Mains; add it to EXPONENTS in mains.core.money."
        )


class NothingToSplitBy(ValueError):
    """
    An amount was to be split by no weights, by weights below zero, or by zeros only.
    """


@dataclass(frozen=True, slots=True, init=False)
class Money:
    """
    An amount in whole minor units (cents; whole forints for HUF).
    """

    minor: int
    currency: str

    def __init__(self, minor: int, currency: str) -> None:
        # Millions are made: by the slots themselves in two thirds of the time (measured).
        _set_minor(self, minor)
        _set_currency(self, currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """
        Return nothing, in a currency.
        """
        return cls(0, currency)

    @classmethod
    def round_from(cls, amount: Decimal, currency: str) -> Self:
        """
        Round an exact amount in major units, halves away from zero.

        :raises UnknownCurrency: if the currency has no exponent.
        """
        exponent = exponent_of(currency)
        rounded = amount.quantize(_STEPS[exponent], ROUND_HALF_UP, _EXACT)
        return cls(int(rounded.scaleb(exponent, _EXACT)), currency)

    @classmethod
    def total(cls, amounts: Iterable["Money"], *, currency: str) -> Self:
        """
        Add any number of amounts.

        :raises MixedCurrencies: if one is of another currency.
        """
        minor = 0
        for amount in amounts:
            if amount.currency != currency:
                raise MixedCurrencies(currency, amount.currency)
            minor += amount.minor
        return cls(minor, currency)

    def as_decimal(self) -> Decimal:
        """
        Return the amount in major units, with the currency's digits.
        """
        return Decimal(self.minor).scaleb(-exponent_of(self.currency), _EXACT)

    def as_text(self) -> str:
        """
        Return the amount in major units as text, e.g. `-12.30`; five times as fast as a Decimal.
        """
        minor = self.minor
        if minor >= 0 and self.currency in _CENTS:
            return f"{minor // 100}.{minor % 100:02}"
        exponent = exponent_of(self.currency)
        if not exponent:
            return str(minor)
        whole, part = divmod(abs(minor), 10**exponent)
        return f"{'-' if minor < 0 else ''}{whole}.{part:0{exponent}d}"

    def split(self, weights: Sequence[Decimal | int]) -> tuple["Money", ...]:
        """
        Split by weights so that the parts add up, odd units to the largest remainders.

        Equal remainders are served from the front.

        :raises NothingToSplitBy: if no weight is above zero or one is below.
        """
        whole = sum((Decimal(weight) for weight in weights), Decimal(0))
        if whole <= 0 or min(weights) < 0:
            raise NothingToSplitBy(
                f"{self} cannot be split by {list(weights)}: weights are zero or more, one above."
            )
        sign = -1 if self.minor < 0 else 1
        # As integers over a common denominator: no division is rounded.
        scale = 10 ** max(0, *(-int(Decimal(weight).as_tuple().exponent) for weight in weights))
        counts = [int(Decimal(weight) * scale) for weight in weights]
        shares = [divmod(abs(self.minor) * count, sum(counts)) for count in counts]
        parts = [share for share, _ in shares]
        by_remainder = sorted(range(len(parts)), key=lambda index: -shares[index][1])
        for index in by_remainder[: abs(self.minor) - sum(parts)]:
            parts[index] += 1
        return tuple(Money(sign * part, self.currency) for part in parts)

    def __add__(self, other: "Money") -> "Money":
        self._check(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._check(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._check(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        self._check(other)
        return self.minor <= other.minor

    def __gt__(self, other: "Money") -> bool:
        self._check(other)
        return self.minor > other.minor

    def __ge__(self, other: "Money") -> bool:
        self._check(other)
        return self.minor >= other.minor

    def __str__(self) -> str:
        return f"{self.as_text()} {self.currency}"

    def _check(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise MixedCurrencies(self.currency, other.currency)


_set_minor, _set_currency = (vars(Money)[name].__set__ for name in ("minor", "currency"))


def exponent_of(currency: str) -> int:
    """
    Return how many digits a currency has after the point on our bills.

    :raises UnknownCurrency: if it is not in the table.
    """
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None
