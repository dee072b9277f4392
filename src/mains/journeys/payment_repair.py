"""Find a payment that is stuck, see what the gateway says of it, and put it right."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from mains.core.money import Money
from mains.core.typed import NotAnAmount, parse_amount
from mains.payments import refunding, settling
from mains.payments.charges import ask_there
from mains.payments.gateways import gateway
from mains.payments.gateways.base import Ability, GatewayRefused, GatewayUnavailable, Notice
from mains.payments.models import OPEN_STATES, GatewayEvent, Payment, PaymentAttempt
from mains.tenancy.queries import TenantInfo

# Whoever pays is through within minutes; what is open longer is looked at.
STUCK_AFTER = timedelta(minutes=15)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """
    An attempt in a list: who wanted to pay what, when, and how it stands here.
    """

    token: str
    state: str
    gateway: str
    amount: Money
    email: str
    bills: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    received_at: datetime
    event_id: str
    outcome: str
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class Back:
    """
    Money of a payment that went back or came again.
    """

    kind: str
    amount: Money
    when: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What is known here of a payment, what its gateway says now, and what it told before.

    `theirs` is empty where the gateway is silent, and `refused` where it does not know the charge.
    Of a debit in a bank's file, named by `file_name`, there is nobody to ask.
    """

    found: Found
    file_name: str
    bill_ids: tuple[int, ...]
    failure: str
    gateway_reference: str
    theirs: str
    their_amount: Money | None
    events: list[EventRow]
    payment_id: int | None
    backs: list[Back]
    refundable: Money | None


def search(*, text: str, language: str) -> list[Found]:
    """
    Return the attempts that an amount, e-mail address, bill number or reference leads to, newest
    first; nothing for less than three characters.
    """
    plain = text.strip()
    if len(plain) < 3:
        return []
    wanted = (
        Q(email__iexact=plain)
        | Q(parts__bill__number__iexact=plain)
        | Q(gateway_reference=plain)
        | Q(token__startswith=plain)
    )
    try:
        typed = parse_amount(plain, language=language)
    except NotAnAmount:
        pass
    else:
        # What the payer was charged, or what of it pays bills.
        amounts = {int(typed * 100), int(typed)}
        wanted |= Q(amount_minor__in=amounts) | Q(without_fee__in=amounts)
    rows = PaymentAttempt.objects.alias(without_fee=F("amount_minor") - F("fee_minor"))
    return _listed(rows.filter(wanted, refunds=None).distinct())


def stuck(*, now: datetime) -> list[Found]:
    """
    Return the attempts whose end is not known long after it should be, and those that bring a
    payer nowhere, the newest first.
    """
    rows = PaymentAttempt.objects.filter(
        state__in=OPEN_STATES, created_at__lt=now - STUCK_AFTER, refunds=None, file_name=""
    )
    return _listed(rows)


def strange_events() -> list[EventRow]:
    """
    Return genuine webhooks that nothing here fits, the newest first.
    """
    rows = GatewayEvent.objects.filter(Q(processed_at=None) | Q(outcome="unknown reference"))
    return [_event(row) for row in rows.order_by("-received_at")[:_MOST]]


def _listed(rows: QuerySet[PaymentAttempt]) -> list[Found]:
    rows = rows.prefetch_related("parts__bill").order_by("-created_at")[:_MOST]
    return [_found(row) for row in rows]


def _found(row: PaymentAttempt) -> Found:
    return Found(
        token=row.token,
        state=row.state,
        gateway=row.gateway,
        amount=Money(row.amount_minor, row.currency),
        email=row.email,
        bills=", ".join(part.bill.number for part in row.parts.all()),
        created_at=row.created_at,
    )


def _event(row: GatewayEvent) -> EventRow:
    return EventRow(row.received_at, row.event_id, row.outcome, row.processed_at is None)


