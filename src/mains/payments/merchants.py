"""A company as its gateways know it: at which of its ways to pay, with which keys."""

from mains.payments.gateways import gateway
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable, Merchant
from mains.tenancy.models import TenantState
from mains.tenancy.queries import TenantInfo
from mains.tenancy.secrets import SecretMissing, secret_at
from mains.tenancy.tenantfile.money import Gateway as Choice


def taking(*, tenant: TenantInfo, company: str) -> list[Choice]:
    """
    Return the ways that are there for bills of a company with all its services, offered or not.
    """
    services = {one.code for one in tenant.file.services if one.company == company}
    ways = tenant.file.payments.gateways
    return [one for one in ways if one.takes(company=company, services=services)]


def merchant(*, tenant: TenantInfo, kind: str, company: str, title: str = "") -> Merchant:
    """
    Return a company of a tenant as a gateway knows it.

    Also where the gateway is no longer offered: what was begun there has to be settled.

    :raises GatewayRefused: if the tenant never had it, or it only pretends.
    :raises GatewayUnavailable: if its secret is not where the configuration says.
    """
    choice = _choice(tenant, kind, company)
    if choice is None:
        raise GatewayRefused(f"{tenant.schema_name} has no {kind}.")
    return merchant_at(choice, tenant=tenant, company=company, title=title)


def merchant_at(choice: Choice, *, tenant: TenantInfo, company: str, title: str = "") -> Merchant:
    """
    Return a company of a tenant as it is known at one of its ways to pay.

    :raises GatewayRefused: if it only pretends.
    :raises GatewayUnavailable: if its secret is not where the configuration says.
    """
    try:
        found = Merchant(
            name=f"{tenant.schema_name}:{company}",
            title=title,
            account=choice.account,
            secret=secret_at(choice.secret, tenant=tenant),
            webhook_secrets=tuple(
                secret_at(place, tenant=tenant) for place in choice.webhook_secrets
            ),
        )
    except SecretMissing as error:
        raise GatewayUnavailable(str(error)) from error
    # Where money is owed anybody could pay with a test card.
    if tenant.state == TenantState.LIVE and not gateway(choice.kind).moves_money(found):
        raise GatewayRefused(f"{tenant.schema_name} is live, and {choice.kind} only pretends.")
    return found


def only_pretends(choice: Choice, *, tenant: TenantInfo, company: str) -> bool:
    """
    Tell whether a company's way to pay moves no money though the utility is live.
    """
    try:
        merchant_at(choice, tenant=tenant, company=company)
    except GatewayRefused:
        return True
    except GatewayUnavailable:
        pass
    return False


def _choice(tenant: TenantInfo, kind: str, company: str) -> Choice | None:
    """
    Return the way of a kind at which a company is paid: of two the one that is offered.
    """
    choices = [one for one in tenant.file.payments.gateways if one.kind == kind]
    fitting = [one for one in taking(tenant=tenant, company=company) if one.kind == kind]
    fitting.sort(key=lambda one: not one.available)
    narrower = [one for one in choices if one.takes(company=company)]
    return next(iter((*fitting, *narrower, *choices)), None)
