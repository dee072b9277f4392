"""How a gateway does: when it told something last, what waits, and when money came from it last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from mains.customers.models import Mandate
from mains.payments.merchants import MerchantAccount
from mains.payments.models import GatewayEvent, Payment, PaymentAttempt


@dataclass(frozen=True, slots=True)
class Health:
    """
    A gateway as the database knows it for some companies; instants are UTC.
    """

    told_at: datetime | None
    waiting: int
    paid_at: datetime | None
    # Something was begun there, so it has to be known as long as that can still be settled.
    is_used: bool


def health(
    *, kind: str, companies: Collection[str], apart_from: Collection[MerchantAccount] = ()
) -> Health:
    """
    Return how a gateway does for the companies of these codes, without what was begun in some
    accounts of theirs. Of messages nobody knows which account they are of.
    """
    events = GatewayEvent.objects.filter(gateway=kind, company__in=companies).aggregate(
        told=Max("received_at"), waiting=Count("pk", filter=Q(processed_at=None))
    )
    begun = Q()
    for account in apart_from:
        begun &= ~_of(account)
    attempts = PaymentAttempt.objects.filter(begun, gateway=kind, company__code__in=companies)
    cards = Mandate.objects.filter(begun, gateway=kind, account__company__code__in=companies)
    paid = Payment.objects.filter(attempt__in=attempts, kind="RECEIPT")
    return Health(
        told_at=events["told"],
        waiting=events["waiting"],
        paid_at=paid.aggregate(at=Max("received_at"))["at"],
        is_used=attempts.exists() or cards.exists(),
    )


def _of(account: MerchantAccount) -> Q:
    return Q(merchant_account=account.name, key_place=account.key_place)
