"""Which ways to pay a tenant offers now."""

from collections.abc import Collection

from mains.billing import queries as billing
from mains.payments.merchants import only_pretends, taking
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.money import Gateway


def offered(*, tenant: TenantInfo, company: str, bill_ids: Collection[int] = ()) -> list[Gateway]:
    """
    Return the ways in which bills of a company are paid, in the tenant's order: some of its bills,
    or whatever it may bill.

    Where the utility is live, none that only pretends.
    """
    if not tenant.file.payments.enabled:
        return []
    # Most utilities never ask what a bill is for.
    is_asked = bill_ids and any(one.services for one in tenant.file.payments.gateways)
    services = billing.services(bill_ids=bill_ids) if is_asked else set()
    return [
        one
        for one in taking(tenant=tenant, company=company, services=services)
        if one.available and not only_pretends(one, tenant=tenant, company=company)
    ]


def name_of(choice: Gateway, *, tenant: TenantInfo) -> str:
    """
    Return what a way is called by who chooses it: its kind, with a number from the second on.
    """
    same = [one for one in tenant.file.payments.gateways if one.kind == choice.kind]
    number = same.index(choice) + 1
    return str(choice.kind) if number == 1 else f"{choice.kind}-{number}"
