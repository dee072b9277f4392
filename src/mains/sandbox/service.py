"""
The pretend card gateway: hosted pages, test cards, signed webhooks.

It behaves like somebody else's service: it keeps its own tables, knows Mains only by a reference,
answers the same reference with the same page, and decides alone whether a page is still payable.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from mains.guard.context import PUBLIC, inside
from mains.sandbox import disputes, webhooks
from mains.sandbox.cards import GOOD_CARD, TestCard, good_until, label, test_card
from mains.sandbox.models import Card, Checkout

__all__ = ["GOOD_CARD", "Order", "Page", "PageClosed", "answer_bank", "cancel", "expire", "find",
           "open_page", "page", "pay"]  # fmt: skip
PAYABLE = {"OPEN", "DECLINED"}
# On these it can still be paid or stored, at once or when the bank has answered.
UNDECIDED = {*PAYABLE, "AT_BANK"}
REFUSED_AT_BANK = "authentication_failed"


class PageClosed(Exception):
    """The page was paid, cancelled or has expired: nothing can be paid on it."""


@dataclass(frozen=True, slots=True)
class Page:
    """
    A hosted page, or a charge with nobody there; its states are those of `Checkout`.

    `card`, `label` and `good_until` are of the card that was stored on it.
    """

    token: str
    kind: str
    merchant: str
    merchant_name: str
    reference: str
    amount_minor: int
    currency: str
    language: str
    return_url: str
    state: str
    decline: str
    news: str
    url: str
    card: str = ""
    label: str = ""
    good_until: str = ""


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
    kind: str = "PAY"


def page_of(row: Checkout) -> Page:
    """
    Return a page as its visitor and its merchant see it.
    """
    stored = Card.objects.filter(checkout=row).first()
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    host = f"{settings.PUBLIC_SCHEME}://cards.{settings.PLATFORM_HOST}{port}"
    return Page(
        token=row.token,
        kind=row.kind,
        merchant=row.merchant,
        merchant_name=row.merchant_name,
        reference=row.reference,
        amount_minor=row.amount_minor,
        currency=row.currency,
        language=row.language,
        return_url=row.return_url,
        state=row.state,
        decline=row.decline,
        news=row.news,
        url=f"{host}/pay/{row.token}/",
        card=stored.token if stored else "",
        label=stored.label if stored else "",
        good_until=stored.good_until if stored else "",
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
        return page_of(row)


def find(*, merchant: str, reference: str) -> Page | None:
    """
    Return the page of a merchant's reference, or None where it was never opened.
    """
    with inside(PUBLIC):
        row = Checkout.objects.filter(merchant=merchant, reference=reference).first()
        return page_of(row) if row else None


def page(*, token: str) -> Page | None:
    """
    Return the page that a visitor opened, or None; a charge with nobody there has none.
    """
    row = Checkout.objects.filter(token=token).exclude(kind="CHARGE").first()
    return page_of(row) if row else None


def expire(*, merchant: str, reference: str, now: datetime) -> Page:
    """
    Close a page unless it is decided. A reference nobody opened yet is closed for good as well.
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
        if row.state in {*UNDECIDED, "NEEDS_CUSTOMER"}:
            row.state = "EXPIRED"
            row.save(update_fields=["state"])
        return page_of(row)


@transaction.atomic(durable=True)
def pay(*, token: str, card: str, now: datetime, news: str = "ONCE") -> Page:
    """
    Take a card on an open page: each test card does what it is for, other numbers are declined.

    The merchant hears of it by webhook after the commit, as `news` says.

    :raises PageClosed: if the page is no longer payable.
    """
    row = Checkout.objects.select_for_update().get(token=token)
    if row.state not in PAYABLE or row.expires_at <= now:
        raise PageClosed(row.state)
    taken = test_card(card)
    row.number, row.news, row.decline = card, news, taken.decline
    if taken.decline:
        row.state = "DECLINED"
    elif taken.asks:
        row.state = "AT_BANK"
    else:
        return _complete(row, taken, now)
    row.save(update_fields=["number", "news", "decline", "state"])
    return page_of(row)


@transaction.atomic(durable=True)
def answer_bank(*, token: str, confirmed: bool, now: datetime) -> Page:
    """
    Tell a card's bank whether its holder wants this; refused, another card can be taken.

    :raises PageClosed: if the page was closed meanwhile, or its bank asks nothing.
    """
    row = Checkout.objects.select_for_update().get(token=token)
    if row.state != "AT_BANK" or row.expires_at <= now:
        raise PageClosed(row.state)
    if confirmed:
        return _complete(row, test_card(row.number), now)
    row.state, row.decline = "DECLINED", REFUSED_AT_BANK
    row.save(update_fields=["state", "decline"])
    return page_of(row)


def _complete(row: Checkout, taken: TestCard, now: datetime) -> Page:
    row.state, row.paid_at, row.decline = "PAID", now, ""
    if row.kind == "STORE":
        row.state, row.paid_at = "STORED", None
        Card.objects.create(
            checkout=row,
            token=f"card_{secrets.token_urlsafe(24)}",
            merchant=row.merchant,
            number=row.number,
            label=label(row.number),
            good_until=good_until(now),
        )
    row.save(update_fields=["number", "news", "decline", "state", "paid_at"])
    webhooks.tell(checkout=row, body=webhooks.event_of(row), now=now)
    if taken.disputed and row.state == "PAID":
        disputes.open_for(checkout=row, now=now)
    return page_of(row)


@transaction.atomic(durable=True)
def cancel(*, token: str, now: datetime) -> Page:
    """
    Let a visitor leave without paying; a paid page stays paid.
    """
    row = Checkout.objects.select_for_update().get(token=token)
    if row.state in UNDECIDED:
        row.state = "CANCELLED"
        row.save(update_fields=["state"])
        webhooks.tell(checkout=row, body=webhooks.event_of(row), now=now)
    return page_of(row)
