"""
The pretend card gateway: hosted pages, test cards, signed webhooks.

It behaves like somebody else's service: it keeps its own table, knows Mains only by a reference,
answers the same reference with the same page, and decides alone whether a page is still payable.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from mains.guard.context import PUBLIC, inside
from mains.sandbox import jobs
from mains.sandbox.models import Checkout

GOOD_CARD, DECLINED_CARD, EMPTY_CARD = "4242424242424242", "4000000000000002", "4000000000009995"
DECLINES = {DECLINED_CARD: "declined", EMPTY_CARD: "insufficient_funds"}


class PageClosed(Exception):
    """The page was paid, cancelled or has expired: nothing can be paid on it."""


@dataclass(frozen=True, slots=True)
class Page:
    """
    A hosted page; `state` is OPEN, DECLINED (payable again), PAID, CANCELLED or EXPIRED.
    """

    token: str
    merchant_name: str
    reference: str
    amount_minor: int
    currency: str
    language: str
    return_url: str
    state: str
    decline: str
    url: str


@dataclass(frozen=True, slots=True)
class Order:
    """
    What a merchant wants collected, and where the visitor and the news go afterwards.
    """

    merchant_name: str
    amount_minor: int
    currency: str
    language: str
    return_url: str
    webhook_url: str


def _page(row: Checkout) -> Page:
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    host = f"{settings.PUBLIC_SCHEME}://cards.{settings.PLATFORM_HOST}{port}"
    return Page(
        token=row.token,
        merchant_name=row.merchant_name,
        reference=row.reference,
        amount_minor=row.amount_minor,
        currency=row.currency,
        language=row.language,
        return_url=row.return_url,
        state=row.state,
        decline=row.decline,
        url=f"{host}/pay/{row.token}/",
    )


def open_page(
    *,
    merchant: str,
    reference: str,
    order: Order,
    expires_at: datetime,
    now: datetime,
) -> Page:
    """
    Open a hosted page; the same reference again returns the page as it stands.
    """
    with inside(PUBLIC), transaction.atomic():
        row, _made = Checkout.objects.get_or_create(
            merchant=merchant,
            reference=reference,
            defaults={
                "token": secrets.token_urlsafe(24),
                **asdict(order),
                "created_at": now,
                "expires_at": expires_at,
            },
        )
        return _page(row)


def find(*, merchant: str, reference: str) -> Page | None:
    """
    Return the page of a merchant's reference, or None where it was never opened.
    """
    with inside(PUBLIC):
        row = Checkout.objects.filter(merchant=merchant, reference=reference).first()
        return _page(row) if row else None


def page(*, token: str) -> Page | None:
    """
    Return the page that a visitor opened, or None.
    """
    row = Checkout.objects.filter(token=token).first()
    return _page(row) if row else None


def expire(*, merchant: str, reference: str, now: datetime) -> Page:
    """
    Close a page unless it is paid. A reference nobody opened yet is closed for good as well.
    """
    with inside(PUBLIC), transaction.atomic():
        Checkout.objects.get_or_create(
            merchant=merchant,
            reference=reference,
            defaults={
                "token": secrets.token_urlsafe(24),
                "amount_minor": 0,
                "currency": "XXX",
                "state": "EXPIRED",
                "created_at": now,
                "expires_at": now,
            },
        )
        row = Checkout.objects.select_for_update().get(merchant=merchant, reference=reference)
        if row.state in {"OPEN", "DECLINED"}:
            row.state = "EXPIRED"
            row.save(update_fields=["state"])
        return _page(row)


@transaction.atomic(durable=True)
def pay(*, token: str, card: str, now: datetime) -> Page:
    """
    Take a card on an open page: most numbers are declined as their test card says, others pay.

    The merchant hears of it by webhook after the commit.

    :raises PageClosed: if the page is no longer payable.
    """
    row = Checkout.objects.select_for_update().get(token=token)
    if row.state not in {"OPEN", "DECLINED"} or row.expires_at <= now:
        raise PageClosed(row.state)
    row.decline = DECLINES.get(card, "" if card == GOOD_CARD else "unknown_card")
    row.state = "DECLINED" if row.decline else "PAID"
    row.paid_at = None if row.decline else now
    row.save(update_fields=["state", "decline", "paid_at"])
    if row.state == "PAID":
        jobs.DELIVER.send_after_commit(checkout_id=row.pk)
    return _page(row)


@transaction.atomic(durable=True)
def cancel(*, token: str) -> Page:
    """
    Let a visitor leave without paying; a paid page stays paid.
    """
    row = Checkout.objects.select_for_update().get(token=token)
    if row.state in {"OPEN", "DECLINED"}:
        row.state = "CANCELLED"
        row.save(update_fields=["state"])
        jobs.DELIVER.send_after_commit(checkout_id=row.pk)
    return _page(row)
