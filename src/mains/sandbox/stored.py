"""Charges of stored cards with nobody there, and money that a merchant gives back."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from mains.guard.context import PUBLIC, inside
from mains.sandbox import webhooks
from mains.sandbox.cards import NEEDS_CUSTOMER, test_card
from mains.sandbox.models import Card, Checkout, Refund
from mains.sandbox.service import Order, Page, page_of


class UnknownCard(Exception):
    """No card of this merchant is charged by that name."""


class UnknownPayment(Exception):
    """Nothing was paid to this merchant under that name."""


class TooMuch(Exception):
    """More than what is left of the payment."""


@dataclass(frozen=True, slots=True)
class Given:
    """
    A refund as it stands: `token` is ours, `page` that of the payment.
    """

    token: str
    page: str
    reference: str
    amount_minor: int
    currency: str


def charge(*, merchant: str, reference: str, order: Order, card: str, now: datetime) -> Page:
    """
    Charge a stored card once; the same reference again tells how that ended.

    :raises UnknownCard: if the merchant has no such card.
    """
    with inside(PUBLIC), transaction.atomic():
        known = Checkout.objects.filter(merchant=merchant, reference=reference).first()
        if known is not None:
            return page_of(known)
        cards = Card.objects.select_related("checkout")
        stored = cards.filter(merchant=merchant, token=card).first()
        if stored is None:
            raise UnknownCard(card)
        later = test_card(stored.number).later
        row, made = Checkout.objects.get_or_create(
            merchant=merchant,
            reference=reference,
            defaults={
                "token": secrets.token_urlsafe(24),
                "kind": "CHARGE",
                "merchant_name": order.merchant_name,
                "amount_minor": order.amount_minor,
                "currency": order.currency,
                "language": order.language,
                "return_url": order.return_url,
                "webhook_url": order.webhook_url,
                "number": stored.number,
                "news": stored.checkout.news,
                "state": _state(later),
                "decline": later,
                "created_at": now,
                "expires_at": now,
                "paid_at": None if later else now,
            },
        )
        if made:
            webhooks.tell(checkout=row, body=webhooks.event_of(row), now=now)
        return page_of(row)


def _state(later: str) -> str:
    if not later:
        return "PAID"
    return "NEEDS_CUSTOMER" if later == NEEDS_CUSTOMER else "FAILED"


def refund(
    *, merchant: str, reference: str, page: str, amount_minor: int, currency: str, now: datetime
) -> Given:
    """
    Give a part of a payment back once; the same reference again tells of the same refund.

    :raises UnknownPayment: if the merchant got no such payment in this currency.
    :raises TooMuch: if less is left of it.
    """
    with inside(PUBLIC), transaction.atomic():
        row = (
            Checkout.objects.select_for_update()
            .filter(merchant=merchant, token=page, state="PAID", currency=currency)
            .first()
        )
        if row is None:
            raise UnknownPayment(page)
        known = Refund.objects.filter(merchant=merchant, reference=reference).first()
        if known is None:
            if not 0 < amount_minor <= _left(row):
                raise TooMuch(_left(row))
            known = Refund.objects.create(
                checkout=row,
                token=f"re_{secrets.token_urlsafe(24)}",
                merchant=merchant,
                reference=reference,
                amount_minor=amount_minor,
                created_at=now,
            )
            webhooks.tell(checkout=row, body=webhooks.refunded(known), now=now)
        return Given(known.token, row.token, reference, known.amount_minor, row.currency)


def _left(row: Checkout) -> int:
    given = row.refunds.aggregate(total=Sum("amount_minor"))["total"] or 0
    return int(row.amount_minor - given)
