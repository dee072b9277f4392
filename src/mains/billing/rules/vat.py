"""VAT, once per rate on the summed net (EN 16931), as a named policy."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

from mains.core.money import MixedCurrencies, Money

VAT_VERSION = 1
_CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP)
_HUNDRED = Decimal(100)
_ZERO = Decimal(0)


class UnknownVatRate(ValueError):
    """
    A line names a rate that is not in force.
    """


class VatPolicy(StrEnum):
    """
    Where tax is rounded: once per rate on the sum (EN 16931, BR-CO-17), or on every line.
    """

    PER_RATE = "per_rate"
    PER_LINE = "per_line"


class NetLine(Protocol):
    """
    What VAT needs of a line; `RatedLine` has it.
    """

    @property
    def vat_rate(self) -> str: ...
    @property
    def net(self) -> Money | Decimal: ...


class VatTotal(NamedTuple):
    """
    The net amount at one rate, and its tax. `percent` is 27 for 27 %.
    """

    name: str
    percent: Decimal
    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        return self.net + self.tax


def vat_totals(
    lines: Iterable[NetLine],
    *,
    rates: Mapping[str, Decimal],
    currency: str,
    policy: VatPolicy = VatPolicy.PER_RATE,
) -> tuple[VatTotal, ...]:
    """
    Return one total per VAT rate, the highest percentage first, then by name.

    `rates` gives the percentage of each name on the day of supply. Lines of four decimals are
    summed exactly before the base is rounded.

    :raises UnknownVatRate: if a line names a rate that is not among `rates`.
    :raises MixedCurrencies: if a line is of another currency.
    """
    nets: dict[str, list[Money | Decimal]] = defaultdict(list)
    for line in lines:
        nets[line.vat_rate].append(line.net)
    if not nets.keys() <= rates.keys():
        unknown = min(nets.keys() - rates.keys())
        raise UnknownVatRate(
            f"No percentage is in force for the VAT rate `{unknown}`; "
            f"known are {', '.join(sorted(rates)) or 'none'}."
        )
    totals = [
        _total(name, rates[name], amounts, currency=currency, policy=policy)
        for name, amounts in nets.items()
    ]
    if len(totals) > 1:
        totals.sort(key=lambda total: (-total.percent, total.name))
    return tuple(totals)


def _total(
    name: str,
    percent: Decimal,
    amounts: list[Money | Decimal],
    *,
    currency: str,
    policy: VatPolicy,
) -> VatTotal:
    net = _summed(amounts, currency)
    if policy is VatPolicy.PER_RATE:
        tax = Money(_share(net.minor, percent), currency)
    else:
        with localcontext(_CONTEXT):
            exact = (net.as_decimal() if isinstance(net, Money) else net for net in amounts)
            taxes = (Money.round_from(amount * percent / _HUNDRED, currency) for amount in exact)
            tax = Money.total(taxes, currency=currency)
    return VatTotal(name=name, percent=percent, net=net, tax=tax)


def _share(minor: int, percent: Decimal) -> int:
    """
    Return a percentage of whole minor units, halves away from zero; by integers, so exactly.
    """
    numerator, denominator = _ratio(percent)
    share, rest = divmod(abs(minor) * numerator, denominator)
    if 2 * rest >= denominator:
        share += 1
    return -share if minor < 0 else share


@lru_cache(maxsize=256)
def _ratio(percent: Decimal) -> tuple[int, int]:
    numerator, denominator = percent.as_integer_ratio()
    return numerator, denominator * 100


def _summed(amounts: list[Money | Decimal], currency: str) -> Money:
    """
    Add whole minor units as integers, and lines of four decimals exactly, rounded once at the end.
    """
    minor, exact = 0, _ZERO
    for amount in amounts:
        if isinstance(amount, Decimal):
            exact = _CONTEXT.add(exact, amount)
        elif amount.currency != currency:
            raise MixedCurrencies(currency, amount.currency)
        else:
            minor += amount.minor
    if not exact:
        return Money(minor, currency)
    return Money.round_from(_CONTEXT.add(Money(minor, currency).as_decimal(), exact), currency)
