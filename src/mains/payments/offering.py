"""Which ways to pay a tenant offers now."""

from mains.payments.merchants import only_pretends, taking
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.money import Gateway


def offered(*, tenant: TenantInfo, company: str) -> list[Gateway]:
    """
    Return the ways in which bills of a company are paid, in the tenant's order.

    Where the utility is live, none that only pretends.
    """
    if not tenant.file.payments.enabled:
        return []
    return [
        one
        for one in taking(tenant=tenant, company=company)
        if one.available and not only_pretends(one, tenant=tenant, company=company)
    ]
