"""Why two bills differ, line by line and to the cent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from mains.billing.rules.causes import Cause, CauseKind, Change, Part, in_money, merged
from mains.billing.rules.figures import BillFigures, PrintedLine
from mains.core.money import MixedCurrencies, Money
from mains.tariffs.rules.lines import CONTEXT

_FINE = Decimal("0.00000001")
_NONE = Decimal(0)
_HUNDRED = Decimal(100)
# Units of lines whose quantity is time.
_TIMES = frozenset({"day", "month", "period"})
# Said after everything that they come from.
_LAST = (CauseKind.VAT, CauseKind.ROUNDING, CauseKind.OTHER)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """
    The causes, the largest first, VAT and rounding last; they add up to the difference.
    """

    causes: tuple[Cause, ...]
    difference: Money


def reconcile(*, before: BillFigures, after: BillFigures) -> Reconciliation:
    """
    Return why the later of two bills comes to another total than the earlier one.

    Each line is set beside its like (contract, component and unit; the blocks of a component one by
    one) and its own difference is split: what another unit price makes of the quantity now, what
    more or less time makes, and the rest, which is the quantity. So there is a cause for a price
    only where a unit price changed, and one for a quantity only where a quantity did. Nothing is
    rated again. Causes are net; VAT is a cause of its own, as it is on the bill.

    :raises MixedCurrencies: if the bills are in two currencies.
    """
    if before.currency != after.currency:
        raise MixedCurrencies(before.currency, after.currency)
    groups = _groups(before, after)
    slack = len(before.vat) + len(after.vat)
    with localcontext(CONTEXT):
        nets = merged(part for group in groups for part in _parts(group, before, after))
        taxes = merged(_taxes(groups, before, after))
        causes = in_money(nets, total=after.net - before.net, slack=slack)
        causes += in_money(taxes, total=after.tax - before.tax, slack=slack)
    causes.sort(key=lambda cause: (cause.kind in _LAST, -abs(cause.amount.minor)))
    return Reconciliation(tuple(causes), after.total - before.total)


@dataclass(frozen=True, slots=True)
class _Group:
    """
    The lines of both bills that are set beside each other, and what they are if one side is empty.
    """

    before: list[PrintedLine]
    after: list[PrintedLine]
    kinds: tuple[CauseKind, CauseKind] | None = None

    @property
    def first(self) -> PrintedLine:
        return (self.after or self.before)[0]

    @property
    def pairs(self) -> list[tuple[PrintedLine, PrintedLine]]:
        return list(zip(self.before, self.after, strict=False))

    @property
    def change(self) -> Decimal:
        return _net(self.after) - _net(self.before)

    @property
    def quantity(self) -> Change:
        return Change(
            sum((line.quantity for line in self.before), _NONE),
            sum((line.quantity for line in self.after), _NONE),
        )


def _groups(before: BillFigures, after: BillFigures) -> list[_Group]:
    running = _contracts(before) & _contracts(after)
    groups: dict[tuple[object, ...], _Group] = {}
    for number, bill in enumerate((before, after)):
        for line in bill.lines:
            key, kinds = _place(line, running)
            group = groups.setdefault(key, _Group([], [], kinds))
            (group.after if number else group.before).append(line)
    return list(groups.values())


def _contracts(bill: BillFigures) -> set[int]:
    return {line.contract_id for line in bill.lines if line.corrects is None}


def _place(
    line: PrintedLine, running: set[int]
) -> tuple[tuple[object, ...], tuple[CauseKind, CauseKind] | None]:
    if line.corrects is not None:
        kinds = (CauseKind.CORRECTION_BEFORE, CauseKind.CORRECTION)
        return (line.contract_id, line.corrects), kinds
    if line.contract_id not in running:
        return (line.contract_id,), (CauseKind.CONTRACT_ENDED, CauseKind.CONTRACT_NEW)
    return (line.contract_id, line.code, line.unit), None


def _parts(group: _Group, before: BillFigures, after: BillFigures) -> Iterator[Part]:
    line = group.first
    cause = Cause(
        kind=CauseKind.OTHER,
        amount=Money.zero(after.currency),
        service=line.service,
        contract_id=line.contract_id,
        unit=line.unit,
    )
    if group.kinds is not None:
        kind = group.kinds[1 if group.after else 0]
        corrected = cause._replace(unit="", corrects=line.corrects, corrects_end=line.corrects_end)
        yield Part(corrected._replace(kind=kind), group.change)
        return
    cause = cause._replace(codes=(line.code,), labels=(line.label,))
    if group.before and group.after:
        yield from _split(group, cause, before, after)
    else:
        yield Part(cause._replace(kind=_one_sided(group), unit=""), group.change)


def _one_sided(group: _Group) -> CauseKind:
    is_discount = _net(group.before or group.after) < 0
    if group.after:
        return CauseKind.DISCOUNT_NEW if is_discount else CauseKind.LINE_NEW
    return CauseKind.DISCOUNT_ENDED if is_discount else CauseKind.LINE_ENDED


def _split(group: _Group, cause: Cause, before: BillFigures, after: BillFigures) -> Iterator[Part]:
    """
    Split a matched group's own difference; what is no price and no time is quantity.
    """
    quantity, pairs = group.quantity, group.pairs
    price = sum((_price_part(one, other) for one, other in pairs), _NONE)
    time = sum((_time_part(one, other) for one, other in pairs), _NONE)
    rest = group.change - price - time
    prices, time_cause = _prices(group, cause, after), _time(group, cause)
    if quantity.difference:
        volume = _volume(rest, quantity, _net(group.before))
        yield Part(_quantity_cause(group, cause, before, after), volume)
        rest -= volume
    # What is left is the rounding of these lines, or the same quantity in other blocks.
    if prices.prices:
        price += rest
    elif time:
        time += rest
    elif len(group.before) > 1 or len(group.after) > 1:
        yield Part(cause._replace(kind=CauseKind.BLOCKS, quantity=quantity), rest)
    else:
        yield Part(cause, rest)
    yield Part(prices, price)
    yield Part(time_cause, time)


def _price_part(before: PrintedLine, after: PrintedLine) -> Decimal:
    change = after.unit_price - before.unit_price
    return (after.quantity * change * after.times / after.divisor).quantize(_FINE)


def _time_part(before: PrintedLine, after: PrintedLine) -> Decimal:
    if before.times * after.divisor == after.times * before.divisor:
        return _NONE
    yearly = before.unit_price * after.quantity
    shares = after.times / after.divisor - before.times / before.divisor
    return (yearly * shares).quantize(_FINE)


def _volume(rest: Decimal, quantity: Change, before: Decimal) -> Decimal:
    """
    Return what the change of quantity comes to.

    Blocks that changed their bounds may make more cost less. Then the change counts at the average
    of the earlier bill, so that what is said of the quantity is true of its amount.
    """
    if not quantity.before:
        return rest
    average = (quantity.difference * before / quantity.before).quantize(_FINE)
    return average if rest * average < 0 else rest


def _quantity_cause(group: _Group, cause: Cause, before: BillFigures, after: BillFigures) -> Cause:
    cause = cause._replace(quantity=group.quantity)
    if group.first.unit in _TIMES:
        return cause._replace(kind=CauseKind.TIME)
    if group.first.divisor != 1:
        return cause._replace(kind=CauseKind.SIZE)
    then, now = (
        [one for one in bill.registers if one.contract_id == cause.contract_id]
        for bill in (before, after)
    )
    return cause._replace(
        kind=CauseKind.VOLUME,
        was_estimated=any(one.is_estimated for one in then),
        is_estimated=any(one.is_estimated for one in now),
        is_exchanged=bool(then and now)
        and {one.meter for one in then} != {one.meter for one in now},
    )


def _prices(group: _Group, cause: Cause, after: BillFigures) -> Cause:
    changes = [Change(one.unit_price, other.unit_price) for one, other in group.pairs]
    return cause._replace(
        kind=CauseKind.PRICE,
        prices=tuple(change for change in changes if change.difference),
        is_yearly=group.first.divisor != 1,
        price_list=after.price_lists.get(group.first.contract_id),
    )


def _time(group: _Group, cause: Cause) -> Cause:
    # A twelfth of a yearly price is for a month; nothing else is charged by parts of a year.
    times = Change(group.before[0].times, group.after[0].times)
    return cause._replace(kind=CauseKind.TIME, unit="month", quantity=times)


def _taxes(groups: Sequence[_Group], before: BillFigures, after: BillFigures) -> Iterator[Part]:
    """
    Yield what other VAT rates make of the lines now, and the VAT on everything else.
    """
    zero = Money.zero(after.currency)
    rest = _tax(after.lines) - _tax(before.lines)
    for group in groups:
        for one, other in group.pairs if group.kinds is None else ():
            percent = Change(one.vat_percent, other.vat_percent)
            if percent.difference:
                amount = (other.net * percent.difference / _HUNDRED).quantize(_FINE)
                rest -= amount
                yield Part(Cause(CauseKind.VAT_RATE, zero, percent=percent), amount)
    yield Part(Cause(CauseKind.VAT, zero), rest)


def _net(lines: Sequence[PrintedLine]) -> Decimal:
    return sum((line.net for line in lines), _NONE)


def _tax(lines: Sequence[PrintedLine]) -> Decimal:
    return sum((line.net * line.vat_percent / _HUNDRED for line in lines), _NONE)
