"""What a bill charges, month by month and place by place, so that the parts add up to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from mains.core.calendars import Period
from mains.core.money import Money, exponent_of

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Charge:
    """
    The lines of a bill of one contract and VAT rate together: net in major units, VAT in percent.
    """

    contract_id: int
    net: Decimal
    vat_rate: Decimal


@dataclass(frozen=True, slots=True)
class MonthlyCost:
    """
    What a month of a contract costs of a bill; `month` is its first day.
    """

    contract_id: int
    month: date
    net: Money
    vat: Money


def spread(charges: Sequence[Charge], *, days: Period, net: Money, vat: Money) -> list[MonthlyCost]:
    """
    Share a bill's net and VAT among its contracts and the months of its days, by the month's days.

    The parts add up to the bill's net and VAT: VAT is computed once per rate on the whole bill, so
    what rounding leaves goes to the largest remainders. Credits have parts below zero.
    """
    months = days.months()
    contracts = sorted({charge.contract_id for charge in charges})
    exact = [
        (contract, part, _of(charges, contract, Fraction(part.days, days.days)))
        for contract in contracts
        for part in months
    ]
    nets = adding_up([nets for _contract, _part, (nets, _vats) in exact], total=net)
    vats = adding_up([vats for _contract, _part, (_nets, vats) in exact], total=vat)
    return [
        MonthlyCost(contract, part.start.replace(day=1), own_net, own_vat)
        for (contract, part, _parts), own_net, own_vat in zip(exact, nets, vats, strict=True)
    ]


def _of(charges: Sequence[Charge], contract: int, share: Fraction) -> tuple[Fraction, Fraction]:
    own = [charge for charge in charges if charge.contract_id == contract]
    net = sum((Fraction(charge.net) for charge in own), Fraction(0))
    vat = sum((Fraction(charge.net) * Fraction(charge.vat_rate) for charge in own), Fraction(0))
    return net * share, vat * share / _PERCENT


def adding_up(exact: Sequence[Fraction], *, total: Money) -> list[Money]:
    """
    Round amounts in major units to money that adds up to a total, by the largest remainder.
    """
    if not exact:
        return []
    minor = [amount * 10 ** exponent_of(total.currency) for amount in exact]
    whole = [floor(amount) for amount in minor]
    each, left = divmod(total.minor - sum(whole), len(whole))
    order = sorted(range(len(minor)), key=lambda n: (whole[n] - minor[n], n))
    for place in order[:left]:
        whole[place] += 1
    return [Money(amount + each, total.currency) for amount in whole]
