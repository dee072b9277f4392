"""Earlier bills that rest on estimates, and what the readings since then make of them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mains.billing.inputs.contracts import ContractRow
from mains.billing.inputs.covered import used_of
from mains.billing.inputs.pricing import ContractPrices, Pricing, PricingOf
from mains.billing.rules.correcting import PastPeriod
from mains.core.calendars import Period
from mains.metering import estimates, own_days
from mains.metering import queries as metering
from mains.metering.closed import Closed, Correction, Estimated, Place
from mains.metering.estimates import Unsettled
from mains.metering.queries import RegisterUse
from mains.metering.rules.converting import Conversion, NoFactor, with_converted
from mains.metering.rules.estimating import EstimatePlan

type Uses = Mapping[Place, Sequence[RegisterUse]]
type ClosedOf = Callable[[ContractRow], Closed]


@dataclass(frozen=True, slots=True)
class PastEstimates:
    """
    The estimates that earlier bills of contracts rest on, with all uses of those bills' periods.
    """

    estimated: Sequence[Estimated]
    uses: Mapping[Period, Uses]


@dataclass(frozen=True, slots=True)
class Corrected:
    """
    What a contract's bill sets right: a period billed before, with its prices.

    `registers` are those that were estimated, with their use as billed and after all.
    """

    past: PastPeriod
    prices: ContractPrices | None
    registers: Sequence[tuple[RegisterUse, Decimal, Decimal]]

    @property
    def billed_with(self) -> Period:
        return self.past.billed_with


def read(
    *,
    contracts: Collection[ContractRow],
    days: Mapping[int, Period],
    before: date,
    plans: Mapping[str, EstimatePlan],
    received_until: datetime | None = None,
) -> PastEstimates:
    """
    Read the estimates that bills of contracts rest on, for periods that end by a day.

    `days` are those that are billed now, by contract: what is set right was billed before them.
    `plans` say how a use is shared out where a contract began or ended within such a period.
    Readings that were received after `received_until` are not seen.
    """
    found = estimates.unsettled(
        supply_point_ids={contract.supply_point_id for contract in contracts}, before=before
    )
    if not found:
        return PastEstimates((), {})
    estimated = _billed(found, contracts, days, before)
    places: dict[Period, set[int]] = defaultdict(set)
    for one in estimated:
        places[one.days].add(one.of.supply_point_id)
    return PastEstimates(
        estimated,
        {
            period: _uses(period, points, contracts, plans, received_until)
            for period, points in places.items()
        },
    )


def _uses(
    period: Period,
    points: set[int],
    contracts: Collection[ContractRow],
    plans: Mapping[str, EstimatePlan],
    received_until: datetime | None,
) -> Uses:
    """
    Return the uses of a period billed before, those of a contract that ran for a part of it as own.

    Whoever runs now and did so then is the only one at a place.
    """
    uses = metering.register_uses(
        supply_point_ids=points, period=period, received_until=received_until
    )
    own: dict[int, tuple[Place, Period]] = {}
    for contract in contracts:
        if contract.place in uses and contract.runs_in(period):
            days = contract.part_of(period)
            if own_days.has_own_days(days, period=period):
                own[contract.contract_id] = contract.place, days
    found = own_days.own_uses(
        uses=uses, days=own, period=period, plans=plans, received_until=received_until
    )
    return {**uses, **{own[contract_id][0]: one.uses for contract_id, one in found.items()}}


def _billed(
    found: Sequence[Unsettled],
    contracts: Collection[ContractRow],
    days: Mapping[int, Period],
    before: date,
) -> list[Estimated]:
    """
    Return the estimates that close days of which the contract's own account was billed the use.
    """
    contracts_at: dict[Place, list[ContractRow]] = defaultdict(list)
    for contract in contracts:
        contracts_at[contract.place].append(contract)
    first = min(one.closes for one in found)
    if first >= before:
        return []
    billed = used_of(contracts=contracts, period=Period(first, before))
    last: dict[tuple[int, Period], Estimated] = {}
    for one in found:
        for contract in contracts_at[one.supply_point_id, one.service]:
            # What closed the days of whoever lived there before is theirs.
            if one.closes < contract.start_date:
                continue
            for period in billed.of(
                contract_id=contract.contract_id, account_id=contract.account_id
            ):
                if period.contains(one.closes) and period.end <= days[contract.contract_id].start:
                    # Of several in one period the last closes it; they come in that order.
                    last[one.register_id, period] = Estimated(contract.account_id, period, one)
    return list(last.values())


def corrected(
    *,
    contracts: Collection[ContractRow],
    closed_of: ClosedOf,
    past: PastEstimates,
    pricing_of: PricingOf,
    conversions: Mapping[str, Sequence[Conversion]],
    charged_since: date | None = None,
) -> dict[int, list[Corrected]]:
    """
    Return what the bills of contracts set right, by contract, oldest period first.

    Of periods that began before `charged_since` nothing more may be claimed.
    """
    pricings: dict[tuple[Period, str], Pricing] = {}
    found: dict[int, list[Corrected]] = {}
    for contract in contracts:
        by_period: dict[Period, list[Correction]] = defaultdict(list)
        for correction in closed_of(contract).corrections.get(contract.place, ()):
            # Where one moved out and another in, it belongs to whoever was billed.
            if correction.account_id == contract.account_id and contract.runs_in(correction.days):
                by_period[correction.days].append(correction)
        for period in sorted(by_period):
            key = period, contract.tariff_code
            if key not in pricings:
                pricings[key] = pricing_of({contract.tariff_code}, period)
            uses = past.uses[period].get(contract.place, [])
            one = _corrected(
                contract,
                period,
                by_period[period],
                uses,
                pricings[key].of(contract, contract.part_of(period)),
                conversions.get(contract.service, ()),
                is_too_old=charged_since is not None and period.start < charged_since,
            )
            found.setdefault(contract.contract_id, []).append(one)
    return found


def _corrected(
    contract: ContractRow,
    period: Period,
    corrections: Sequence[Correction],
    uses: Sequence[RegisterUse],
    prices: ContractPrices | None,
    conversions: Sequence[Conversion],
    *,
    is_too_old: bool,
) -> Corrected:
    by_register = {correction.register_id: correction for correction in corrections}
    before: dict[str, Decimal] = defaultdict(Decimal)
    after: dict[str, Decimal] = defaultdict(Decimal)
    registers, is_contradictory = [], False
    for use in uses:
        known = by_register.get(use.register_id)
        used = use.used if known is None else None
        if known is not None:
            registers.append((use, known.before, known.after))
        elif used is None:
            is_contradictory = True
        before[use.quantity] += known.before if known else used or 0
        after[use.quantity] += known.after if known else used or 0
    days = contract.part_of(period)
    try:
        before = with_converted(before, days=days, conversions=conversions)
        after = with_converted(after, days=days, conversions=conversions)
    except NoFactor:
        is_contradictory = True
    return Corrected(
        past=PastPeriod(
            days=days,
            billed_with=period,
            parts=prices.parts if prices else (),
            is_contradictory=is_contradictory,
            before=before,
            after=after,
            is_too_old=is_too_old,
        ),
        prices=prices,
        registers=registers,
    )
