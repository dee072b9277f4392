"""From what was used and what it costs to a bill, without asking anybody anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

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
from mains.tariffs.rules.lines import RatedLine, RatingInput, RatingProblem
from mains.tariffs.rules.rating import CompiledTariff, rate

_MICRO = Decimal("0.000001")


class Hold(StrEnum):
    """
    Why an account gets no bill in a run; the rest of the run goes on.
    """

    NO_READING = "NO_READING"
    BELOW_PREVIOUS = "BELOW_PREVIOUS"
    NO_TARIFF = "NO_TARIFF"
    NOT_RATABLE = "NOT_RATABLE"
    NOTHING_TO_BILL = "NOTHING_TO_BILL"


@dataclass(frozen=True, slots=True)
class MeasuredRegister:
    """
    A register over the period; `quantity` names what the tariff prices.
    """

    quantity: str
    segment: Segment | None
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class ContractInput:
    """
    One contract over its part of the billing period, with the earlier ones that it sets right.
    """

    contract_id: int
    service: str
    tariff_code: str
    period: Period
    attributes: Mapping[str, Decimal | str]
    registers: Sequence[MeasuredRegister]
    corrections: Sequence[PastPeriod] = ()
    conversions: Sequence[Conversion] = ()


class DraftLine(NamedTuple):
    """
    A priced line of one contract; a named tuple because millions are made.

    `corrects` is the period of the earlier bill that it sets right.
    """

    contract_id: int
    service: str
    rated: RatedLine
    corrects: Period | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """
    The lines and totals of one account's bill, or the reason why it has none.

    `estimated` counts the registers that nobody read.
    """

    account_id: int
    lines: tuple[DraftLine, ...]
    totals: BillTotals | None
    hold: Hold | None = None
    explanation: str = ""
    estimated: int = 0


def draft_bill(
    *,
    account_id: int,
    contracts: Sequence[ContractInput],
    tariffs: Mapping[str, CompiledTariff],
    vat_rates: Mapping[str, Decimal],
    currency: str,
) -> Draft:
    """
    Rate every contract of an account and add the VAT, once per rate.
    """
    lines: list[DraftLine] = []
    for contract in contracts:
        tariff = tariffs.get(contract.tariff_code)
        if tariff is None:
            return _held(account_id, Hold.NO_TARIFF, contract.tariff_code)
        quantities = _quantities(contract)
        if isinstance(quantities, Hold):
            return _held(account_id, quantities, contract.service)
        try:
            if contract.conversions:
                quantities = with_converted(
                    quantities, days=contract.period, conversions=contract.conversions
                )
            given = RatingInput(
                contract.period, _months(contract.period), quantities, contract.attributes
            )
            rated = rate(tariff, given)
            lines += [DraftLine(contract.contract_id, contract.service, line) for line in rated]
            corrections = _corrections(contract)
        except (RatingProblem, NoFactor) as problem:
            return _held(account_id, Hold.NOT_RATABLE, str(problem))
        if isinstance(corrections, Hold):
            return _held(account_id, corrections, contract.tariff_code)
        lines += corrections
    if not lines:
        return _held(account_id, Hold.NOTHING_TO_BILL, "")
    totals = bill_totals([line.rated for line in lines], rates=vat_rates, currency=currency)
    estimated = sum(one.is_estimated for contract in contracts for one in contract.registers)
    return Draft(account_id, tuple(lines), totals, estimated=estimated)


def _corrections(contract: ContractInput) -> list[DraftLine] | Hold:
    lines: list[DraftLine] = []
    for past in contract.corrections:
        if past.tariff is None:
            return Hold.NO_TARIFF
        if past.is_contradictory:
            return Hold.BELOW_PREVIOUS
        lines += [
            DraftLine(contract.contract_id, contract.service, line, past.billed_with)
            for line in correction_lines(
                past,
                tariff=past.tariff,
                months=_months(past.days),
                attributes=contract.attributes,
            )
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


@lru_cache(maxsize=1_024)
def _months(period: Period) -> Decimal:
    count = period.month_count()
    return (Decimal(count.numerator) / Decimal(count.denominator)).quantize(_MICRO).normalize()


def _held(account_id: int, hold: Hold, explanation: str) -> Draft:
    return Draft(account_id, (), None, hold, explanation)
