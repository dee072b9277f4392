"""
Take in that money went back or came again: refunds, chargebacks, and chargebacks won.

Each is a payment of its own with a negative amount, so what is owed on a bill follows by itself.
"""

from dataclasses import replace
from datetime import date, datetime

from django.db.models import Sum

from mains.core.transactions import inside_transaction, owns_transaction
from mains.payments import receipts, reversing
from mains.payments.gateways.base import (
    Back,
    BackState,
    MoneyBack,
)
from mains.payments.models import (
    AttemptState,
    GatewayEvent,
    Payment,
    PaymentAttempt,
    PaymentKind,
)

# Of a refund it is not known yet whether the money went.
UNDECIDED = (AttemptState.CREATED, AttemptState.PENDING, AttemptState.UNKNOWN)


class NotBookedYet(Exception):
    """The payment that it gives back is not booked here yet: try again later."""


@owns_transaction
def book(*, news: MoneyBack, kind: str, company: str, now: datetime, today: date) -> bool:
    """
    Book what a gateway says went back, or came back after all, and tell whether it is new.

    :raises NotBookedYet: if the payment is not known here yet.
    """
    payment = (
        Payment.objects.select_for_update(of=("self",))
        .select_related("company")
        .filter(booking_key=f"{kind}:{news.gateway_reference}", company__code=company)
        .first()
    )
    if payment is None:
        raise NotBookedYet(news.gateway_reference)
    attempt = _attempt(news, payment)
    if news.state is not BackState.DONE:
        return _take_note(payment, attempt, news, kind, now=now, today=today)
    if _has_failed(news, kind):
        return False
    row = _booked(payment, news, kind, now=now, today=today)
    if attempt is not None:
        attempt.state, attempt.settled_at = AttemptState.SUCCEEDED, now
        attempt.save(update_fields=["state", "settled_at"])
    if row is not None:
        _mark_origin(payment, news)
        if row.kind == PaymentKind.REFUND:
            receipts.tell_back(payment=payment, back=row, now=now)
    return row is not None


@inside_transaction
def _take_note(
    payment: Payment,
    attempt: PaymentAttempt | None,
    news: MoneyBack,
    kind: str,
    *,
    now: datetime,
    today: date,
) -> bool:
    """
    Take in that money has not gone back, or came again, and tell whether that moved any.
    """
    is_over = news.state is BackState.FAILED
    if is_over:
        _remember_failed(payment, news, kind, now=now)
    came_again = _come_again_late(payment, news, kind, now=now, today=today)
    if attempt is not None and (came_again or attempt.state in UNDECIDED):
        attempt.state = AttemptState.FAILED if is_over else AttemptState.PENDING
        attempt.failure = (news.reason or "refused")[:40] if is_over else ""
        attempt.save(update_fields=["state", "failure"])
    return came_again


def _come_again_late(
    payment: Payment, news: MoneyBack, kind: str, *, now: datetime, today: date
) -> bool:
    """
    Book that a refund came again which its payer's bank did not take after all, up to weeks later
    (docs.stripe.com/refunds, failed refunds), and tell whether that is new.
    """
    given = payment.reversals.filter(booking_key=_key(kind, news), kind=PaymentKind.REFUND)
    if news.state is not BackState.FAILED or not given.exists():
        return False
    row = reversing.come_again(
        payment=payment,
        kind=PaymentKind.REFUND,
        movement=replace(_movement(news, kind, now=now, today=today), key=_failed_key(kind, news)),
        taken=given,
    )
    if row is not None:
        _mark_origin(payment, news)
    return row is not None


@inside_transaction
def _remember_failed(payment: Payment, news: MoneyBack, kind: str, *, now: datetime) -> None:
    """
    Keep that it failed among what was heard: what fails never succeeds again, so older news that
    were overtaken book nothing any more.
    """
    facts = {"company": payment.company.code, "received_at": now, "processed_at": now}
    GatewayEvent.objects.get_or_create(
        gateway=kind,
        event_id=_failed_key(kind, news),
        defaults={**facts, "outcome": "money back"},
    )


def _has_failed(news: MoneyBack, kind: str) -> bool:
    return GatewayEvent.objects.filter(gateway=kind, event_id=_failed_key(kind, news)).exists()


def _failed_key(kind: str, news: MoneyBack) -> str:
    return f"{_key(kind, news)}:failed"


def _key(kind: str, news: MoneyBack) -> str:
    return f"{kind}:{news.kind.lower()}:{news.key}"


def _movement(news: MoneyBack, kind: str, *, now: datetime, today: date) -> reversing.Movement:
    return reversing.Movement(
        amount_minor=news.amount_minor,
        key=_key(kind, news),
        note=news.reason,
        by=f"gateway:{kind}",
        now=now,
        today=today,
    )


def _booked(
    payment: Payment, news: MoneyBack, kind: str, *, now: datetime, today: date
) -> Payment | None:
    movement = _movement(news, kind, now=now, today=today)
    if news.kind is Back.CHARGEBACK_WON:
        taken = payment.reversals.filter(kind=PaymentKind.CHARGEBACK, amount_minor__lt=0)
        return reversing.come_again(
            payment=payment, kind=PaymentKind.CHARGEBACK, movement=movement, taken=taken
        )
    is_refund = news.kind is Back.REFUND
    back = PaymentKind.REFUND if is_refund else PaymentKind.CHARGEBACK
    return reversing.take_back(payment=payment, kind=back, movement=movement)


def _attempt(news: MoneyBack, payment: Payment) -> PaymentAttempt | None:
    if not news.reference:
        return None
    rows = PaymentAttempt.objects.select_for_update(of=("self",))
    return rows.filter(token=news.reference, refunds=payment).first()


@inside_transaction
def _mark_origin(payment: Payment, news: MoneyBack) -> None:
    """
    Let the attempt that brought the money say what became of it.
    """
    gone = payment.reversals.aggregate(total=Sum("amount_minor"))["total"] or 0
    if payment.attempt_id is None:
        return
    if news.kind is Back.CHARGEBACK:
        state = AttemptState.CHARGED_BACK
    elif payment.amount_minor + gone <= 0:
        state = AttemptState.REFUNDED
    else:
        state = AttemptState.SUCCEEDED
    PaymentAttempt.objects.filter(pk=payment.attempt_id).update(state=state)
