"""Which ways to pay a tenant offers now."""

from mains.tenancy.models import TenantState
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.money import Gateway, GatewayKind


def taking(*, tenant: TenantInfo, company: str) -> list[Gateway]:
    """
    Return the ways that are there for bills of a company with all its services, offered or not.
    """
    services = {one.code for one in tenant.file.services if one.company == company}
    ways = tenant.file.payments.gateways
    return [one for one in ways if one.takes(company=company, services=services)]


def offered(*, tenant: TenantInfo, company: str) -> list[Gateway]:
    """
    Return the ways in which bills of a company are paid, in the tenant's order.
    """
    if not tenant.file.payments.enabled:
        return []
    return [
        one
        for one in taking(tenant=tenant, company=company)
        if one.available and not only_pretends(tenant=tenant, kind=one.kind)
    ]


def only_pretends(*, tenant: TenantInfo, kind: str) -> bool:
    """
    Tell whether a gateway moves no money where money is owed: with test cards anybody could pay.
    """
    return kind == GatewayKind.SANDBOX and tenant.state == TenantState.LIVE
