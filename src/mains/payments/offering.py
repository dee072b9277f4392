"""Which ways to pay a tenant offers now."""

from collections.abc import Collection

from mains.tenancy.models import TenantState
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.money import Gateway, GatewayKind


def offered(*, tenant: TenantInfo, company: str, services: Collection[str] = ()) -> list[Gateway]:
    """
    Return the ways in which bills of a company with these services are paid, in the tenant's order.
    """
    choice = tenant.file.payments
    if not choice.enabled:
        return []
    return [
        one
        for one in choice.gateways
        if one.available
        and one.takes(company=company, services=services)
        and not only_pretends(tenant=tenant, kind=one.kind)
    ]


def only_pretends(*, tenant: TenantInfo, kind: str) -> bool:
    """
    Tell whether a gateway moves no money where money is owed: with test cards anybody could pay.
    """
    return kind == GatewayKind.SANDBOX and tenant.state == TenantState.LIVE
