"""
Give money back, and take in that somebody else did: refunds, chargebacks, and chargebacks won.

Each is a payment of its own with a negative amount, so what is owed on a bill follows by itself. A
refund is an attempt that is committed before the gateway hears of it; a chargeback is news.
"""

import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Sum

from mains.audit.actions import record
from mains.core.transactions import inside_transaction, owns_transaction
from mains.payments import receipts, reversing
from mains.payments.charges import charge_of
from mains.payments.gateways import gateway
from mains.payments.gateways.base import (
    Ability,
    Back,
    BackState,
    GatewayRefused,
    GatewayUnavailable,
    MoneyBack,
    Refund,
)
from mains.payments.models import AttemptState, Payment, PaymentAttempt, PaymentKind

# A refund has no page; this long it is asked about before people have to look at it.
ASKED_FOR = timedelta(days=10)
_UNDECIDED = (AttemptState.CREATED, AttemptState.PENDING, AttemptState.UNKNOWN)


class NotBookedYet(Exception):
    """The payment that it gives back is not booked here yet: try again later."""


class NotRefundable(Exception):
    """It was no card payment, or its gateway gives nothing back."""


class TooMuchBack(Exception):
    """More than what is left of the payment; `args` has that in minor units."""


class TooMuchAlone(Exception):
    """With it more of the payment would have gone back than one person may give."""


def refund(
    *,
    payment_id: int,
    amount_minor: int,
    request_key: str,
    by: str,
    most_minor: int | None = None,
    now: datetime,
    today: date,
) -> str:
    """
    Ask the gateway to give a part of a payment back, and return the token of the attempt.

    The same request key again is the same refund. A gateway that does not answer is asked again by
    the sweep; what it gave back is booked when it says so. `most_minor` is what may go back of the
    payment altogether, with what went back before: else a large refund is made of small ones.

    :raises NotRefundable: if the payment's gateway cannot, or says no.
    :raises TooMuchBack: if less is left of the payment.
    :raises TooMuchAlone: if more than `most_minor` would have gone back.
    """
    attempt = _reserve(payment_id, amount_minor, request_key, by, most_minor, now)
    if attempt.state in _UNDECIDED:
        ask(token=attempt.token, now=now, today=today)
    if PaymentAttempt.objects.filter(pk=attempt.pk, state=AttemptState.FAILED).exists():
        raise NotRefundable(payment_id)
    return attempt.token


@owns_transaction
def _reserve(
    payment_id: int,
    amount_minor: int,
    request_key: str,
    by: str,
    most_minor: int | None,
    now: datetime,
) -> PaymentAttempt:
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)
    made = PaymentAttempt.objects.filter(refunds=payment, payer=request_key[:64]).first()
    if made is not None:
        return made
    first = PaymentAttempt.objects.filter(payment=payment).first()
    if first is None or Ability.REFUND not in gateway(first.gateway).abilities:
        raise NotRefundable(payment_id)
    left = left_minor(payment=payment)
    if not 0 < amount_minor <= left:
        raise TooMuchBack(left)
    if most_minor is not None and payment.amount_minor - left + amount_minor > most_minor:
        raise TooMuchAlone(most_minor)
    attempt = PaymentAttempt.objects.create(
        token=secrets.token_urlsafe(24),
        gateway=first.gateway,
        company_id=first.company_id,
        state=AttemptState.CREATED,
        amount_minor=amount_minor,
        currency=payment.currency,
        refunds=payment,
        payer=request_key[:64],
        email=first.email,
        language=first.language,
        created_at=now,
        expires_at=now + ASKED_FOR,
    )
    record(
        action="payment.refund_asked",
        subject=f"payment:{payment_id}",
        actor=by,
        detail={"minor": amount_minor, "attempt": attempt.pk},
        now=now,
    )
    return attempt


def left_minor(*, payment: Payment) -> int:
    """
    Return what is left of a payment: less what went back, and what is asked to go back.
    """
    gone = payment.reversals.aggregate(total=Sum("amount_minor"))["total"] or 0
    asked = PaymentAttempt.objects.filter(refunds=payment, state__in=_UNDECIDED)
    waiting = asked.aggregate(total=Sum("amount_minor"))["total"] or 0
    return int(payment.amount_minor + gone - waiting)


def ask(*, token: str, now: datetime, today: date) -> None:
    """
    Ask the gateway to give back what was decided, or how that stands: both are one question.
    """
    attempt = (
        PaymentAttempt.objects.select_related("company", "refunds")
        .filter(token=token, refunds__isnull=False, state__in=_UNDECIDED)
        .first()
    )
    if attempt is None or attempt.refunds is None:
        return
    known_as = attempt.refunds.booking_key.partition(":")[2]
    try:
        charge = charge_of(attempt)
        news = gateway(attempt.gateway).refund(
            Refund(
                reference=attempt.token,
                merchant=charge.merchant,
                gateway_reference=known_as,
                amount_minor=attempt.amount_minor,
                currency=attempt.currency,
            )
        )
    except GatewayUnavailable:
        _note(attempt_id=attempt.pk, state=AttemptState.UNKNOWN, failure="")
        return
    except GatewayRefused as error:
        _note(
            attempt_id=attempt.pk, state=AttemptState.FAILED, failure=str(error)[:40] or "refused"
        )
        return
    book(news=news, kind=attempt.gateway, company=attempt.company.code, now=now, today=today)


def sweep(*, now: datetime, today: date) -> int:
    """
    Ask about every refund that is not decided, and return how many there were.
    """
    tokens = list(
        PaymentAttempt.objects.filter(
            refunds__isnull=False, state__in=_UNDECIDED, created_at__gt=now - ASKED_FOR
        )
        .order_by("created_at")
        .values_list("token", flat=True)
    )
    for token in tokens:
        ask(token=token, now=now, today=today)
    return len(tokens)


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
        came_again = _come_again_late(payment, news, kind, now=now, today=today)
        if attempt is not None and (came_again or attempt.state in _UNDECIDED):
            is_over = news.state is BackState.FAILED
            attempt.state = AttemptState.FAILED if is_over else AttemptState.PENDING
            attempt.failure = (news.reason or "refused")[:40] if is_over else ""
            attempt.settled_at = now if is_over else None
            attempt.save(update_fields=["state", "failure", "settled_at"])
        return came_again
    if attempt is not None and attempt.state == AttemptState.FAILED and attempt.settled_at:
        # Older news that was overtaken: what a gateway says has failed never succeeds again. What
        # it refused when it was asked has no such end, and may have been done all the same.
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
        movement=replace(
            _movement(news, kind, now=now, today=today), key=f"{_key(kind, news)}:failed"
        ),
        taken=given,
    )
    if row is not None:
        _mark_origin(payment, news)
    return row is not None


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


@owns_transaction
def _note(*, attempt_id: int, state: AttemptState, failure: str) -> None:
    rows = PaymentAttempt.objects.filter(pk=attempt_id, state__in=_UNDECIDED)
    rows.update(state=state, failure=failure)
