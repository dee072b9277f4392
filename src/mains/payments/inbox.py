"""Webhooks: verified, stored once, then settled. The answer does not wait for the settling."""

from collections.abc import Mapping
from datetime import date, datetime

from mains.core.transactions import owns_transaction
from mains.payments import actions
from mains.payments.gateways import gateway
from mains.payments.models import GatewayEvent, PaymentAttempt


def receive(
    *,
    tenant: str,
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
    """
    notice = gateway(kind).read_webhook(
        merchant=actions.merchant(tenant=tenant, company=company), body=body, headers=headers
    )
    event_id = _store(kind=kind, event_id=notice.event_id, body=body, now=now)
    if event_id is None:
        return False
    attempt = PaymentAttempt.objects.filter(
        token=notice.reference, gateway=kind, company__code=company
    ).first()
    if attempt is not None:
        actions.settle(notice=notice, now=now, today=today)
    _mark(event_id=event_id, outcome="settled" if attempt else "unknown reference", now=now)
    return True


@owns_transaction
def _store(*, kind: str, event_id: str, body: bytes, now: datetime) -> int | None:
    event, made = GatewayEvent.objects.get_or_create(
        gateway=kind,
        event_id=event_id,
        defaults={"body": body.decode("utf-8", "replace"), "received_at": now},
    )
    # Stored but not processed: the process died in between, so this delivery finishes it.
    return event.pk if made or event.processed_at is None else None


@owns_transaction
def _mark(*, event_id: int, outcome: str, now: datetime) -> None:
    GatewayEvent.objects.filter(pk=event_id).update(processed_at=now, outcome=outcome)
