"""Payments that their payers dispute: the bank takes the money back, and may give it again."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mains.core.money import Money
from mains.sandbox import webhooks
from mains.sandbox.models import Checkout, Dispute


@dataclass(frozen=True, slots=True)
class Disputed:
    """
    A dispute that can still be decided for its merchant.
    """

    token: str
    amount: Money
    created_at: datetime


def open_for(*, checkout: Checkout, now: datetime) -> None:
    """
    Take the money of a payment back, once.
    """
    row, made = Dispute.objects.get_or_create(
        checkout=checkout,
        defaults={
            "token": f"dp_{secrets.token_urlsafe(24)}",
            "amount_minor": checkout.amount_minor,
            "created_at": now,
        },
    )
    if made:
        webhooks.tell(checkout=checkout, body=webhooks.disputed(row), now=now)


def lost(*, merchant: str) -> list[Disputed]:
    """
    Return a merchant's last disputes that are not won, the latest first.
    """
    rows = Dispute.objects.filter(checkout__merchant=merchant, state="LOST")
    return [
        Disputed(row.token, Money(row.amount_minor, row.checkout.currency), row.created_at)
        for row in rows.select_related("checkout").order_by("-created_at")[:10]
    ]


@transaction.atomic(durable=True)
def win(*, merchant: str, token: str, now: datetime) -> bool:
    """
    Decide a dispute for its merchant, and tell whether it was not decided yet.
    """
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("checkout")
    row = rows.filter(checkout__merchant=merchant, token=token, state="LOST").first()
    if row is None:
        return False
    row.state = "WON"
    row.save(update_fields=["state"])
    webhooks.tell(checkout=row.checkout, body=webhooks.disputed(row), now=now)
    return True
