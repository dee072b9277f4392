"""What each home of a building used, as its bills have it."""

from dataclasses import dataclass
from functools import partial

from mains.billing.inputs.contracts import contracts_at, supplies_at
from mains.core.calendars import Period
from mains.customers import queries as customers
from mains.customers.models import SupplyPoint
from mains.journeys.bill_run import bill_plans
from mains.metering import allocation
from mains.metering.queries import register_uses
from mains.metering.rules.allocating import Share
from mains.tenancy.queries import TenantInfo


@dataclass(frozen=True, slots=True)
class HomeShare:
    """
    A home's share of one quantity; None where it cannot be told yet. It falls to the accounts of
    `account_numbers`; what falls to nobody is not billed.
    """

    home_code: str
    address: str
    service: str
    quantity: str
    unit: str
    share: Share | None
    account_numbers: tuple[str, ...]


def shares_of(*, tenant: TenantInfo, building_id: int, period: Period) -> list[HomeShare]:
    """
    Return the shares of a building's homes over a period, by home, on the path that bills them.
    """
    plans = bill_plans(tenant.file)
    homes = {home.pk: home for home in SupplyPoint.objects.filter(building_id=building_id)}
    contracts = contracts_at(supply_point_ids=homes, period=period)
    numbers = customers.numbers_of(account_ids={contract.account_id for contract in contracts})
    found = allocation.shares(
        supply_point_ids=homes,
        period=period,
        plans=plans.allocations,
        estimates=plans.estimates,
        supplies_of=partial(supplies_at, period=period),
    )
    rows = [
        HomeShare(
            home_code=homes[point].code,
            address=homes[point].address,
            service=service,
            quantity=use.quantity,
            unit=use.unit,
            share=found.get(use.register_id),
            account_numbers=tuple(
                numbers[contract.account_id][0]
                for contract in contracts
                if contract.place == (point, service)
            ),
        )
        for (point, service), uses in register_uses(supply_point_ids=homes, period=period).items()
        for use in uses
        if use.is_virtual
    ]
    return sorted(rows, key=lambda row: (row.service, row.quantity, row.home_code))
