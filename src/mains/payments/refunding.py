"""
Give money of a payment back: decided and committed here before the gateway hears of it.

What became of it is news like any other, see `money_back`.
"""

import secrets
from datetime import date, datetime, timedelta

from django.db.models import Sum

from mains.audit.actions import record
from mains.core.transactions import owns_transaction
from mains.payments import money_back
from mains.payments.charges import ask_there
from mains.payments.gateways import gateway
from mains.payments.gateways.base import (
    Ability,
    Charge,
    GatewayRefused,
    GatewayUnavailable,
    Refund,
)
from mains.payments.models import AttemptState, Payment, PaymentAttempt
from mains.payments.money_back import UNDECIDED

# A refund has no page; this long it is asked about before people have to look at it.
ASKED_FOR = timedelta(days=10)


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
    if attempt.state in UNDECIDED:
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
        merchant_account=first.merchant_account,
        key_place=first.key_place,
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
    asked = PaymentAttempt.objects.filter(refunds=payment, state__in=UNDECIDED)
    waiting = asked.aggregate(total=Sum("amount_minor"))["total"] or 0
    return int(payment.amount_minor + gone - waiting)


def ask(*, token: str, now: datetime, today: date) -> None:
    """
    Ask the gateway to give back what was decided, or how that stands: both are one question.
    """
    attempt = (
        PaymentAttempt.objects.select_related("company", "refunds")
        .filter(token=token, refunds__isnull=False, state__in=UNDECIDED)
        .first()
    )
    if attempt is None or attempt.refunds is None:
        return
    known_as = attempt.refunds.booking_key.partition(":")[2]
    try:
        news = ask_there(attempt, lambda there, charge: there.refund(_back(charge, known_as)))
    except GatewayUnavailable:
        _note(attempt_id=attempt.pk, state=AttemptState.UNKNOWN, failure="")
        return
    except GatewayRefused as error:
        _note(
            attempt_id=attempt.pk, state=AttemptState.FAILED, failure=str(error)[:40] or "refused"
        )
        return
    money_back.book(
        news=news, kind=attempt.gateway, company=attempt.company.code, now=now, today=today
    )


def _back(charge: Charge, known_as: str) -> Refund:
    return Refund(
        reference=charge.reference,
        merchant=charge.merchant,
        gateway_reference=known_as,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
    )


def sweep(*, now: datetime, today: date) -> int:
    """
    Ask about every refund that is not decided, and return how many there were.
    """
    tokens = list(
        PaymentAttempt.objects.filter(
            refunds__isnull=False, state__in=UNDECIDED, created_at__gt=now - ASKED_FOR
        )
        .order_by("created_at")
        .values_list("token", flat=True)
    )
    for token in tokens:
        ask(token=token, now=now, today=today)
    return len(tokens)


@owns_transaction
def _note(*, attempt_id: int, state: AttemptState, failure: str) -> None:
    rows = PaymentAttempt.objects.filter(pk=attempt_id, state__in=UNDECIDED)
    rows.update(state=state, failure=failure)
