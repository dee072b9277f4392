"""Read everything that a chunk of accounts is billed from, set-wise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from mains.billing import late_readings, past_estimates
from mains.billing.charges import waiting
from mains.billing.closing import ClosedContracts, close_each
from mains.billing.contracts import (
    ContractRow,
    Holder,
    contracts_of,
    holders_of,
    supplies_at,
)
from mains.billing.covered import days_of
from mains.billing.hours import hours_of
from mains.billing.models import BillRun
from mains.billing.past_estimates import Corrected
from mains.billing.pricing import ContractPrices, PricingOf, pricing
from mains.billing.rules.back_billing import charged_since
from mains.billing.rules.charging import OneOff, is_charge
from mains.billing.rules.covering import hull
from mains.billing.rules.drafting import (
    NO_HOURS,
    ContractInput,
    Draft,
    DraftLine,
    Hold,
    Hours,
    MeasuredRegister,
    draft_bill,
    held,
)
from mains.billing.standing import conditions_of, earlier_of
from mains.core.calendars import Period
from mains.metering import allocation
from mains.metering import queries as metering
from mains.metering.closed import Place
from mains.metering.own_days import has_own_days
from mains.metering.queries import RegisterUse
from mains.metering.rules.allocating import AllocationPlan, Share
from mains.metering.rules.converting import Conversion
from mains.metering.rules.estimating import EstimatePlan
from mains.tariffs.rules.calendars import Timetable
from mains.tariffs.rules.lines import LineRounding
from mains.tariffs.rules.taxes import Taxes

_NOTHING: Mapping[str, Decimal] = {}
_NO_CONDITIONS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plans:
    """
    How a utility closes what nobody read, and what it prices, by service: estimates, shares of
    buildings' meters, and the units of what is counted; its taxes and its calendars of tariff
    periods, by code. Who chose nothing gets bills without paper where `electronic` is the default.
    """

    estimates: Mapping[str, EstimatePlan]
    allocations: Mapping[str, AllocationPlan]
    conversions: Mapping[str, Sequence[Conversion]]
    taxes: Taxes = field(default_factory=dict)
    timetables: Mapping[str, Timetable] = field(default_factory=dict)
    electronic: bool = False
    # Why no tax is charged, as the law wants it printed: tax category → language → words.
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # For use longer ago than so many months nothing more is claimed.
    back_billing_months: int | None = None
    # Readings that come after an account was rehearsed wait for its next bill.
    late_on_next_bill: bool = False


@dataclass(frozen=True, slots=True)
class ChunkInputs:
    """
    Everything a chunk is billed from; `prices`, `corrected`, `hours`, `earlier` and `conditions`
    are by contract id. A contract whose tariff has no prices is in none of them.

    `shares` of a building's meters are by the home's virtual register, and `shared_uses` by the id
    of a contract that has some.
    """

    holders: dict[int, Holder]
    contracts: dict[int, list[ContractRow]]
    closed: ClosedContracts
    prices: dict[int, ContractPrices]
    corrected: dict[int, list[Corrected]]
    period: Period
    # The days of it that each contract is billed, by its id; `billed_ids` are accounts without any.
    days: Mapping[int, Period]
    billed_ids: frozenset[int]
    # Whether the run is for days of its own.
    is_apart: bool
    # What is charged once, by account.
    charges: Mapping[int, Sequence[OneOff]]
    conversions: Mapping[str, Sequence[Conversion]]
    shares: Mapping[int, Share]
    shared_uses: Mapping[int, list[RegisterUse]]
    hours: Mapping[int, Hours]
    # Registers that are billed by their intervals, by place.
    by_hour: Mapping[Place, Sequence[RegisterUse]]
    earlier: Mapping[int, Mapping[str, Decimal]]
    conditions: Mapping[int, frozenset[str]]
    reasons: Mapping[str, Mapping[str, str]]
    line_rounding: LineRounding

    def uses_of(self, contract: ContractRow) -> list[RegisterUse]:
        """
        Return the registers of a contract over the period.
        """
        own = self.shared_uses.get(contract.contract_id)
        return self.closed.of(contract).uses.get(contract.place, []) if own is None else own

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
    period = Period(run.period_start, run.period_end)
    known = contracts_of(account_ids=account_ids, period=period)
    days = days_of(
        contracts=[contract for rows in known.values() for contract in rows],
        run=run,
        period=period,
        parts=parts or {},
    )
    contracts = {
        account_id: left
        for account_id, rows in known.items()
        if (left := [contract for contract in rows if contract.contract_id in days])
    }
    everything = [contract for rows in contracts.values() for contract in rows]
    pricing_of = partial(
        pricing, taxes=plans.taxes, currency=run.currency, line_rounding=line_rounding
    )
    prices = _prices(everything, days, period, pricing_of)
    priced = [(one, prices[one.contract_id]) for one in everything if one.contract_id in prices]
    hours = hours_of(priced=priced, days=days, period=period, timetables=plans.timetables)
    uses, by_hour = _read_and_measured(
        metering.register_uses(
            supply_point_ids={contract.supply_point_id for contract in everything},
            period=period,
            received_until=received_until,
            seen=late_readings.seen_at(contracts=everything, before=period.start)
            if plans.late_on_next_bill
            else {},
        ),
        {
            one.place: hours[one.contract_id].quantities
            for one in everything
            if one.contract_id in hours
        },
    )
    virtual = {place for place, found in uses.items() if any(use.is_virtual for use in found)}
    past = past_estimates.read(
        # What a sub-meter was estimated at comes right with the next allocation.
        contracts=[contract for contract in everything if contract.place not in virtual],
        days=days,
        before=max((own.start for own in days.values()), default=period.start),
        plans=plans.estimates,
        received_until=received_until,
    )
    closed = close_each(
        contracts=everything,
        days=days,
        uses=uses,
        past=past,
        period=period,
        plans=plans.estimates,
        received_until=received_until,
    )
    in_buildings = [contract for contract in everything if contract.place in virtual]
    shares = _shares(in_buildings, period, plans, received_until)
    return ChunkInputs(
        holders=holders_of(account_ids=account_ids, issue_date=run.issue_date),
        contracts=contracts,
        closed=closed,
        prices=prices,
        corrected=past_estimates.corrected(
            contracts=everything,
            closed_of=closed.of,
            past=past,
            pricing_of=pricing_of,
            conversions=plans.conversions,
            charged_since=charged_since(
                issue_date=run.issue_date, months=plans.back_billing_months
            ),
        ),
        conversions=plans.conversions,
        period=period,
        days=days,
        billed_ids=frozenset(known) - frozenset(contracts),
        is_apart=bool(parts),
        charges=waiting(contracts=contracts, until=run.issue_date, taxes=plans.taxes),
        shares=shares,
        shared_uses=_shared_uses(in_buildings, closed, shares, days, period, plans),
        hours=hours,
        by_hour=by_hour,
        earlier=earlier_of(priced=priced, days=days),
        conditions=conditions_of(
            priced=priced, issue_date=run.issue_date, electronic_by_default=plans.electronic
        ),
        reasons=plans.reasons,
        line_rounding=line_rounding,
    )


def _read_and_measured(
    uses: dict[Place, list[RegisterUse]], measured: Mapping[Place, frozenset[str]]
) -> tuple[dict[Place, list[RegisterUse]], dict[Place, list[RegisterUse]]]:
    """
    Tell registers that are billed by readings from those that are billed by their intervals.
    """
    if not measured:
        return uses, {}
    read, by_hour = dict(uses), {}
    for place, quantities in measured.items():
        found = uses.get(place, [])
        read[place] = [use for use in found if use.quantity not in quantities]
        by_hour[place] = [use for use in found if use.quantity in quantities]
    return read, by_hour


def _prices(
    contracts: Sequence[ContractRow],
    days: Mapping[int, Period],
    period: Period,
    pricing_of: PricingOf,
) -> dict[int, ContractPrices]:
    known = pricing_of({contract.tariff_code for contract in contracts}, period)
    found = {}
    for contract in contracts:
        prices = known.of(contract, days[contract.contract_id])
        if prices is not None:
            found[contract.contract_id] = prices
    return found


def _shares(
    contracts: Sequence[ContractRow],
    period: Period,
    plans: Plans,
    received_until: datetime | None,
) -> dict[int, Share]:
    # A building is read by whole months: what its homes have of a part of one is billed with it.
    if not contracts or has_own_days(period, period=period):
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
    closed: ClosedContracts,
    shares: Mapping[int, Share],
    days: Mapping[int, Period],
    period: Period,
    plans: Plans,
) -> dict[int, list[RegisterUse]]:
    """
    Return the registers of contracts in buildings, with what each has of the building's meters.
    """
    found: dict[int, list[RegisterUse]] = {}
    for contract in contracts:
        own, plan = days[contract.contract_id], plans.allocations.get(contract.service)
        uses = found[contract.contract_id] = []
        for use in closed.of(contract).uses.get(contract.place, ()):
            share = shares.get(use.register_id)
            if not use.is_virtual:
                uses.append(use)
            elif share is None or plan is None:
                # Whatever was stored of the period, nobody can say what it is now.
                uses.append(use._replace(end_value=None))
            else:
                shown = allocation.use_of(use, share, days=own, period=period, plan=plan)
                uses.append(shown)
                closed.of(contract).closings[contract.place].append(
                    allocation.closing_of(shown, days=own)
                )
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
        hours=inputs.hours.get(contract_id, NO_HOURS),
    )


def _attribute(value: Any) -> Decimal | str:
    """
    Read an attribute as it is stored: numbers as texts, so that nothing passes through a float.
    """
    text = str(value)
    return Decimal(text) if text.replace(".", "", 1).isdigit() else text
