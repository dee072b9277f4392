"""Why two bills differ, line by line and to the cent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from mains.billing.rules.budgeting import AMOUNT, BILLED
from mains.billing.rules.causes import Cause, CauseKind, Change, Part, in_money, merged
from mains.billing.rules.charging import is_charge
from mains.billing.rules.figures import BillFigures, PrintedLine
from mains.core.money import MixedCurrencies, Money
from mains.tariffs.rules.kinds.sums import PERCENT, SUM
from mains.tariffs.rules.lines import CONTEXT, MICRO

_FINE = Decimal("0.00000001")
_NONE = Decimal(0)
_HUNDRED = Decimal(100)
# Units of lines whose quantity is time.
_TIMES = frozenset({"day", "month", "period", "year"})
_FOLLOWING = frozenset({PERCENT, SUM})
_TWELVE = Decimal(12)
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
        """
        Return each later line beside its like on the earlier bill.

        Where prices changed within a period the lines of each part are set beside those of the
        earlier bill's last part, whose prices were in force when it ended.
        """
        if not self.before:
            return []
        last = _by_part(self.before)[-1]
        return [pair for part in _by_part(self.after) for pair in zip(last, part, strict=False)]

    @property
    def earlier_pairs(self) -> list[tuple[PrintedLine, PrintedLine]]:
        """
        Return the lines of the earlier bill's other parts, each beside its like in the last one.
        """
        if not self.before:
            return []
        *others, last = _by_part(self.before)
        return [pair for part in others for pair in zip(part, last, strict=False)]

    @property
    def change(self) -> Decimal:
        return _net(self.after) - _net(self.before)

    @property
    def is_for_a_share_of_time(self) -> bool:
        """
        Tell whether a yearly price is charged for months or days of it.
        """
        return self.first.divisor != 1 and self.first.unit not in _FOLLOWING

    @property
    def quantity(self) -> Change:
        found = Change(self._quantity(self.before), self._quantity(self.after))
        # What is derived in each part of a period is rounded to six places in each.
        slack = MICRO * (len(_by_part(self.before)) + len(_by_part(self.after)) - 2)
        if abs(found.difference) <= max(slack, _NONE):
            return Change(found.before, found.before)
        return found

    def _quantity(self, lines: list[PrintedLine]) -> Decimal:
        # A size that is charged for in two parts of a period is not twice as large.
        counted = _by_part(lines)[-1] if self.is_for_a_share_of_time else lines
        return sum((line.quantity for line in counted), _NONE)

    def shares(self) -> Change:
        """
        Return what part of a year is charged for.
        """
        return Change(
            *(
                sum((part[0].times / part[0].divisor for part in _by_part(lines)), _NONE)
                for lines in (self.before, self.after)
            )
        )


def _by_part(lines: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    """
    Return lines by the part of the period that they are for; nearly always there is one.
    """
    parts: dict[date | None, list[PrintedLine]] = {}
    for line in lines:
        parts.setdefault(line.starts, []).append(line)
    return list(parts.values())


def _groups(before: BillFigures, after: BillFigures) -> list[_Group]:
    running = _contracts(before) & _contracts(after)
    # On one of the bills a fixed amount stands in the place of all that was used.
    switched = _fixed(before) ^ _fixed(after)
    groups: dict[tuple[object, ...], _Group] = {}
    for number, bill in enumerate((before, after)):
        for line in bill.lines:
            key, kinds = _place(line, running, switched)
            group = groups.setdefault(key, _Group([], [], kinds))
            (group.after if number else group.before).append(line)
    return list(groups.values())


def _contracts(bill: BillFigures) -> set[int]:
    return {line.contract_id for line in bill.lines if line.corrects is None}


def _fixed(bill: BillFigures) -> set[int]:
    return {line.contract_id for line in bill.lines if line.code == AMOUNT}


def _place(
    line: PrintedLine, running: set[int], switched: set[int]
) -> tuple[tuple[object, ...], tuple[CauseKind, CauseKind] | None]:
    if line.corrects is not None:
        kinds = (CauseKind.CORRECTION_BEFORE, CauseKind.CORRECTION)
        return (line.contract_id, line.corrects), kinds
    if line.contract_id not in running:
        return (line.contract_id,), (CauseKind.CONTRACT_ENDED, CauseKind.CONTRACT_NEW)
    if line.code == BILLED:
        return (line.contract_id, BILLED), (CauseKind.FIXED_TAKEN_OFF, CauseKind.FIXED_TAKEN_OFF)
    if line.contract_id in switched and line.code != AMOUNT and not is_charge(line.code):
        return (line.contract_id, "used"), (CauseKind.USED_BEFORE, CauseKind.USED_NOW)
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
        if kind is CauseKind.FIXED_TAKEN_OFF:
            corrected = corrected._replace(prices=(_unit_price(group),))
        yield Part(corrected._replace(kind=kind), group.change)
        return
    cause = cause._replace(codes=(line.code,), labels=(line.label,))
    if group.before and group.after:
        yield from _split(group, cause, before, after)
    elif line.code == AMOUNT:
        fixed = cause._replace(kind=CauseKind.FIXED, prices=(_unit_price(group),))
        yield Part(fixed, group.change)
    else:
        yield Part(cause._replace(kind=_one_sided(group), unit=""), group.change)


def _unit_price(group: _Group) -> Change:
    """
    Return the unit price on both bills, nothing where there is no such line.
    """
    return Change(
        *(lines[0].unit_price if lines else _NONE for lines in (group.before, group.after))
    )


def _one_sided(group: _Group) -> CauseKind:
    if group.first.unit == SUM:
        # It comes and goes with what other lines come to.
        return CauseKind.FOLLOWS
    is_discount = _net(group.before or group.after) < 0
    if group.after:
        return CauseKind.DISCOUNT_NEW if is_discount else CauseKind.LINE_NEW
    return CauseKind.DISCOUNT_ENDED if is_discount else CauseKind.LINE_ENDED


def _split(group: _Group, cause: Cause, before: BillFigures, after: BillFigures) -> Iterator[Part]:
    """
    Split a matched group's own difference; what is no price and no time is quantity.
    """
    quantity = group.quantity
    price = sum((_price_part(one, other, other) for one, other in group.pairs), _NONE)
    price += sum((_price_part(one, other, one) for one, other in group.earlier_pairs), _NONE)
    time = _time_part(group, quantity)
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


def _price_part(before: PrintedLine, after: PrintedLine, used: PrintedLine) -> Decimal:
    """
    Return what another unit price makes of what a line is for.
    """
    change = after.unit_price - before.unit_price
    return (used.quantity * change * used.times / used.divisor).quantize(_FINE)


def _time_part(group: _Group, quantity: Change) -> Decimal:
    shares = group.shares()
    if not group.is_for_a_share_of_time or not shares.difference:
        return _NONE
    yearly = _by_part(group.before)[-1][0].unit_price * quantity.after
    return (yearly * shares.difference).quantize(_FINE)


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
    if group.first.unit in _FOLLOWING:
        return cause._replace(kind=CauseKind.FOLLOWS)
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
    pairs = group.earlier_pairs + group.pairs
    changes = dict.fromkeys(Change(one.unit_price, other.unit_price) for one, other in pairs)
    return cause._replace(
        kind=CauseKind.FIXED if group.first.code == AMOUNT else CauseKind.PRICE,
        prices=tuple(change for change in changes if change.difference),
        is_yearly=group.is_for_a_share_of_time,
        price_list=after.price_lists.get(group.first.contract_id),
    )


def _time(group: _Group, cause: Cause) -> Cause:
    # A twelfth of a yearly price is for a month, a 365th for a day.
    times = Change(
        *(sum((part[0].times for part in _by_part(lines)), _NONE)
          for lines in (group.before, group.after))
    )  # fmt: skip
    unit = "month" if group.first.divisor == _TWELVE else "day"
    return cause._replace(kind=CauseKind.TIME, unit=unit, quantity=times)


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
