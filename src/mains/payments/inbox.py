"""
Webhooks: verified, stored once, then acted on.

What could not be acted on yet, because it came before what it is about or because the process died,
waits here and is tried again.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import structlog

from mains.core.transactions import owns_transaction
from mains.payments import money_back, settling, stored_cards
from mains.payments.gateways import UnknownGateway, gateway
from mains.payments.gateways.base import (
    ChargeState,
    ForgedWebhook,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    MoneyBack,
    News,
    Notice,
    StoredCard,
)
from mains.payments.merchants import who_may_sign
from mains.payments.models import GatewayEvent, PaymentAttempt
from mains.tenancy.queries import TenantInfo

log = structlog.get_logger()
# So long it is tried again, then people look at it.
TRIED_FOR = timedelta(days=3)


def receive(
    *,
    tenant: TenantInfo,
    company: str,
    kind: str,
    body: bytes,
    headers: Mapping[str, str],
    now: datetime,
    today: date,
) -> bool:
    """
    Take in a webhook and tell whether it is new; the same event again changes nothing.

    :raises UnknownGateway: if there is no such gateway.
    :raises ForgedWebhook: if the signature is not this merchant's, or too old; nothing is stored.
    :raises GatewayRefused: if the tenant does not have this gateway.
    :raises GatewayUnavailable: if its secret is not where the configuration says.
    """
    there = gateway(kind)
    _check(tenant, company, there, body, headers)
    news = there.read_webhook(body)
    event = _store(kind=kind, company=company, event_id=news.event_id, body=body, now=now)
    if event is None:
        return False
    _act_on(event, news, now=now, today=today)
    return True


def _check(
    tenant: TenantInfo, company: str, there: Gateway, body: bytes, headers: Mapping[str, str]
) -> None:
    """
    Accept what was signed in one of the company's accounts there.
    """
    reason = ForgedWebhook()
    for known in who_may_sign(tenant=tenant, kind=there.kind, company=company):
        try:
            return there.check_webhook(merchant=known, body=body, headers=headers)
        except ForgedWebhook as forged:
            reason = forged
    raise reason


def try_again(*, now: datetime, today: date) -> int:
    """
    Act on the events that wait, and return how many there were.
    """
    waiting = list(
        GatewayEvent.objects.filter(processed_at=None, received_at__gt=now - TRIED_FOR)
        .exclude(body="")
        .order_by("received_at", "pk")
    )
    for event in waiting:
        try:
            news = gateway(event.gateway).read_webhook(event.body.encode())
        except (UnknownGateway, GatewayUnavailable, ValueError, LookupError) as reason:
            # What nobody can read any more keeps no other waiting; people find it among what waits.
            log.warning("webhook.unread", waits=event.pk, reason=repr(reason))
            continue
        try:
            _act_on(event, news, now=now, today=today)
        except Exception:
            # Whatever is wrong with it, those after it are acted on.
            log.exception("webhook.failed", waits=event.pk)
    return len(waiting)


def _act_on(event: GatewayEvent, news: News, *, now: datetime, today: date) -> None:
    try:
        outcome = _outcome(event, news, now=now, today=today)
    except (money_back.NotBookedYet, GatewayUnavailable, GatewayRefused) as reason:
        log.warning("webhook.waits", waits=event.pk, reason=repr(reason))
        _mark(event_id=event.pk, outcome="waits", processed_at=None)
        return
    _mark(event_id=event.pk, outcome=outcome, processed_at=now)


def _outcome(event: GatewayEvent, news: News, *, now: datetime, today: date) -> str:
    match news:
        case Notice():
            attempt = PaymentAttempt.objects.filter(
                token=news.reference, gateway=event.gateway, company__code=event.company
            ).first()
            if attempt is None:
                return "unknown reference"
            settling.settle(notice=news, now=now, today=today)
            return "settled"
        case MoneyBack():
            money_back.book(
                news=news, kind=event.gateway, company=event.company, now=now, today=today
            )
            return "money back"
        case StoredCard(state=ChargeState.PROCESSING):
            # It is stored, and what it is called has to be asked for.
            stored_cards.ask(reference=news.reference, language="", now=now, today=today)
            return "card asked about"
        case StoredCard():
            known = stored_cards.settle(news=news, gateway=event.gateway, now=now, today=today)
            return "card stored" if known else "unknown reference"
        case _:
            return "nothing to us"


@owns_transaction
def _store(
    *, kind: str, company: str, event_id: str, body: bytes, now: datetime
) -> GatewayEvent | None:
    event, made = GatewayEvent.objects.get_or_create(
        gateway=kind,
        event_id=event_id,
        defaults={
            "company": company,
            "body": body.decode("utf-8", "replace"),
            "received_at": now,
        },
    )
    # Stored but not processed: the process died in between, so this delivery finishes it.
    return event if made or event.processed_at is None else None


@owns_transaction
def _mark(*, event_id: int, outcome: str, processed_at: datetime | None) -> None:
    GatewayEvent.objects.filter(pk=event_id).update(processed_at=processed_at, outcome=outcome)
