"""What a gateway is told of an attempt: the same each time, so that asking twice is harmless."""

from datetime import timedelta

from mains.billing.models import Bill
from mains.payments.gateways.base import Charge
from mains.payments.merchants import merchant
from mains.payments.models import PaymentAttempt
from mains.tenancy.queries import current_tenant

PAGE_LIFE = timedelta(minutes=30)


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
