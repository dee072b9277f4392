"""What a gateway is told of an attempt: the same each time, so that asking twice is harmless."""

from datetime import timedelta

from mains.billing.models import Bill
from mains.payments.gateways.base import Charge, GatewayRefused, GatewayUnavailable, Merchant
from mains.payments.models import PaymentAttempt
from mains.payments.offering import only_pretends, taking
from mains.tenancy.queries import TenantInfo, current_tenant
from mains.tenancy.secrets import SecretMissing, secret_at
from mains.tenancy.tenantfile.money import Gateway as Choice

PAGE_LIFE = timedelta(minutes=30)


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
    kind = choice.kind
    if only_pretends(tenant=tenant, kind=kind):
        raise GatewayRefused(f"{tenant.schema_name} is live, and {kind} only pretends.")
    try:
        return Merchant(
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


def _choice(tenant: TenantInfo, kind: str, company: str) -> Choice | None:
    """
    Return the way of a kind at which a company is paid: of two the one that is offered.
    """
    choices = [one for one in tenant.file.payments.gateways if one.kind == kind]
    fitting = [one for one in taking(tenant=tenant, company=company) if one.kind == kind]
    fitting.sort(key=lambda one: not one.available)
    narrower = [one for one in choices if one.takes(company=company)]
    return next(iter((*fitting, *narrower, *choices)), None)


def charge_of(attempt: PaymentAttempt) -> Charge:
    """
    Return what a gateway should collect for an attempt.

    :raises GatewayRefused: if the tenant does not have the gateway.
    :raises GatewayUnavailable: if its secret is not where the configuration says.
    """
    tenant, company = current_tenant(), attempt.company
    return Charge(
        reference=attempt.token,
        merchant=merchant(
            tenant=tenant, kind=attempt.gateway, company=company.code, title=company.name
        ),
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        language=attempt.language,
        text=_text(attempt),
        email=attempt.email,
        return_url=f"{tenant.url}/pay/result/{attempt.token}/",
        webhook_url=f"{tenant.url}/webhooks/{attempt.gateway}/{company.code}/",
        payable_for=PAGE_LIFE,
        card=attempt.mandate.card if attempt.mandate is not None else "",
    )


def _text(attempt: PaymentAttempt) -> str:
    """
    Return what stands on the payer's statement: the bills' numbers, as many as fit.
    """
    numbers = Bill.objects.filter(attempt_parts__attempt=attempt).order_by("pk")
    text = ", ".join(numbers.values_list("number", flat=True))
    return text if len(text) <= 100 else text[:97] + "..."
