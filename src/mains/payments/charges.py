"""What a gateway is told of an attempt: the same each time, so that asking twice is harmless."""

from collections.abc import Callable
from datetime import timedelta

from mains.billing.models import Bill
from mains.payments.gateways import gateway
from mains.payments.gateways.base import Charge, Gateway, WrongKey
from mains.payments.merchants import MerchantKey, merchant
from mains.payments.models import PaymentAttempt
from mains.tenancy.queries import current_tenant

PAGE_LIFE = timedelta(minutes=30)


def charge_of(attempt: PaymentAttempt) -> Charge:
    """
    Return what a gateway should collect for an attempt, by the key that it was begun with.

    :raises GatewayRefused: if the tenant does not have the gateway.
    :raises WrongKey: if its secret is not where the configuration says.
    """
    return _charge(attempt, key_of(attempt))


def key_of(attempt: PaymentAttempt) -> MerchantKey:
    """
    Return by which account and key an attempt was begun.
    """
    return MerchantKey(attempt.merchant_account, attempt.key_place)


def asked[T](attempt: PaymentAttempt, ask: Callable[[Gateway, Charge], T]) -> T:
    """
    Return what a gateway answers about an attempt, asked by the key that it was begun with.

    Where that was withdrawn since, it is asked by the one that took its place.

    :raises GatewayRefused: as the gateway does, or if the tenant does not have it.
    :raises GatewayUnavailable: as the gateway does, or if neither key is good.
    """
    there = gateway(attempt.gateway)
    try:
        return ask(there, charge_of(attempt))
    except WrongKey:
        return ask(there, _charge(attempt, begun=None))


def _charge(attempt: PaymentAttempt, begun: MerchantKey | None) -> Charge:
    tenant, company = current_tenant(), attempt.company
    return Charge(
        reference=attempt.token,
        merchant=merchant(
            tenant=tenant,
            kind=attempt.gateway,
            company=company.code,
            title=company.name,
            begun=begun,
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
