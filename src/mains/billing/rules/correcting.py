"""The lines that set an earlier bill right: what it should have been less what it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from mains.core.calendars import Period
from mains.core.money import Money
from mains.tariffs.rules.lines import CONTEXT, RatedLine, RatingInput
from mains.tariffs.rules.parts import PricedPart, months_in, rate_parts


@dataclass(frozen=True, slots=True)
class PastPeriod:
    """
    A contract's part of a period that was billed on estimates, at the tariff then in force.

    `billed_with` is the whole period of that bill. `before` are the quantities as billed, `after`
    what they were after all. Without parts nobody can say what it costs; where readings of that
    period contradict each other by now, `is_contradictory`, and a person has to look at them. What
    is too old to be charged for is given back, but not claimed.
    """

    days: Period
    billed_with: Period
    parts: Sequence[PricedPart]
    is_contradictory: bool
    before: Mapping[str, Decimal]
    after: Mapping[str, Decimal]
    is_too_old: bool = False


type _Key = tuple[str, Decimal, Decimal, Decimal, str]


def past_input(
    past: PastPeriod, given: RatingInput, quantities: Mapping[str, Decimal]
) -> RatingInput:
    """
    Return what a period billed before is rated from; its contract is as it is now.
    """
    return given._replace(
        period=past.days,
        months=months_in(past.days, whole=past.days),
        quantities=quantities,
        earlier={},
        whole=None,
    )


def correction_lines(past: PastPeriod, *, given: RatingInput) -> list[RatedLine]:
    """
    Return the differences between the lines of a period rated after all, and as it was billed.

    `given` is what its contract is rated from now.

    A line's net is the difference of two rounded ones, so that both bills together come to what one
    with the true quantities would have.

    :raises RatingProblem: if a quantity or attribute is missing or unfit.
    """
    before, after = (
        [line.rated for line in rate_parts(past.parts, past_input(past, given, quantities))]
        for quantities in (past.before, past.after)
    )
    return line_differences(before, after)


def line_differences(before: Sequence[RatedLine], after: Sequence[RatedLine]) -> list[RatedLine]:
    """
    Return what lines come to more or less than others, those of one price together.
    """
    differences: dict[_Key, RatedLine] = {}
    with localcontext(CONTEXT):
        _add(differences, after, sign=1)
        _add(differences, before, sign=-1)
    return [line for line in differences.values() if line.quantity or _amount(line.net)]


def _add(differences: dict[_Key, RatedLine], lines: Sequence[RatedLine], *, sign: int) -> None:
    for line in lines:
        key = (line.code, line.unit_price, line.times, line.divisor, line.vat_rate)
        known = differences.get(key)
        signed = line._replace(
            quantity=sign * line.quantity, exact=sign * line.exact, net=_times(line.net, sign)
        )
        differences[key] = signed if known is None else _sum(known, signed)


def _sum(one: RatedLine, other: RatedLine) -> RatedLine:
    net: Money | Decimal
    if isinstance(one.net, Money) and isinstance(other.net, Money):
        net = one.net + other.net
    else:
        net = _amount(one.net) + _amount(other.net)
    return one._replace(
        quantity=one.quantity + other.quantity, exact=one.exact + other.exact, net=net
    )


def _times(net: Money | Decimal, sign: int) -> Money | Decimal:
    return net if sign == 1 else -net


def _amount(net: Money | Decimal) -> Decimal:
    return net.as_decimal() if isinstance(net, Money) else net
