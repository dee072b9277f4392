"""
Cards that customers store at a gateway, so that what they owe is collected with nobody there.

A stored card is a mandate: it is written down before the gateway's page is opened, confirmed once
by the gateway's news, and ends like any other. Nothing of the card itself is ever here.
"""

import secrets
from datetime import date, datetime

from mains.audit.actions import record
from mains.core.transactions import owns_transaction
from mains.customers.models import Account, Mandate, Scheme
from mains.payments.charges import PAGE_LIFE
from mains.payments.gateways import gateway
from mains.payments.gateways.base import (
    Charge,
    ChargeState,
    GatewayRefused,
    GatewayUnavailable,
    StoredCard,
)
from mains.payments.merchants import MerchantAccount, account_of_today, accounts_of, merchant
from mains.payments.offering import services_of
from mains.tenancy.queries import TenantInfo, current_tenant


class AlreadyCollected(Exception):
    """A mandate of the account is in force; it ends before another begins."""


def start(
    *,
    account_id: int,
    kind: str,
    limit_minor: int | None,
    holder: str,
    email: str,
    language: str,
    today: date,
) -> str:
    """
    Open the page on which a card is stored for an account, and return its address.

    Begun again, the page that is open is replaced by a new one; what was stored on neither is
    nothing. `limit_minor` is what is collected of one bill at the most.

    :raises AlreadyCollected: if a mandate is in force.
    :raises GatewayUnavailable: if the gateway does not answer.
    :raises GatewayRefused: if it refuses.
    """
    tenant = current_tenant()
    mandate = _reserve(tenant, account_id, kind, limit_minor, holder, today)
    started = gateway(kind).store_card(
        charge_of(mandate=mandate, tenant=tenant, email=email, language=language)
    )
    _remember(mandate_id=mandate.pk, reference=started.gateway_reference)
    return started.page_url


@owns_transaction
def _reserve(
    tenant: TenantInfo,
    account_id: int,
    kind: str,
    limit_minor: int | None,
    holder: str,
    today: date,
) -> Mandate:
    rows = Account.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    account = rows.get(pk=account_id)
    if in_force(account_id=account_id, on=today) is not None:
        raise AlreadyCollected(account_id)
    Mandate.objects.filter(account=account, confirmed=False).delete()
    there = account_of_today(tenant=tenant, kind=kind, company=account.company.code)
    return Mandate.objects.create(
        account=account,
        reference=f"CARD-{secrets.token_urlsafe(20)}",
        scheme=Scheme.CARD,
        holder=holder[:160],
        gateway=kind,
        merchant_account=there.name,
        key_place=there.key_place,
        limit_minor=limit_minor,
        signed_date=today,
        start_date=today,
        confirmed=False,
    )


def charge_of(*, mandate: Mandate, tenant: TenantInfo, email: str, language: str) -> Charge:
    """
    Return what a gateway is told of a card that is to be stored; it collects nothing.
    """
    account = mandate.account
    company = account.company
    return Charge(
        reference=mandate.reference,
        merchant=merchant(
            tenant=tenant,
            kind=mandate.gateway,
            company=company.code,
            title=company.name,
            account=_stored_in(mandate),
        ),
        amount_minor=0,
        currency=account.currency,
        language=language,
        text=account.number,
        email=email,
        return_url=f"{tenant.url}/autopay/back/{mandate.reference}/",
        webhook_url=f"{tenant.url}/webhooks/{mandate.gateway}/{company.code}/",
        payable_for=PAGE_LIFE,
    )


def account_with(
    *, mandate: Mandate, tenant: TenantInfo, company: str, bill_id: int
) -> MerchantAccount | None:
    """
    Return the account in which a mandate's card is charged for a bill, or None where none takes it:
    where the card was stored, or by its next key, otherwise the first one.
    """
    services = services_of(tenant=tenant, company=company, bill_ids=[bill_id])[bill_id]
    found = accounts_of(tenant=tenant, kind=mandate.gateway, company=company, services=services)
    there = _stored_in(mandate)
    if there in found:
        return there
    same = [one for one in found if one.name == there.name != ""]
    return next(iter(same or found), None)


def _stored_in(mandate: Mandate) -> MerchantAccount:
    return MerchantAccount(mandate.merchant_account, mandate.key_place)


def ask(*, reference: str, language: str, now: datetime, today: date) -> None:
    """
    Ask the gateway whether a card was stored when its holder comes back; silence changes nothing.
    """
    mandate = (
        Mandate.objects.select_related("account__company")
        .filter(reference=reference, confirmed=False)
        .first()
    )
    if mandate is None:
        return
    try:
        charge = charge_of(mandate=mandate, tenant=current_tenant(), email="", language=language)
        news = gateway(mandate.gateway).ask_stored(charge, known_as=mandate.page_reference)
    except (GatewayUnavailable, GatewayRefused):
        # What nobody knows of is stored nowhere; its holder begins anew.
        return
    settle(news=news, gateway=mandate.gateway, now=now, today=today)


@owns_transaction
def settle(*, news: StoredCard, gateway: str, now: datetime, today: date) -> bool:
    """
    Put a mandate in force once its card is stored, and tell whether the mandate is known.

    Again, or after it ended, nothing changes; a second card while another mandate is in force is
    not taken.
    """
    mandate = (
        Mandate.objects.select_for_update(of=("self",))
        .filter(reference=news.reference, gateway=gateway)
        .first()
    )
    if mandate is None:
        return False
    if mandate.confirmed or news.state is not ChargeState.SUCCEEDED:
        return True
    if in_force(account_id=mandate.account_id, on=today) is not None:
        return True
    mandate.card, mandate.card_label = news.card, news.label[:40]
    mandate.card_until, mandate.confirmed = news.good_until, True
    mandate.signed_date = mandate.start_date = today
    mandate.save()
    record(
        action="mandate.confirmed",
        subject=f"mandate:{mandate.pk}",
        actor=f"gateway:{gateway}",
        detail={"account": mandate.account_id},
        now=now,
    )
    return True


def in_force(*, account_id: int, on: date) -> Mandate | None:
    """
    Return the mandate by which an account is collected on a day, paused or not, or None.
    """
    rows = Mandate.objects.filter(account_id=account_id, confirmed=True, start_date__lte=on)
    return rows.exclude(end_date__lte=on).first()


@owns_transaction
def _remember(*, mandate_id: int, reference: str) -> None:
    Mandate.objects.filter(pk=mandate_id).update(page_reference=reference)
