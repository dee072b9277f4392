"""Read everything that a chunk of accounts is billed from, set-wise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from mains.billing.charges import waiting
from mains.billing.inputs import past_estimates
from mains.billing.inputs.budgets import Budgets, budgets_of
from mains.billing.inputs.contracts import ContractRow, Holder, contracts_of, holders_of
from mains.billing.inputs.counting import Counted, count, count_each
from mains.billing.inputs.covered import days_of
from mains.billing.inputs.past_estimates import Corrected
from mains.billing.inputs.plans import Plans
from mains.billing.inputs.pricing import ContractPrices, PricingOf, pricing
from mains.billing.inputs.standing import conditions_of, earlier_of
from mains.billing.models import BillRun
from mains.billing.rules.back_billing import charged_since
from mains.billing.rules.budgeting import BilledAmount, FixedAmount, is_budget
from mains.billing.rules.charging import OneOff, is_charge
from mains.billing.rules.covering import hull
from mains.billing.rules.drafting import (
    NO_HOURS,
    ContractInput,
    Draft,
    DraftLine,
    Hold,
    MeasuredRegister,
    draft_bill,
    held,
)
from mains.core.calendars import Period
from mains.metering.queries import RegisterUse
from mains.metering.rules.converting import Conversion
from mains.tariffs.rules.lines import LineRounding

_NOTHING: Mapping[str, Decimal] = {}
_NO_CONDITIONS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ChunkInputs:
    """
    Everything a chunk is billed from; `prices`, `corrected`, `earlier` and `conditions` are
    by contract id. A contract whose tariff has no prices is in none of them.
    """

    holders: dict[int, Holder]
    contracts: dict[int, list[ContractRow]]
    counted: Counted
    prices: dict[int, ContractPrices]
    corrected: dict[int, list[Corrected]]
    period: Period
    # The days of it that each contract is billed, by its id; `billed_ids` are accounts without any.
    days: Mapping[int, Period]
    billed_ids: frozenset[int]
    # Whether the run is for days of its own.
    is_apart: bool
    # Fixed amounts, and what is taken off for them.
    budgets: Budgets
    # What is charged once, by account.
    charges: Mapping[int, Sequence[OneOff]]
    conversions: Mapping[str, Sequence[Conversion]]
    earlier: Mapping[int, Mapping[str, Decimal]]
    conditions: Mapping[int, frozenset[str]]
    reasons: Mapping[str, Mapping[str, str]]
    sellers: Mapping[str, Mapping[str, Any]]
    line_rounding: LineRounding

    @property
    def fixed(self) -> Mapping[int, FixedAmount]:
        """
        Return the fixed amounts that are charged instead of what was used, by contract.
        """
        return self.budgets.fixed

    @property
    def taken_off(self) -> Mapping[int, Sequence[BilledAmount]]:
        """
        Return what was charged as fixed amounts for days that are settled now, by contract.
        """
        return self.budgets.taken_off

    def uses_of(self, contract: ContractRow) -> list[RegisterUse]:
        """
        Return the registers of a contract over the period.
        """
        return [] if contract.contract_id in self.fixed else self.counted.uses_of(contract)

    def period_of(self, account_id: int) -> Period:
        """
        Return the days that an account's bill is for: those of the run, or what is left of them.
        """
        rows = self.contracts[account_id]
        is_whole = not self.is_apart and all(
            self.days[contract.contract_id] == contract.part_of(self.period) for contract in rows
        )
        if is_whole:
            return self.period
        return hull(self.days[contract.contract_id] for contract in rows)

    def label_of(self, line: DraftLine, *, language: str) -> str:
        """
        Return what a line is called in a language, or in the tariff's first one.
        """
        prices, code = self.prices[line.contract_id], line.rated.code
        if is_charge(code):
            return self._words_of(code, language)
        if is_budget(code):
            return self.budgets.text(code, language=language)
        if line.corrects is not None:
            for one in self.corrected[line.contract_id]:
                if one.billed_with == line.corrects and one.prices:
                    prices = one.prices
        words = prices.list_on(line.days).labels.get(code)
        if not words:
            return code
        return words.get(language) or next(iter(words.values()))

    def _words_of(self, code: str, language: str) -> str:
        found = (one for charges in self.charges.values() for one in charges if one.code == code)
        return next(found).text(language)


def read(
    *,
    run: BillRun,
    account_ids: Sequence[int],
    line_rounding: LineRounding,
    plans: Plans,
    parts: Mapping[int, Period] | None = None,
    received_until: datetime | None = None,
) -> ChunkInputs:
    """
    Read the holders, contracts, register uses and prices of accounts for a run's period.

    Days that are billed already are left out. `parts` are those of contracts to bill, where it is
    not the whole period. Readings that were received after `received_until` are not seen.

    What nobody read is estimated by the plan of its service; estimates billed before are set right;
    homes of a building get their shares of what its meters measured.
    """
    asked = _asked(run, account_ids, parts or {})
    pricing_of = partial(
        pricing, taxes=plans.taxes, currency=run.currency, line_rounding=line_rounding
    )
    prices = _prices(asked, pricing_of)
    budgets = budgets_of(contracts=asked.everything, days=asked.days, run=run, plans=plans)
    used = [one for one in asked.everything if one.contract_id not in budgets.fixed]
    priced = [(one, prices[one.contract_id]) for one in used if one.contract_id in prices]
    counted = (count_each if parts else partial(count, period=asked.period))(
        contracts=used,
        days=asked.days,
        priced=priced,
        plans=plans,
        received_until=received_until,
    )
    return ChunkInputs(
        holders=holders_of(account_ids=account_ids, issue_date=run.issue_date),
        contracts=asked.contracts,
        counted=counted,
        prices=prices,
        corrected=past_estimates.corrected(
            contracts=used,
            closed_of=counted.closed.of,
            past=counted.past,
            pricing_of=pricing_of,
            conversions=plans.conversions,
            charged_since=charged_since(
                issue_date=run.issue_date, months=plans.back_billing_months
            ),
        ),
        conversions=plans.conversions,
        period=asked.period,
        days=asked.days,
        billed_ids=asked.billed_ids,
        is_apart=bool(parts),
        budgets=budgets,
        charges=waiting(contracts=asked.contracts, until=run.issue_date, taxes=plans.taxes),
        earlier=earlier_of(priced=priced, days=asked.days),
        conditions=conditions_of(
            priced=priced, issue_date=run.issue_date, electronic_by_default=plans.electronic
        ),
        reasons=plans.reasons,
        sellers=plans.sellers,
        line_rounding=line_rounding,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """
    The contracts that a run bills, by account, with their days; `billed_ids` have none left.
    """

    contracts: dict[int, list[ContractRow]]
    days: Mapping[int, Period]
    billed_ids: frozenset[int]
    period: Period

    @property
    def everything(self) -> list[ContractRow]:
        return [contract for rows in self.contracts.values() for contract in rows]


def _asked(run: BillRun, account_ids: Sequence[int], parts: Mapping[int, Period]) -> _Asked:
    period = Period(run.period_start, run.period_end)
    known = contracts_of(account_ids=account_ids, period=period)
    days = days_of(
        contracts=[contract for rows in known.values() for contract in rows],
        run=run,
        period=period,
        parts=parts,
    )
    contracts = {
        account_id: left
        for account_id, rows in known.items()
        if (left := [contract for contract in rows if contract.contract_id in days])
    }
    return _Asked(contracts, days, frozenset(known) - frozenset(contracts), period)


def _prices(asked: _Asked, pricing_of: PricingOf) -> dict[int, ContractPrices]:
    contracts = asked.everything
    known = pricing_of({contract.tariff_code for contract in contracts}, asked.period)
    found = {}
    for contract in contracts:
        prices = known.of(contract, asked.days[contract.contract_id])
        if prices is not None:
            found[contract.contract_id] = prices
    return found


def drafts(*, inputs: ChunkInputs, account_ids: Sequence[int], currency: str) -> list[Draft]:
    """
    Return the draft of each account, in the order given.
    """
    return [
        held(account_id, Hold.BILLED_ALREADY)
        if account_id in inputs.billed_ids
        else draft_bill(
            account_id=account_id,
            contracts=[
                _contract_input(row, inputs) for row in inputs.contracts.get(account_id, [])
            ],
            currency=currency,
            charges=inputs.charges.get(account_id, ()),
        )
        for account_id in account_ids
    ]


def _contract_input(row: ContractRow, inputs: ChunkInputs) -> ContractInput:
    uses, contract_id = inputs.uses_of(row), row.contract_id
    attributes: dict[str, Decimal | str] = {
        name: Decimal(value) if isinstance(value, int) else _attribute(value)
        for name, value in row.attributes.items()
    }
    attributes["contract_class"], attributes["zone"] = row.contract_class, row.zone
    if uses:
        attributes["meter_size"] = uses[0].meter_size
    prices = inputs.prices.get(contract_id)
    return ContractInput(
        contract_id=contract_id,
        service=row.service,
        tariff_code=row.tariff_code,
        period=inputs.days[contract_id],
        parts=prices.parts if prices else (),
        attributes=attributes,
        registers=[
            MeasuredRegister(use.quantity, use.segment, use.end_is_estimated) for use in uses
        ],
        corrections=[one.past for one in inputs.corrected.get(contract_id, ())],
        conversions=inputs.conversions.get(row.service, ()),
        earlier=inputs.earlier.get(contract_id, _NOTHING),
        conditions=inputs.conditions.get(contract_id, _NO_CONDITIONS),
        hours=inputs.counted.hours.get(contract_id, NO_HOURS),
        fixed=inputs.fixed.get(contract_id),
        taken_off=inputs.taken_off.get(contract_id, ()),
        held=inputs.budgets.held.get(contract_id),
    )


def _attribute(value: Any) -> Decimal | str:
    """
    Read an attribute as it is stored: numbers as texts, so that nothing passes through a float.
    """
    text = str(value)
    return Decimal(text) if text.replace(".", "", 1).isdigit() else text
