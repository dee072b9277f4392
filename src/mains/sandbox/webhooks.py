"""Tell the merchant, as a gateway does: at least once, signed, over HTTP."""

import json
import urllib.request
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings

from mains.sandbox import signatures
from mains.sandbox.models import Checkout

TIMEOUT_SECONDS = 10


def event_of(checkout: Checkout) -> bytes:
    """
    Return the body that tells how a page stands now.
    """
    return json.dumps(
        {
            "id": f"evt_{checkout.pk}_{checkout.state.lower()}",
            "page": checkout.token,
            "reference": checkout.reference,
            "state": checkout.state,
            "amount_minor": checkout.amount_minor,
            "currency": checkout.currency,
            "failure": checkout.decline,
        }
    ).encode()


def deliver(*, checkout_id: int) -> None:
    """
    Send the webhook of a page to its merchant.
    """
    checkout = Checkout.objects.get(pk=checkout_id)
    body = event_of(checkout)
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
