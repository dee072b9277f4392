"""Share what the meters of a building measured among its homes."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from mains.core.calendars import Period
from mains.customers.models import SupplyPoint
from mains.metering.closed import Closing, Place, Supply
from mains.metering.models import ReadingSource
from mains.metering.queries import RegisterUse, register_uses
from mains.metering.rules.allocating import (
    AllocationPlan,
    Key,
    KeyKind,
    KeyPlan,
    NotAllocatable,
    Share,
    allocate,
    part_of,
)
from mains.metering.rules.catching_up import Shown
from mains.metering.rules.consumption import capacity
from mains.metering.rules.estimating import EstimatePlan, degree_days_of
from mains.metering.settling import close
from mains.tenancy.tenantfile import TenantFile

type SuppliesOf = Callable[[Collection[int]], Mapping[Place, Supply]]
type Uses = Mapping[Place, Sequence[RegisterUse]]


def allocation_plans_of(file: TenantFile) -> dict[str, AllocationPlan]:
    """
    Return how a utility shares the meters of buildings, by service.
    """
    return {
        service.code: AllocationPlan(
            keys=tuple(
                KeyPlan(KeyKind(key.by), key.name, key.percent) for key in service.allocation.keys
            ),
            degree_days=file.weather.by_month()
            if file.weather and service.allocation.moves == "degree_days"
            else {},
        )
        for service in file.services
        if service.allocation is not None
    }


@dataclass(frozen=True, slots=True)
class Home:
    """
    A supply point of a building, with what it may be weighed by.
    """

    supply_point_id: int
    building_id: int
    attributes: Mapping[str, object]


def shares(
    *,
    supply_point_ids: Collection[int],
    period: Period,
    plans: Mapping[str, AllocationPlan],
    estimates: Mapping[str, EstimatePlan],
    supplies_of: SuppliesOf,
    received_until: datetime | None = None,
) -> dict[int, Share]:
    """
    Return the shares of the homes of buildings that have one of the supply points.

    By the home's virtual register.

    Sub-meters that nobody read are estimated as on the bills of their homes. Where the building's
    own meters are not read, or nothing tells how to share, its homes get no share. Readings that
    were received after `received_until` are not seen.
    """
    homes = _homes(supply_point_ids)
    uses_of = partial(register_uses, period=period, received_until=received_until)
    uses = uses_of(supply_point_ids={one.supply_point_id for one in homes})
    closed = close(
        uses=uses,
        estimated=(),
        past={},
        supplies=supplies_of({one.supply_point_id for one in homes}),
        plans=estimates,
        received_until=received_until,
    )
    totals = uses_of(supply_point_ids={one.building_id for one in homes})
    found: dict[int, Share] = {}
    for group in _groups(homes, closed.uses):
        plan = plans.get(group.service)
        total = _total(totals.get((group.building_id, group.service), ()), group.quantity)
        if plan is not None and total is not None:
            found |= _allocated(total, group, plan, closed.uses)
    return found


def _homes(supply_point_ids: Collection[int]) -> list[Home]:
    buildings = SupplyPoint.objects.filter(pk__in=supply_point_ids, building__isnull=False).values(
        "building_id"
    )
    return [
        Home(*row)
        for row in SupplyPoint.objects.filter(building_id__in=buildings)
        .order_by("pk")
        .values_list("pk", "building_id", "attributes")
    ]


@dataclass(frozen=True, slots=True)
class _Group:
    """
    The homes that share one quantity of a building, each with its virtual register.
    """

    building_id: int
    service: str
    quantity: str
    members: list[tuple[Home, RegisterUse]]


def _groups(homes: Sequence[Home], uses: Uses) -> Iterator[_Group]:
    found: dict[tuple[int, str, str], list[tuple[Home, RegisterUse]]] = defaultdict(list)
    by_point = {home.supply_point_id: home for home in homes}
    for (point, service), registers in uses.items():
        for use in registers:
            if use.is_virtual:
                home = by_point[point]
                found[home.building_id, service, use.quantity].append((home, use))
    for (building_id, service, quantity), members in found.items():
        members.sort(key=lambda member: member[1].register_id)
        yield _Group(building_id, service, quantity, members)


def _total(uses: Sequence[RegisterUse], quantity: str) -> Decimal | None:
    return _sum([use for use in uses if use.quantity == quantity])


def _sum(uses: Sequence[RegisterUse]) -> Decimal | None:
    """
    Return what registers used together, or None where there is none, or one does not tell.
    """
    known = [use.used for use in uses if use.used is not None]
    return sum(known, Decimal(0)) if uses and len(known) == len(uses) else None


def _allocated(total: Decimal, group: _Group, plan: AllocationPlan, uses: Uses) -> dict[int, Share]:
    keys = []
    for key in plan.keys:
        weights = [_weight(key, home, group.service, uses) for home, _use in group.members]
        known = [weight for weight in weights if weight is not None]
        if len(known) < len(weights):
            return {}
        keys.append(Key(key.name, key.percent, known))
    step = Decimal(1).scaleb(-group.members[0][1].decimals)
    try:
        found = allocate(total, keys=keys, homes=len(group.members), step=step)
    except NotAllocatable:
        return {}
    return {
        use.register_id: share for (_home, use), share in zip(group.members, found, strict=True)
    }


def _weight(key: KeyPlan, home: Home, service: str, uses: Uses) -> Decimal | None:
    if key.kind is KeyKind.ATTRIBUTE:
        text = str(home.attributes.get(key.name, ""))
        return Decimal(text) if text.replace(".", "", 1).isdigit() else None
    registers = uses.get((home.supply_point_id, service), ())
    return _sum([use for use in registers if use.quantity == key.name and not use.is_virtual])


def use_of(
    use: RegisterUse, share: Share, *, days: Period, period: Period, plan: AllocationPlan
) -> RegisterUse:
    """
    Return what a home's virtual register shows over a contract's days within a period.

    Whoever lives there for a part of the period has the share of those days; what was stored of the
    period plays no part, so that it is the same whoever of them is billed first.
    """
    step = Decimal(1).scaleb(-use.decimals)
    weigh = _weigher(period, plan)
    whole = weigh(period)
    earlier = weigh(Period(period.start, days.start)) if days.start > period.start else Decimal(0)
    before = part_of(share.used, before=Decimal(0), within=earlier, whole=whole, step=step)
    used = part_of(share.used, before=earlier, within=weigh(days), whole=whole, step=step)
    start, end = ((use.start_value or 0) + before), ((use.start_value or 0) + before + used)
    dial = capacity(use.digits)
    return use._replace(
        start_value=start % dial,
        start_date=days.start,
        start_source=ReadingSource.ALLOCATED.value,
        end_value=end % dial,
        end_date=days.last_day,
        end_source=ReadingSource.ALLOCATED.value,
        end_is_estimated=False,
        rolled_over=end % dial < start % dial,
    )


def closing_of(use: RegisterUse, *, days: Period) -> Closing:
    """
    Return what to store of a virtual register at the end of a contract's days.
    """
    assert use.end_value is not None
    return Closing(
        use.register_id, days, Shown(use.end_value, use.rolled_over), "", is_allocated=True
    )


def _weigher(period: Period, plan: AllocationPlan) -> Callable[[Period], Decimal]:
    if degree_days_of(period, known=plan.degree_days):
        return lambda days: degree_days_of(days, known=plan.degree_days) or Decimal(0)
    return lambda days: Decimal(days.days)