def standing(*, token: str) -> Standing | None:
    """
    Return how a payment stands here and at its gateway, which is asked now; None if unknown.
    """
    row = (
        PaymentAttempt.objects.filter(token=token, refunds=None)
        .select_related("company", "mandate", "payment")
        .prefetch_related("parts__bill")
        .first()
    )
    if row is None:
        return None
    theirs, minor = _asked(row)
    payment: Payment | None = getattr(row, "payment", None)
    return Standing(
        found=_found(row),
        file_name=row.file_name,
        bill_ids=tuple(part.bill_id for part in row.parts.all()),
        failure=row.failure,
        gateway_reference=row.gateway_reference,
        theirs=theirs,
        their_amount=Money(minor, row.currency) if minor is not None else None,
        events=[_event(one) for one in _events(row)],
        payment_id=payment.pk if payment else None,
        backs=_backs(payment) if payment else [],
        refundable=_refundable(row, payment),
    )


def _asked(row: PaymentAttempt) -> tuple[str, int | None]:
    if row.file_name:
        return "", None
    try:
        notice = _news(row)
    except GatewayUnavailable:
        return "", None
    except GatewayRefused:
        return "refused", None
    return str(notice.state), notice.amount_minor


def _news(row: PaymentAttempt) -> Notice:
    return ask_there(row, lambda there, charge: there.ask(charge, known_as=row.gateway_reference))


def _events(row: PaymentAttempt) -> QuerySet[GatewayEvent]:
    near = GatewayEvent.objects.filter(
        gateway=row.gateway, received_at__gte=row.created_at - timedelta(hours=1)
    )
    return near.filter(body__contains=row.token).order_by("received_at")[:_MOST]


def _backs(payment: Payment) -> list[Back]:
    rows = payment.reversals.order_by("received_at", "pk")
    return [
        Back(one.kind, Money(one.amount_minor, one.currency), one.received_at, one.note)
        for one in rows
    ]


def _refundable(row: PaymentAttempt, payment: Payment | None) -> Money | None:
    if payment is None or row.file_name:
        return None
    if Ability.REFUND not in gateway(row.gateway).abilities:
        return None
    left = refunding.left_minor(payment=payment)
    return Money(left, payment.currency) if left > 0 else None


def attempt(*, token: str) -> Found | None:
    """
    Return an attempt as lists show it, without asking its gateway; None where there is none.
    """
    row = PaymentAttempt.objects.filter(token=token, refunds=None).first()
    return _found(row) if row else None


def recheck(*, token: str, now: datetime, today: date) -> bool:
    """
    Ask the gateway once more, also about what was closed here, and book what it says was paid;
    tell whether that changed how the payment stands.

    :raises GatewayUnavailable: if the gateway does not answer.
    """
    row = PaymentAttempt.objects.select_related("company", "mandate").get(token=token, refunds=None)
    if row.file_name:
        return False
    before = row.state
    notice = _news(row)
    attempt = settling.settle(notice=notice, now=now, today=today)
    return attempt is not None and attempt.state != before


def refund(
    *,
    tenant: TenantInfo,
    token: str,
    amount: Money,
    request_key: str,
    by: str,
    approved: bool = False,
    now: datetime,
    today: date,
) -> None:
    """
    Give a part of a payment back by the way it came.

    :raises NotRefundable: if its gateway cannot, or nothing was paid in this currency.
    :raises TooMuchBack: if less is left of it.
    :raises TooMuchAlone: if with it more of the payment went back than one person may give.
    """
    payment = Payment.objects.filter(attempt__token=token, currency=amount.currency).first()
    if payment is None:
        raise refunding.NotRefundable(token)
    refunding.refund(
        payment_id=payment.pk,
        amount_minor=amount.minor,
        request_key=request_key,
        by=by,
        most_minor=None if approved else _most_alone(tenant, payment.currency),
        now=now,
        today=today,
    )


def _most_alone(tenant: TenantInfo, currency: str) -> int | None:
    limit = tenant.file.approvals.refund_limit
    if limit is None:
        return None
    # What the limit is worth in another currency nobody knows here, so any amount is large.
    is_own = currency == tenant.file.locale.currency
    return Money.round_from(limit, currency).minor if is_own else 0
