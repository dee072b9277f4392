"""Tell the merchant, as a gateway does: at least once, signed, over HTTP, in no promised order."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.error import URLError
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from mains.sandbox import jobs, signatures
from mains.sandbox.models import Checkout, Dispute, Event, Refund

log = structlog.get_logger()
TIMEOUT_SECONDS = 10
LATER = timedelta(minutes=1)
# So long a merchant that does not listen is told again.
TOLD_FOR = timedelta(days=1)


def event_of(checkout: Checkout, *, state: str = "") -> bytes:
    """
    Return the body that tells how a page stands now, or as it stood in a state before.
    """
    state = state or checkout.state
    stored = getattr(checkout, "card", None)
    return _body(
        checkout,
        id=f"evt_{checkout.pk}_{state.lower()}",
        what="card" if checkout.kind == "STORE" else "payment",
        state=state,
        failure=checkout.decline,
        card=stored.token if stored else "",
        label=stored.label if stored else "",
        good_until=stored.good_until if stored else "",
    )


def refunded(refund: Refund) -> bytes:
    """
    Return the body that tells of a refund.
    """
    return _body(
        refund.checkout,
        id=f"evt_{refund.token}",
        what="refund",
        key=refund.token,
        reference=refund.reference,
        amount_minor=refund.amount_minor,
    )


def disputed(dispute: Dispute) -> bytes:
    """
    Return the body that tells of a dispute, lost or won.
    """
    return _body(
        dispute.checkout,
        id=f"evt_{dispute.token}_{dispute.state.lower()}",
        what="dispute",
        key=dispute.token,
        state=dispute.state,
        amount_minor=dispute.amount_minor,
    )


def _body(checkout: Checkout, **about: str | int) -> bytes:
    common = {
        "page": checkout.token,
        "reference": checkout.reference,
        "amount_minor": checkout.amount_minor,
        "currency": checkout.currency,
    }
    return json.dumps({**common, **about}).encode()


def tell(*, checkout: Checkout, body: bytes, now: datetime) -> None:
    """
    Put down what a merchant is told, and how often and when, as the visitor of its page chose.
    """
    plan = {
        "ONCE": [body],
        "LATER": [body],
        "TWICE": [body, body],
        # What was true before is told after what is true now.
        "WRONG_ORDER": [body, event_of(checkout, state="OPEN")],
        "NEVER": [],
    }[checkout.news]
    due_at = now + LATER if checkout.news == "LATER" else now
    for text in plan if checkout.webhook_url else []:
        event = Event.objects.create(checkout=checkout, body=text.decode(), due_at=due_at)
        if due_at == now:
            jobs.DELIVER.send_after_commit(event_id=event.pk)


def deliver(*, event_id: int) -> None:
    """
    Send one webhook to its merchant, and note that it was taken; one that was is not sent again.
    """
    event = Event.objects.select_related("checkout").filter(pk=event_id, sent_at=None).first()
    if event is None:
        return
    _post(event.checkout, event.body.encode())
    Event.objects.filter(pk=event_id).update(sent_at=datetime.now(UTC))


def deliver_due(*, now: datetime) -> int:
    """
    Send what is due and was not taken yet, and return how many were; the others wait.
    """
    due = Event.objects.filter(sent_at=None, due_at__lte=now, due_at__gt=now - TOLD_FOR)
    taken = 0
    for event_id in list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:100]):
        try:
            deliver(event_id=event_id)
        except (URLError, OSError) as reason:
            log.info("sandbox.webhook_waits", webhook=event_id, reason=repr(reason))
        else:
            taken += 1
    return taken


def _post(checkout: Checkout, body: bytes) -> None:
    target = urlsplit(checkout.webhook_url)
    # Names under .localhost do not resolve everywhere, and the pretend gateway lives on this host.
    address = f"http://127.0.0.1:{settings.PUBLIC_PORT or 80}{target.path}"
    request = urllib.request.Request(
        address,
        data=body,
        headers={
            "Host": target.netloc,
            "Content-Type": "application/json",
            signatures.HEADER: signatures.sign(
                merchant=checkout.merchant, body=body, now=datetime.now(UTC)
            ),
        },
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
        pass
