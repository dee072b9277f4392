"""Read everything that a chunk of accounts is billed from, set-wise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from mains.billing import late_readings, past_estimates
from mains.billing.contracts import (
    ContractRow,
    Holder,
    contracts_of,
    holders_of,
    supplies_at,
)
from mains.billing.models import BillRun
from mains.billing.past_estimates import Corrected
from mains.billing.rules.drafting import ContractInput, Draft, MeasuredRegister, draft_bill
from mains.core.calendars import Period
from mains.metering import allocation
from mains.metering import queries as metering
from mains.metering.closed import Closed
from mains.metering.queries import RegisterUse
from mains.metering.rules.allocating import AllocationPlan, Share
from mains.metering.rules.converting import Conversion
from mains.metering.rules.estimating import EstimatePlan
from mains.metering.settling import close
from mains.tariffs import queries as tariffs
from mains.tariffs.queries import PriceList
from mains.tariffs.rules.lines import LineRounding


@dataclass(frozen=True, slots=True)
class Plans:
    """
    How a utility closes what nobody read, and what it prices, by service: estimates, shares of
    buildings' meters, and the units of what is counted.
    """

    estimates: Mapping[str, EstimatePlan]
    allocations: Mapping[str, AllocationPlan]
    conversions: Mapping[str, Sequence[Conversion]]
    # Readings that come after an account was rehearsed wait for its next bill.
    late_on_next_bill: bool = False


@dataclass(frozen=True, slots=True)
class ChunkInputs:
    """
    Everything a chunk is billed from; `tariff_codes` and `corrected` are by contract id.

    `shares` of a building's meters are by the home's virtual register, and `shared_uses` by the id
    of a contract that has some.
    """

    holders: dict[int, Holder]
    contracts: dict[int, list[ContractRow]]
    closed: Closed
    price_lists: dict[str, PriceList]
    tariff_codes: dict[int, str]
    corrected: dict[int, list[Corrected]]
    period: Period
    conversions: Mapping[str, Sequence[Conversion]]
    shares: Mapping[int, Share]
    shared_uses: Mapping[int, list[RegisterUse]]

    def uses_of(self, contract: ContractRow) -> list[RegisterUse]:
        """
        Return the registers of a contract over the period.
        """
        own = self.shared_uses.get(contract.contract_id)
        return self.closed.uses.get(contract.place, []) if own is None else own

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
    plans: Plans,
    received_until: datetime | None = None,
) -> ChunkInputs:
    """
    Read the holders, contracts, register uses and prices of accounts for a run's period.

    Readings that were received after `received_until` are not seen.

    What nobody read is estimated by the plan of its service; estimates billed before are set right;
    homes of a building get their shares of what its meters measured.
    """
    period = Period(run.period_start, run.period_end)
    contracts = contracts_of(account_ids=account_ids, period=period)
    everything = [contract for rows in contracts.values() for contract in rows]
    prices = partial(tariffs.price_lists, currency=run.currency, line_rounding=line_rounding)
    uses = metering.register_uses(
        supply_point_ids={contract.supply_point_id for contract in everything},
        period=period,
        received_until=received_until,
        seen=late_readings.seen_at(contracts=everything, before=period.start)
        if plans.late_on_next_bill
        else {},
    )
    virtual = {place for place, found in uses.items() if any(use.is_virtual for use in found)}
    past = past_estimates.read(
        # What a sub-meter was estimated at comes right with the next allocation.
        contracts=[contract for contract in everything if contract.place not in virtual],
        before=period.start,
        received_until=received_until,
    )
    lacking = {one.of.supply_point_id for one in past.estimated} | {
        point
        for (point, _service), found in uses.items()
        if any(use.end_value is None for use in found)
    }
    closed = close(
        uses=uses,
        estimated=past.estimated,
        past=past.uses,
        supplies=supplies_at(lacking, period=period) if lacking else {},
        plans=plans.estimates,
        received_until=received_until,
    )
    in_buildings = [contract for contract in everything if contract.place in virtual]
    shares = _shares(in_buildings, period, plans, received_until)
    return ChunkInputs(
        holders=holders_of(account_ids=account_ids, issue_date=run.issue_date),
        contracts=contracts,
        closed=closed,
        price_lists=prices(
            codes={contract.tariff_code for contract in everything}, on=period.start
        ),
        tariff_codes={contract.contract_id: contract.tariff_code for contract in everything},
        corrected=past_estimates.corrected(
            contracts=everything,
            closed=closed,
            past=past,
            prices=prices,
            conversions=plans.conversions,
        ),
        conversions=plans.conversions,
        period=period,
        shares=shares,
        shared_uses=_shared_uses(in_buildings, closed, shares, period, plans),
    )


def _shares(
    contracts: Sequence[ContractRow],
    period: Period,
    plans: Plans,
    received_until: datetime | None,
) -> dict[int, Share]:
    if not contracts:
        return {}
    return allocation.shares(
        supply_point_ids={contract.supply_point_id for contract in contracts},
        period=period,
        plans=plans.allocations,
        estimates=plans.estimates,
        supplies_of=partial(supplies_at, period=period),
        received_until=received_until,
    )


def _shared_uses(
    contracts: Sequence[ContractRow],
    closed: Closed,
    shares: Mapping[int, Share],
    period: Period,
    plans: Plans,
) -> dict[int, list[RegisterUse]]:
    """
    Return the registers of contracts in buildings, with what each has of the building's meters.
    """
    found: dict[int, list[RegisterUse]] = {}
    for contract in contracts:
        days, plan = contract.part_of(period), plans.allocations.get(contract.service)
        uses = found[contract.contract_id] = []
        for use in closed.uses.get(contract.place, ()):
            share = shares.get(use.register_id)
            if not use.is_virtual:
                uses.append(use)
            elif share is None or plan is None:
                # Whatever was stored of the period, nobody can say what it is now.
                uses.append(use._replace(end_value=None))
            else:
                shown = allocation.use_of(use, share, days=days, period=period, plan=plan)
                uses.append(shown)
                closed.closings[contract.place].append(allocation.closing_of(shown, days=days))
    return found


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
        conversions=inputs.conversions.get(row.service, ()),
    )


def _attribute(value: Any) -> Decimal | str:
    """
    Read an attribute as it is stored: numbers as texts, so that nothing passes through a float.
    """
    text = str(value)
    return Decimal(text) if text.replace(".", "", 1).isdigit() else text
