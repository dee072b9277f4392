"""Close what each contract of a chunk used, on its own days and by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mains.billing.inputs.contracts import ContractRow
from mains.billing.inputs.past_estimates import PastEstimates
from mains.core.calendars import Period
from mains.metering import own_days
from mains.metering.closed import Closed, Closing, Place, Supply
from mains.metering.own_days import OwnUses
from mains.metering.queries import RegisterUse
from mains.metering.rules.estimating import EstimatePlan
from mains.metering.settling import close

type Days = Mapping[int, Period]


@dataclass(frozen=True, slots=True)
class ClosedContracts:
    """
    What contracts used. Where one moves out and another in, both are at one place, and each has its
    own uses, estimates and corrections.
    """

    together: Closed
    apart: Mapping[int, Closed]

    def of(self, contract: ContractRow) -> Closed:
        """
        Return where what a contract used is found by its place.
        """
        return self.apart.get(contract.contract_id, self.together)

    def closings(self, contracts: Sequence[ContractRow]) -> tuple[list[Closing], list[int]]:
        """
        Return what to store of contracts that are billed, and the readings that this replaces.
        """
        found: dict[tuple[int, Period], Closing] = {}
        replaced: set[int] = set()
        for contract in contracts:
            closed = self.of(contract)
            replaced.update(closed.replaced_ids.get(contract.place, ()))
            for one in closed.closings.get(contract.place, ()):
                found[one.register_id, one.days] = one
        return list(found.values()), sorted(replaced)


def close_each(
    *,
    contracts: Sequence[ContractRow],
    days: Days,
    uses: Mapping[Place, Sequence[RegisterUse]],
    past: PastEstimates,
    period: Period,
    plans: Mapping[str, EstimatePlan],
    received_until: datetime | None,
) -> ClosedContracts:
    """
    Return what contracts used on their `days` of a period, closed as it was read, else estimated.

    `uses` are those of the whole period by place. Readings that were received after
    `received_until` are not seen.
    """
    own = own_days.own_uses(
        uses=uses,
        days={
            one.contract_id: (one.place, days[one.contract_id])
            for one in contracts
            if own_days.has_own_days(days[one.contract_id], period=period)
        },
        period=period,
        plans=plans,
        received_until=received_until,
    )
    groups = list(_one_at_each_place(contracts)) or [{}]
    closed = [
        _closed(group, days, uses, own, past, plans, received_until=received_until)
        for group in groups
    ]
    return ClosedContracts(
        closed[0],
        {
            contract.contract_id: found
            for group, found in zip(groups[1:], closed[1:], strict=True)
            for contract in group.values()
        },
    )


def _one_at_each_place(contracts: Sequence[ContractRow]) -> Iterator[dict[Place, ContractRow]]:
    """
    Yield contracts in groups without two at one place; one group, where nobody hands over.
    """
    waiting = list(contracts)
    while waiting:
        group: dict[Place, ContractRow] = {}
        others = [one for one in waiting if group.setdefault(one.place, one) is not one]
        yield group
        waiting = others


def _closed(
    group: Mapping[Place, ContractRow],
    days: Days,
    uses: Mapping[Place, Sequence[RegisterUse]],
    own: Mapping[int, OwnUses],
    past: PastEstimates,
    plans: Mapping[str, EstimatePlan],
    *,
    received_until: datetime | None,
) -> Closed:
    found = {}
    for place, contract in group.items():
        apart = own.get(contract.contract_id)
        if apart is not None or place in uses:
            found[place] = apart.uses if apart is not None else uses[place]
    closed = close(
        uses=found,
        estimated=[
            one
            for one in past.estimated
            if (holder := group.get((one.of.supply_point_id, one.of.service)))
            and holder.account_id == one.account_id
        ],
        past=past.uses,
        supplies={
            place: Supply(days[contract.contract_id], contract.start_date)
            for place, contract in group.items()
        },
        plans=plans,
        received_until=received_until,
    )
    for place, contract in group.items():
        if contract.contract_id in own:
            closed.closings[place] += own[contract.contract_id].closings
    return closed
