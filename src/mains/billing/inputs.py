"""Read everything that a chunk of accounts is billed from, set-wise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from mains.billing import past_estimates
from mains.billing.contracts import ContractRow, Holder, contracts_of, holders_of
from mains.billing.models import BillRun
from mains.billing.past_estimates import Corrected
from mains.billing.rules.drafting import ContractInput, Draft, MeasuredRegister, draft_bill
from mains.core.calendars import Period
from mains.metering import queries as metering
from mains.metering.closed import Closed, Supply
from mains.metering.queries import RegisterUse
from mains.metering.rules.estimating import EstimatePlan
from mains.metering.settling import close
from mains.tariffs import queries as tariffs
from mains.tariffs.queries import PriceList
from mains.tariffs.rules.lines import LineRounding


@dataclass(frozen=True, slots=True)
class ChunkInputs:
    """
    Everything a chunk is billed from; `tariff_codes` and `corrected` are by contract id.
    """

    holders: dict[int, Holder]
    contracts: dict[int, list[ContractRow]]
    closed: Closed
    price_lists: dict[str, PriceList]
    tariff_codes: dict[int, str]
    corrected: dict[int, list[Corrected]]
    period: Period

    def uses_of(self, contract: ContractRow) -> list[RegisterUse]:
        """
        Return the registers of a contract over the period.
        """
        return self.closed.uses.get(contract.place, [])

    def label(
        self, *, contract_id: int, code: str, language: str, corrects: Period | None = None
    ) -> str:
        """
        Return what a line is called in a language, or in the tariff's first one.
        """
        prices = self.price_lists[self.tariff_codes[contract_id]]
        for one in self.corrected.get(contract_id, ()):
            if one.billed_with == corrects and one.prices:
                prices = one.prices
        words = prices.labels.get(code)
        if not words:
            return code
        return words.get(language) or next(iter(words.values()))


def read(
    *,
    run: BillRun,
    account_ids: Sequence[int],
    line_rounding: LineRounding,
    plans: Mapping[str, EstimatePlan],
) -> ChunkInputs:
    """
    Read the holders, contracts, register uses and prices of accounts for a run's period.

    What nobody read is estimated by the plan of its service; estimates billed before are set right.
    """
    period = Period(run.period_start, run.period_end)
    contracts = contracts_of(account_ids=account_ids, period=period)
    everything = [contract for rows in contracts.values() for contract in rows]
    prices = partial(tariffs.price_lists, currency=run.currency, line_rounding=line_rounding)
    past = past_estimates.read(contracts=everything, before=period.start)
    closed = close(
        uses=metering.register_uses(
            supply_point_ids={contract.supply_point_id for contract in everything}, period=period
        ),
        estimated=past.estimated,
        past=past.uses,
        supplies=_supplies(everything, period),
        plans=plans,
    )
    return ChunkInputs(
        holders=holders_of(account_ids=account_ids, issue_date=run.issue_date),
        contracts=contracts,
        closed=closed,
        price_lists=prices(
            codes={contract.tariff_code for contract in everything}, on=period.start
        ),
        tariff_codes={contract.contract_id: contract.tariff_code for contract in everything},
        corrected=past_estimates.corrected(
            contracts=everything, closed=closed, past=past, prices=prices
        ),
        period=period,
    )


def _supplies(contracts: Sequence[ContractRow], period: Period) -> dict[tuple[int, str], Supply]:
    """
    Return the places with one contract in the period; what two share at one, nobody may estimate.
    """
    found: dict[tuple[int, str], Supply] = {}
    shared = set()
    for contract in contracts:
        if contract.place in found:
            shared.add(contract.place)
        found[contract.place] = Supply(contract.part_of(period), contract.start_date)
    return {place: supply for place, supply in found.items() if place not in shared}


def drafts(*, inputs: ChunkInputs, account_ids: Sequence[int], currency: str) -> list[Draft]:
    """
    Return the draft of each account, in the order given.
    """
    compiled = {code: prices.compiled for code, prices in inputs.price_lists.items()}
    vat_rates: dict[str, Decimal] = {}
    corrected = [one.prices for found in inputs.corrected.values() for one in found if one.prices]
    for prices in (*inputs.price_lists.values(), *corrected):
        vat_rates |= prices.vat_rates
    return [
        draft_bill(
            account_id=account_id,
            contracts=[
                _contract_input(row, inputs) for row in inputs.contracts.get(account_id, [])
            ],
            tariffs=compiled,
            vat_rates=vat_rates,
            currency=currency,
        )
        for account_id in account_ids
    ]


def _contract_input(row: ContractRow, inputs: ChunkInputs) -> ContractInput:
    uses = inputs.uses_of(row)
    attributes: dict[str, Decimal | str] = {
        name: Decimal(value) if isinstance(value, int) else _attribute(value)
        for name, value in row.attributes.items()
    }
    if uses:
        attributes["meter_size"] = uses[0].meter_size
    return ContractInput(
        contract_id=row.contract_id,
        service=row.service,
        tariff_code=row.tariff_code,
        period=row.part_of(inputs.period),
        attributes=attributes,
        registers=[
            MeasuredRegister(use.quantity, use.segment, use.end_is_estimated) for use in uses
        ],
        corrections=[one.past for one in inputs.corrected.get(row.contract_id, ())],
    )


def _attribute(value: Any) -> Decimal | str:
    """
    Read an attribute as it is stored: numbers as texts, so that nothing passes through a float.
    """
    text = str(value)
    return Decimal(text) if text.replace(".", "", 1).isdigit() else text
