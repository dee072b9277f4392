"""From what was used and what it costs to a bill, without asking anybody anything."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from mains.billing.rules.budgeting import BilledAmount, FixedAmount, amount_line, billed_line
from mains.billing.rules.charging import OneOff, charge_line
from mains.billing.rules.correcting import PastPeriod, correction_lines
from mains.billing.rules.totals import BillTotals, bill_totals
from mains.core.calendars import Period
from mains.metering.rules.consumption import (
    BelowPrevious,
    NotRolledOver,
    Segment,
    used_in,
)
from mains.metering.rules.converting import Conversion, NoFactor, with_converted
from mains.tariffs.rules.kinds.base import amount_of
from mains.tariffs.rules.lines import DayValues, RatedLine, RatingInput, RatingProblem
from mains.tariffs.rules.parts import PricedPart, inputs_of, months_in, rate_each
from mains.tariffs.rules.taxes import percent_of


class Hold(StrEnum):
    """
    Why an account gets no bill in a run; the rest of the run goes on.
    """

    NO_READING = "NO_READING"
    BELOW_PREVIOUS = "BELOW_PREVIOUS"
    NO_TARIFF = "NO_TARIFF"
    NOT_RATABLE = "NOT_RATABLE"
    NOTHING_TO_BILL = "NOTHING_TO_BILL"
    BILLED_ALREADY = "BILLED_ALREADY"
    # Fixed amounts ended, and what was used until then is not settled yet.
    NOT_SETTLED = "NOT_SETTLED"


class MeasuredRegister(NamedTuple):
    """
    A register over the period; `quantity` names what the tariff prices.
    """

    quantity: str
    segment: Segment | None
    is_estimated: bool = False


class Hours(NamedTuple):
    """
    What was measured by intervals, for prices that depend on the hour.

    `quantities` are those that are billed by it, and not by readings. `intervals` and `prices` are
    those of `RatingInput`; `known` are the quantities of each part of the period, such as what was
    used in a tariff period. `missing` is a day without values.
    """

    quantities: frozenset[str] = frozenset()
    intervals: Mapping[str, DayValues] = MappingProxyType({})
    prices: Mapping[str, DayValues] = MappingProxyType({})
    known: Mapping[Period, Mapping[str, Decimal]] = MappingProxyType({})
    missing: date | None = None


NO_HOURS = Hours()


class Held(NamedTuple):
    """
    Why a contract cannot be rated.
    """

    hold: Hold
    explanation: str


class ContractInput(NamedTuple):
    """
    One contract over its part of the billing period, with the earlier ones that it sets right; a
    named tuple, as all of these, because millions are made.

    `parts` are its prices; none, where its tariff has none. `earlier` is what was
    billed since 1 January, `conditions` are those in force at the snapshot. A `fixed` amount stands
    instead of all that; `taken_off` were charged as such for days that are settled now.
    """

    contract_id: int
    service: str
    tariff_code: str
    period: Period
    parts: Sequence[PricedPart]
    attributes: Mapping[str, Decimal | str]
    registers: Sequence[MeasuredRegister]
    corrections: Sequence[PastPeriod] = ()
    conversions: Sequence[Conversion] = ()
    earlier: Mapping[str, Decimal] = MappingProxyType({})
    conditions: frozenset[str] = frozenset()
    hours: Hours = NO_HOURS
    fixed: FixedAmount | None = None
    taken_off: Sequence[BilledAmount] = ()
    held: Held | None = None


class DraftLine(NamedTuple):
    """
    A priced line of one contract.

    `corrects` is the period of the earlier bill that it sets right, `days` the part of the period
    that it is for, where prices or taxes changed in it.
    """

    contract_id: int
    service: str
    rated: RatedLine
    corrects: Period | None = None
    days: Period | None = None


class Draft(NamedTuple):
    """
    The lines and totals of one account's bill, or the reason why it has none.

    `estimated` counts the registers that nobody read. `rated_from` is what the parts of each
    contract's period were rated from, by the contract's id; `written_off` are the periods billed
    before for which more would be due, but which are too old to be charged for.
    """

    account_id: int
    lines: tuple[DraftLine, ...]
    totals: BillTotals | None
    hold: Hold | None = None
    explanation: str = ""
    estimated: int = 0
    rated_from: Mapping[int, Sequence[RatingInput]] = MappingProxyType({})
    written_off: frozenset[tuple[int, Period]] = frozenset()


def draft_bill(
    *,
    account_id: int,
    contracts: Sequence[ContractInput],
    currency: str,
    charges: Sequence[OneOff] = (),
) -> Draft:
    """
    Rate every contract of an account and add the VAT, once per rate.

    What is charged once stands with the first contract.
    """
    lines: list[DraftLine] = []
    rated_from: dict[int, Sequence[RatingInput]] = {}
    written_off: set[tuple[int, Period]] = set()
    for contract in contracts:
        if contract.held is not None:
            return held(account_id, *contract.held)
        if not contract.parts:
            return held(account_id, Hold.NO_TARIFF, contract.tariff_code)
        if contract.fixed is not None:
            lines.append(_own(amount_line(contract.fixed, service=contract.service), contract))
            rated_from[contract.contract_id] = ()
            continue
        used = _used(contract, written_off)
        if isinstance(used, Held):
            return held(account_id, *used)
        rated_from[contract.contract_id], own = used
        lines += own
    if contracts:
        lines += [_charge(one, contracts[0]) for one in charges]
    if not lines:
        return held(account_id, Hold.NOTHING_TO_BILL, "")
    rates = {line.rated.vat_rate: percent_of(line.rated.vat_rate) for line in lines}
    totals = bill_totals([line.rated for line in lines], rates=rates, currency=currency)
    estimated = sum(one.is_estimated for contract in contracts for one in contract.registers)
    return Draft(
        account_id,
        tuple(lines),
        totals,
        estimated=estimated,
        rated_from=rated_from,
        written_off=frozenset(written_off),
    )


def _used(
    contract: ContractInput, written_off: set[tuple[int, Period]]
) -> tuple[Sequence[RatingInput], list[DraftLine]] | Held:
    """
    Return what a contract is rated from, and the lines for what it used.
    """
    given = _given(contract)
    if isinstance(given, Held):
        return given
    try:
        inputs = inputs_of(contract.parts, given, known=contract.hours.known)
        lines = _lines(contract, inputs)
        corrections = _corrections(contract, given, written_off)
    except RatingProblem as problem:
        return Held(Hold.NOT_RATABLE, str(problem))
    if isinstance(corrections, Hold):
        return Held(corrections, contract.tariff_code)
    billed = [
        _own(billed_line(one, service=contract.service), contract) for one in contract.taken_off
    ]
    return inputs, lines + corrections + billed


def _given(contract: ContractInput) -> RatingInput | Held:
    """
    Return what a contract is rated from over its whole period.
    """
    quantities = _quantities(contract)
    if isinstance(quantities, Hold):
        return Held(quantities, contract.service)
    if contract.hours.missing is not None:
        return Held(Hold.NO_READING, f"{contract.service} {contract.hours.missing}")
    try:
        if contract.conversions:
            quantities = with_converted(
                quantities, days=contract.period, conversions=contract.conversions
            )
    except NoFactor as problem:
        return Held(Hold.NOT_RATABLE, str(problem))
    return RatingInput(
        period=contract.period,
        months=months_in(contract.period, whole=contract.period),
        quantities=quantities,
        attributes=contract.attributes,
        earlier=contract.earlier,
        conditions=contract.conditions,
        intervals=contract.hours.intervals,
        prices=contract.hours.prices,
    )


def _lines(contract: ContractInput, inputs: Sequence[RatingInput]) -> list[DraftLine]:
    return [
        DraftLine(contract.contract_id, contract.service, line.rated, None, line.days)
        for line in rate_each(contract.parts, inputs)
    ]


def _own(line: RatedLine, contract: ContractInput) -> DraftLine:
    return DraftLine(contract.contract_id, contract.service, line)


def _charge(one: OneOff, contract: ContractInput) -> DraftLine:
    line = charge_line(
        code=one.code,
        net=one.net,
        vat_rate=one.vat_rate,
        book=one.book,
        service=contract.service,
    )
    return _own(line, contract)


def _corrections(
    contract: ContractInput, given: RatingInput, written_off: set[tuple[int, Period]]
) -> list[DraftLine] | Hold:
    lines: list[DraftLine] = []
    for past in contract.corrections:
        if not past.parts:
            return Hold.NO_TARIFF
        if past.is_contradictory:
            return Hold.BELOW_PREVIOUS
        corrected = correction_lines(past, given=given)
        if past.is_too_old and sum(map(amount_of, corrected)) > 0:
            written_off.add((contract.contract_id, past.billed_with))
            continue
        lines += [
            DraftLine(contract.contract_id, contract.service, line, past.billed_with)
            for line in corrected
        ]
    return lines


def _quantities(contract: ContractInput) -> dict[str, Decimal] | Hold:
    quantities: dict[str, Decimal] = {}
    for register in contract.registers:
        if register.segment is None:
            return Hold.NO_READING
        try:
            used = used_in(register.segment)
        except (BelowPrevious, NotRolledOver):
            # The two readings contradict each other; a person has to look at them.
            return Hold.BELOW_PREVIOUS
        quantities[register.quantity] = quantities.get(register.quantity, Decimal(0)) + used
    return quantities


def held(account_id: int, hold: Hold, explanation: str = "") -> Draft:
    """
    Return the draft of an account that gets no bill.
    """
    return Draft(account_id, (), None, hold, explanation)
