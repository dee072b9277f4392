"""What contracts used on the days that they are billed for: as it was read, measured or shared."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from mains.billing.inputs import late_readings, past_estimates
from mains.billing.inputs.closing import ClosedContracts, close_each
from mains.billing.inputs.contracts import ContractRow, supplies_at
from mains.billing.inputs.hours import hours_of
from mains.billing.inputs.past_estimates import PastEstimates
from mains.billing.inputs.plans import Plans
from mains.billing.inputs.standing import Priced
from mains.billing.rules.drafting import Hours
from mains.core.calendars import Period
from mains.metering import allocation
from mains.metering import queries as metering
from mains.metering.closed import Closed, Place
from mains.metering.own_days import has_own_days
from mains.metering.queries import RegisterUse
from mains.metering.rules.allocating import Share


@dataclass(frozen=True, slots=True)
class Counted:
    """
    What contracts used, and the earlier estimates that this sets right.

    `shares` of a building's meters are by the home's virtual register, and `shared_uses` by the id
    of a contract that has some; `hours` are by contract id, and so are the registers `by_hour` that
    are billed by their intervals.
    """

    closed: ClosedContracts
    past: PastEstimates
    hours: Mapping[int, Hours]
    by_hour: Mapping[int, Sequence[RegisterUse]]
    shares: Mapping[int, Share]
    shared_uses: Mapping[int, list[RegisterUse]]

    def uses_of(self, contract: ContractRow) -> list[RegisterUse]:
        """
        Return the registers of a contract over the period.
        """
        own = self.shared_uses.get(contract.contract_id)
        return self.closed.of(contract).uses.get(contract.place, []) if own is None else own


def count_each(
    *,
    contracts: Sequence[ContractRow],
    days: Mapping[int, Period],
    priced: Priced,
    plans: Plans,
    received_until: datetime | None,
) -> Counted:
    """
    Count what contracts used that are billed beside the regular runs, each for days of its own.

    Days that begin and end with a month are read like the regular bills around them, so that
    nothing is left between them.
    """
    groups: dict[Period, list[ContractRow]] = defaultdict(list)
    for one in contracts:
        groups[days[one.contract_id]].append(one)
    found = [
        (
            group,
            count(
                contracts=group,
                days=days,
                period=own,
                priced=[one for one in priced if days[one[0].contract_id] == own],
                plans=plans,
                received_until=received_until,
            ),
        )
        for own, group in groups.items()
    ]
    return _together(found)


def _together(found: Sequence[tuple[Sequence[ContractRow], Counted]]) -> Counted:
    uses: dict[Period, dict[Place, Sequence[RegisterUse]]] = defaultdict(dict)
    for _group, one in found:
        for period, known in one.past.uses.items():
            uses[period] |= known
    counted = [one for _group, one in found]
    return Counted(
        closed=ClosedContracts(
            Closed({}),
            {row.contract_id: one.closed.of(row) for group, one in found for row in group},
        ),
        past=PastEstimates([each for one in counted for each in one.past.estimated], uses),
        hours={key: each for one in counted for key, each in one.hours.items()},
        by_hour={key: each for one in counted for key, each in one.by_hour.items()},
        shares={key: each for one in counted for key, each in one.shares.items()},
        shared_uses={key: each for one in counted for key, each in one.shared_uses.items()},
    )


def count(
    *,
    contracts: Sequence[ContractRow],
    days: Mapping[int, Period],
    period: Period,
    priced: Priced,
    plans: Plans,
    received_until: datetime | None,
) -> Counted:
    """
    Count what contracts used on their `days` of a period.

    What nobody read is estimated by the plan of its service; estimates billed before are set right;
    homes of a building get their shares of what its meters measured. Readings that were received
    after `received_until` are not seen.
    """
    hours = hours_of(priced=priced, days=days, period=period, timetables=plans.timetables)
    uses, by_hour = _uses(contracts, period, hours, plans, received_until)
    virtual = {place for place, found in uses.items() if any(use.is_virtual for use in found)}
    past = past_estimates.read(
        # What a sub-meter was estimated at comes right with the next allocation.
        contracts=[contract for contract in contracts if contract.place not in virtual],
        days=days,
        before=max((days[one.contract_id].start for one in contracts), default=period.start),
        plans=plans.estimates,
        received_until=received_until,
    )
    closed = close_each(
        contracts=contracts,
        days=days,
        uses=uses,
        past=past,
        period=period,
        plans=plans.estimates,
        received_until=received_until,
    )
    in_buildings = [contract for contract in contracts if contract.place in virtual]
    shares = _shares(in_buildings, period, plans, received_until)
    return Counted(
        closed=closed,
        past=past,
        hours=hours,
        by_hour={one.contract_id: by_hour[one.place] for one in contracts if one.place in by_hour},
        shares=shares,
        shared_uses=_shared_uses(in_buildings, closed, shares, days, period, plans),
    )


def _uses(
    contracts: Collection[ContractRow],
    period: Period,
    hours: Mapping[int, Hours],
    plans: Plans,
    received_until: datetime | None,
) -> tuple[dict[Place, list[RegisterUse]], dict[Place, list[RegisterUse]]]:
    """
    Return the registers that are billed by readings, and those that are billed by their intervals.
    """
    return _read_and_measured(
        metering.register_uses(
            supply_point_ids={contract.supply_point_id for contract in contracts},
            period=period,
            received_until=received_until,
            seen=late_readings.seen_at(contracts=contracts, before=period.start)
            if plans.late_on_next_bill
            else {},
        ),
        {
            one.place: hours[one.contract_id].quantities
            for one in contracts
            if one.contract_id in hours
        },
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
