"""The figures of a bill as it is printed, from wherever they are at hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import NamedTuple

from mains.billing.rules.drafting import Draft, DraftLine
from mains.billing.rules.vat import VatTotal, vat_totals
from mains.core.calendars import Period
from mains.core.money import Money

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_ONE, _TWELVE = Decimal(1), Decimal(12)


class PrintedLine(NamedTuple):
    """
    One line of a bill: quantity x unit_price x times / divisor, rounded to net (major units).

    `vat_percent` is 27 for 27 %. A line that sets an earlier bill right has the first day of that
    one's period in `corrects`, and in `corrects_end`, where it is known, the day after its last.
    `starts` is the first day of a part of the period, where prices changed within it. A named tuple
    because those of whole runs are compared.
    """

    contract_id: int
    service: str
    code: str
    label: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    times: Decimal
    divisor: Decimal
    net: Decimal
    vat_percent: Decimal
    corrects: date | None = None
    corrects_end: date | None = None
    starts: date | None = None


class PrintedRegister(NamedTuple):
    """
    A register of a bill: on which meter, and whether what it showed at the end is an estimate.
    """

    contract_id: int
    meter: str
    is_estimated: bool


class PriceListName(NamedTuple):
    """
    The price list of a contract, and the day from which it is in force.
    """

    name: str
    start_date: date


@dataclass(frozen=True, slots=True)
class BillFigures:
    """
    What is printed on one bill for a half-open period; lines are in the order printed.

    `price_lists` and `places` (addresses) are by contract id; they only help to say a cause.
    """

    currency: str
    period: Period
    lines: tuple[PrintedLine, ...]
    vat: tuple[VatTotal, ...]
    registers: tuple[PrintedRegister, ...] = ()
    price_lists: Mapping[int, PriceListName] = field(default_factory=dict)
    places: Mapping[int, str] = field(default_factory=dict)

    @property
    def net(self) -> Money:
        return Money.total((one.net for one in self.vat), currency=self.currency)

    @property
    def tax(self) -> Money:
        return Money.total((one.tax for one in self.vat), currency=self.currency)

    @property
    def total(self) -> Money:
        return self.net + self.tax


def figures_from_lines(
    lines: Sequence[PrintedLine],
    *,
    currency: str,
    period: Period,
    registers: Iterable[PrintedRegister] = (),
) -> BillFigures:
    """
    Return the figures of a bill from its lines alone, with VAT once per rate as bills have it.

    For the comparison of many bills, whose facts are too much to read.
    """
    rates = {str(line.vat_percent.normalize()): line.vat_percent for line in lines}
    nets = [_Net(str(line.vat_percent.normalize()), line.net) for line in lines]
    return BillFigures(
        currency=currency,
        period=period,
        lines=tuple(lines),
        vat=vat_totals(nets, rates=rates, currency=currency),
        registers=tuple(registers),
    )


def figures_of_draft(
    draft: Draft, *, period: Period, registers: Iterable[PrintedRegister] = ()
) -> BillFigures:
    """
    Return the figures of a draft that is not held.
    """
    assert draft.totals is not None
    percents = {one.name: one.percent for one in draft.totals.by_rate}
    return BillFigures(
        currency=draft.totals.gross.currency,
        period=period,
        lines=tuple(_printed(line, percents) for line in draft.lines),
        vat=draft.totals.by_rate,
        registers=tuple(registers),
    )


def time_share(
    *, quantity: Decimal, unit_price: Decimal, net: Decimal, months: Decimal
) -> tuple[Decimal, Decimal]:
    """
    Return the `times` and `divisor` of a line that was stored without them.

    A line is either quantity x unit price, or for `months` of a year; whichever comes to its net is
    it. Where neither does, as for who moved within the period, they follow from the net.
    """
    with localcontext(_EXACT):
        whole = quantity * unit_price
        step = Decimal(1).scaleb(int(net.as_tuple().exponent))
        if not whole or abs(whole - net) < step:
            return _ONE, _ONE
        if abs(whole * months / _TWELVE - net) < step:
            return months, _TWELVE
        return (net * _TWELVE / whole).quantize(Decimal("0.000001")), _TWELVE


class _Net(NamedTuple):
    vat_rate: str
    net: Money | Decimal


def _printed(line: DraftLine, percents: Mapping[str, Decimal]) -> PrintedLine:
    rated, corrects = line.rated, line.corrects
    return PrintedLine(
        contract_id=line.contract_id,
        service=line.service,
        code=rated.code,
        label=rated.label,
        quantity=rated.quantity,
        unit=rated.unit,
        unit_price=rated.unit_price,
        times=rated.times,
        divisor=rated.divisor,
        net=rated.net.as_decimal() if isinstance(rated.net, Money) else rated.net,
        vat_percent=percents[rated.vat_rate],
        corrects=corrects.start if corrects else None,
        corrects_end=corrects.end if corrects else None,
        starts=line.days.start if line.days else None,
    )
