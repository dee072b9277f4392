"""What a gateway is told of an attempt: the same each time, so that asking twice is harmless."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from mains.billing.models import Bill
from mains.payments.gateways import gateway
from mains.payments.gateways.base import (
    Ability,
    Charge,
    ChargeState,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    MoneyBack,
    Notice,
    StillPayable,
    WrongKey,
)
from mains.payments.merchants import (
    UNNAMED,
    MerchantAccount,
    accounts_of,
    is_offered,
    merchant,
)
from mains.payments.models import PaymentAttempt
from mains.tenancy.queries import current_tenant

log = structlog.get_logger()
PAGE_LIFE = timedelta(minutes=30)


class KeyWithdrawn(GatewayUnavailable):
    """The account it was begun in opens by no key any more, and no other one knows of it."""


def charge_of(attempt: PaymentAttempt) -> Charge:
    """
    Return what a gateway should collect for an attempt, in the account that it was begun in.

    :raises GatewayRefused: if the tenant does not have the gateway.
    :raises WrongKey: if its secret is not where it was kept.
    """
    return _charge(attempt, account_of(attempt))


def account_of(attempt: PaymentAttempt) -> MerchantAccount:
    """
    Return the account that an attempt was begun in.
    """
    return MerchantAccount(attempt.merchant_account, attempt.key_place)


def ask_there[T: Notice | MoneyBack](
    attempt: PaymentAttempt, ask: Callable[[Gateway, Charge], T]
) -> T:
    """
    Return what a gateway answers about an attempt, asked in the account that it was begun in.

    Where its key was replaced and withdrawn, those that may have taken its place are asked. What
    they do not know may be paid all the same, so none of them decides by not knowing.

    :raises GatewayRefused: as the gateway does, or if the tenant does not have it.
    :raises GatewayUnavailable: as the gateway does.
    :raises StillPayable: as the gateway does.
    :raises KeyWithdrawn: if no key is good for it any more.
    """
    there, account, tenant = gateway(attempt.gateway), account_of(attempt), current_tenant()
    try:
        return ask(there, _charge(attempt, account))
    except WrongKey:
        kind = attempt.gateway
        if account == UNNAMED or is_offered(account=account, tenant=tenant, kind=kind):
            # It has to be put right where it is.
            raise
    others = accounts_of(tenant=tenant, kind=kind, company=attempt.company.code)
    refuses_unknown = Ability.CLOSE_PAGES in there.abilities
    # One of the same name is the likeliest.
    for other in sorted(others, key=lambda one: one.name != account.name):
        # Where the name is what a gateway knows a shop by, it is the same one.
        is_same = other.name == account.name != "" and not refuses_unknown
        try:
            answer = ask(there, _charge(attempt, other))
        except (GatewayRefused, WrongKey, StillPayable) as reason:
            if is_same and not isinstance(reason, WrongKey):
                raise
            log.warning("payment.not_there", attempt=attempt.pk, reason=repr(reason))
            continue
        if is_same or refuses_unknown or _is_good(answer):
            return answer
    raise KeyWithdrawn(attempt.pk)


def _is_good(answer: Notice | MoneyBack) -> bool:
    """
    Tell whether an answer is of something that an account knows; what they do not know gateways
    that close no pages call open.
    """
    if isinstance(answer, MoneyBack):
        return True
    return answer.state in {ChargeState.SUCCEEDED, ChargeState.PROCESSING}


def _charge(attempt: PaymentAttempt, account: MerchantAccount) -> Charge:
    tenant, company = current_tenant(), attempt.company
    return Charge(
        reference=attempt.token,
        merchant=merchant(
            tenant=tenant,
            kind=attempt.gateway,
            company=company.code,
            title=company.name,
            account=account,
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
