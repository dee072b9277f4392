"""
Webhooks: verified, stored once, then acted on.

What could not be acted on yet, because it came before what it is about or because the process died,
waits here and is tried again.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import structlog
from django.db.models import Q

from mains.core.transactions import owns_transaction
from mains.payments import money_back, settling, stored_cards
from mains.payments.charges import key_of
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
from mains.payments.merchants import heard, merchant
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
    asked = gateway(kind)
    _check(tenant, company, asked, body, headers)
    news = asked.read_webhook(body)
    event = _store(kind=kind, company=company, event_id=news.event_id, body=body, now=now)
    if event is None:
        return False
    _act_on(event, news, now=now, today=today)
    return True


def _check(
    tenant: TenantInfo, company: str, asked: Gateway, body: bytes, headers: Mapping[str, str]
) -> None:
    """
    Accept what one of the company's accounts there signed: by its key of today, or by the one that
    what it tells of was begun with.
    """
    reason: ForgedWebhook | None = None
    for known in heard(tenant=tenant, kind=asked.kind, company=company):
        try:
            return asked.check_webhook(merchant=known, body=body, headers=headers)
        except ForgedWebhook as forged:
            reason = reason or forged
    begun = _begun(asked, company, body)
    if begun is None or not any(key_of(begun)):
        raise reason or ForgedWebhook
    known = merchant(tenant=tenant, kind=asked.kind, company=company, begun=key_of(begun))
    return asked.check_webhook(merchant=known, body=body, headers=headers)


def _begun(asked: Gateway, company: str, body: bytes) -> PaymentAttempt | None:
    """
    Return the attempt that a webhook claims to tell of; nobody has checked yet who sent it.
    """
    try:
        news = asked.read_webhook(body)
    except (GatewayUnavailable, ValueError, LookupError, TypeError, AttributeError):
        return None
    match news:
        case Notice(reference=name):
            named = Q(token=name)
        case MoneyBack(gateway_reference=name):
            named = Q(gateway_reference=name)
        case _:
            return None
    # Whoever wrote it may have written anything.
    if not (name and name.isascii() and name.isprintable()):
        return None
    rows = PaymentAttempt.objects.filter(named, gateway=asked.kind, company__code=company)
    return rows.filter(refunds=None).first()


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
