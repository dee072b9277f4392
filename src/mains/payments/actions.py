"""
Pay bills by card on a gateway's hosted page.

The attempt is committed before the gateway hears of it, and at most one attempt is live for a
bill. Return page, webhook and sweeper all call `settle`, which books once.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.db import IntegrityError

from mains.billing.models import Bill, BillState
from mains.core.transactions import owns_transaction
from mains.payments import booking
from mains.payments.gateways import gateway
from mains.payments.gateways.base import (
    Charge,
    GatewayRefused,
    GatewayUnavailable,
    Notice,
    PageState,
)
from mains.payments.models import AttemptBill, AttemptState, PaymentAttempt

log = structlog.get_logger()
PAGE_LIFE = timedelta(minutes=30)
OPEN_STATES = (AttemptState.CREATED, AttemptState.PENDING, AttemptState.UNKNOWN)


class NothingToPay(Exception):
    """A bill is paid, zero, a credit, or not issued."""


class SeveralCompanies(Exception):
    """One attempt pays one company; a basket over two makes one attempt per company."""


class BusyElsewhere(Exception):
    """Other payers kept opening the same bills; nothing was charged here."""


@dataclass(frozen=True, slots=True)
class Basket:
    """
    What somebody wants to pay, and where to bring them back to.
    """

    bill_ids: tuple[int, ...]
    payer: str
    email: str
    language: str
    gateway: str
    tenant: str
    site: str


def start(*, basket: Basket, now: datetime, today: date) -> str:
    """
    Open a hosted page for the outstanding amount of bills and return its address.

    The same payer with the same bills gets the open page again. Anybody else's open page on one of
    the bills is expired at the gateway first; if it turns out to be paid, that is booked instead.

    :raises NothingToPay: if nothing is owed on one of the bills (any more).
    :raises SeveralCompanies: for bills of two companies.
    :raises GatewayUnavailable: if the gateway does not answer; the sweeper finds out.
    :raises GatewayRefused: if the gateway does not want this charge.
    :raises BusyElsewhere: if other payers keep coming in between.
    """
    for _ in range(20):
        try:
            attempt = _reserve(basket=basket, token=secrets.token_urlsafe(24), now=now)
        except IntegrityError:
            attempt = None
        if attempt is not None:
            page = _open_page(attempt=attempt, basket=basket)
            if page:
                return page
        else:
            _expire_live(bill_ids=basket.bill_ids, now=now, today=today)
    raise BusyElsewhere


@owns_transaction
def _reserve(*, basket: Basket, token: str, now: datetime) -> PaymentAttempt | None:
    """
    Store an attempt with its bills, or return the payer's own open one; None if others hold a bill.
    """
    bills = list(
        Bill.objects.select_for_update(of=("self",))
        .filter(pk__in=basket.bill_ids)
        .select_related("account__company")
        .order_by("pk")
    )
    owed = booking.outstanding_minor(bill_ids=[bill.pk for bill in bills])
    _check_payable(basket, bills, owed)
    live = {
        part.attempt
        for part in AttemptBill.objects.filter(bill__in=bills, live=True).select_related("attempt")
    }
    if live:
        return _own(live, basket, owed, now)
    attempt = PaymentAttempt.objects.create(
        token=token,
        gateway=basket.gateway,
        company=bills[0].account.company,
        state=AttemptState.CREATED,
        amount_minor=sum(owed[bill.pk] for bill in bills),
        currency=bills[0].currency,
        payer=basket.payer,
        email=basket.email,
        language=basket.language,
        created_at=now,
        expires_at=now + PAGE_LIFE,
    )
    AttemptBill.objects.bulk_create(
        AttemptBill(attempt=attempt, bill=bill, amount_minor=owed[bill.pk]) for bill in bills
    )
    return attempt


def _own(
    live: set[PaymentAttempt], basket: Basket, owed: dict[int, int], now: datetime
) -> PaymentAttempt | None:
    """
    Return the payer's own open attempt if it still asks for what is owed; None to replace it.
    """
    if len(live) != 1:
        return None
    attempt = next(iter(live))
    same_bills = set(attempt.parts.values_list("bill_id", flat=True)) == set(basket.bill_ids)
    still_right = attempt.amount_minor == sum(owed.values()) and attempt.expires_at > now
    return attempt if same_bills and still_right and attempt.payer == basket.payer else None


def _check_payable(basket: Basket, bills: Sequence[Bill], owed: dict[int, int]) -> None:
    if len(bills) != len(set(basket.bill_ids)) or not bills:
        raise NothingToPay(f"Bills {basket.bill_ids} are not all there.")
    for bill in bills:
        if bill.state != BillState.ISSUED or owed[bill.pk] <= 0:
            raise NothingToPay(bill.number)
    if len({bill.account.company_id for bill in bills}) > 1:
        raise SeveralCompanies(basket.bill_ids)


def _open_page(*, attempt: PaymentAttempt, basket: Basket) -> str:
    if attempt.page_url:
        return attempt.page_url
    charge = Charge(
        reference=attempt.token,
        merchant=merchant(tenant=basket.tenant, company=attempt.company.code),
        merchant_name=attempt.company.name,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        language=attempt.language,
        return_url=f"{basket.site}/pay/result/{attempt.token}/",
        webhook_url=f"{basket.site}/webhooks/{attempt.gateway}/{attempt.company.code}/",
        payable_for=PAGE_LIFE,
    )
    try:
        started = gateway(attempt.gateway).start(charge)
    except GatewayUnavailable:
        _remember_unknown(attempt_id=attempt.pk)
        raise
    except GatewayRefused:
        _close(attempt_id=attempt.pk, state=AttemptState.FAILED, failure="refused")
        raise
    return _remember_page(
        attempt_id=attempt.pk, page_url=started.page_url, reference=started.gateway_reference
    )


@owns_transaction
def _remember_page(*, attempt_id: int, page_url: str, reference: str) -> str:
    """
    Store the page of an attempt; an empty text means that the attempt was taken over meanwhile.
    """
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state not in OPEN_STATES:
        return ""
    attempt.state = AttemptState.PENDING
    attempt.page_url, attempt.gateway_reference = page_url, reference
    attempt.save(update_fields=["state", "page_url", "gateway_reference"])
    return page_url


@owns_transaction
def _remember_unknown(*, attempt_id: int) -> None:
    PaymentAttempt.objects.filter(pk=attempt_id, state=AttemptState.CREATED).update(
        state=AttemptState.UNKNOWN
    )


@owns_transaction
def _close(*, attempt_id: int, state: AttemptState, failure: str) -> None:
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state in OPEN_STATES:
        attempt.state, attempt.failure = state, failure
        attempt.save(update_fields=["state", "failure"])
        attempt.parts.update(live=False)


def _expire_live(*, bill_ids: Sequence[int], now: datetime, today: date) -> None:
    """
    Close every open page on the bills at the gateway, and book what turns out to be paid.
    """
    live = (
        PaymentAttempt.objects.filter(parts__bill_id__in=bill_ids, parts__live=True)
        .select_related("company")
        .distinct()
    )
    for attempt in live:
        notice = gateway(attempt.gateway).expire(
            merchant=_merchant_of(attempt), reference=attempt.token
        )
        settle(notice=notice, now=now, today=today)


def expire_pages_of(*, bill_ids: Sequence[int], now: datetime, today: date) -> None:
    """
    Close every open page on bills that were settled in another way.
    """
    _expire_live(bill_ids=bill_ids, now=now, today=today)


def merchant(*, tenant: str, company: str) -> str:
    """
    Return the name under which a gateway knows a company of a tenant.
    """
    return f"{tenant}:{company}"


def _merchant_of(attempt: PaymentAttempt) -> str:
    return merchant(tenant=attempt._state.schema_name, company=attempt.company.code)  # type: ignore[attr-defined]


@owns_transaction
def settle(*, notice: Notice, now: datetime, today: date) -> PaymentAttempt | None:
    """
    Bring an attempt to what the gateway says; money is booked once, however often this is called.

    Money that arrives on an attempt that was already closed here is booked too: it pays the bill if
    something is still owed, and stays as credit of the account otherwise.
    """
    attempt = (
        PaymentAttempt.objects.select_for_update(of=("self",))
        .select_related("company")
        .filter(token=notice.reference)
        .first()
    )
    if attempt is None or attempt.state == AttemptState.SUCCEEDED:
        return attempt
    if notice.state is PageState.SUCCEEDED:
        booking.book_card_payment(attempt=attempt, notice=notice, now=now, today=today)
        attempt.state, attempt.settled_at, attempt.failure = AttemptState.SUCCEEDED, now, ""
        attempt.gateway_reference = notice.gateway_reference
    elif attempt.state in OPEN_STATES and notice.state is PageState.FAILED:
        attempt.state, attempt.failure = AttemptState.FAILED, notice.failure or "cancelled"
    elif attempt.state in OPEN_STATES and notice.state is PageState.EXPIRED:
        attempt.state, attempt.failure = AttemptState.EXPIRED, "expired"
    else:
        return attempt
    attempt.save(update_fields=["state", "settled_at", "failure", "gateway_reference"])
    attempt.parts.update(live=False)
    return attempt


def ask_and_settle(*, token: str, now: datetime, today: date) -> None:
    """
    Ask the gateway how an open attempt stands and settle it; a silent gateway changes nothing.
    """
    attempt = PaymentAttempt.objects.select_related("company").filter(token=token).first()
    if attempt is None or attempt.state not in OPEN_STATES:
        return
    asked = gateway(attempt.gateway)
    try:
        notice = asked.ask(merchant=_merchant_of(attempt), reference=attempt.token)
        if notice.state is PageState.OPEN and attempt.expires_at <= now:
            notice = asked.expire(merchant=_merchant_of(attempt), reference=attempt.token)
    except GatewayUnavailable:
        log.warning("payment.gateway_silent", attempt=attempt.pk)
        if attempt.expires_at <= now:
            _remember_unknown(attempt_id=attempt.pk)
        return
    settle(notice=notice, now=now, today=today)


def sweep(*, now: datetime, today: date) -> int:
    """
    Ask about every open attempt older than a minute and return how many were asked about.
    """
    tokens = list(
        PaymentAttempt.objects.filter(
            state__in=OPEN_STATES, created_at__lt=now - timedelta(minutes=1)
        )
        .order_by("created_at")
        .values_list("token", flat=True)
    )
    for token in tokens:
        ask_and_settle(token=token, now=now, today=today)
    return len(tokens)
