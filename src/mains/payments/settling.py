"""
Bring attempts to what their gateway says: return page, webhook and sweep all do it here, once.

What a gateway did not answer stays UNKNOWN and is asked again; nothing is ever guessed.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog

from mains.core.transactions import inside_transaction, owns_transaction
from mains.payments import booking, releasing
from mains.payments.charges import KeyWithdrawn, ask_there
from mains.payments.gateways.base import (
    Charge,
    ChargeState,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    Notice,
    StillPayable,
)
from mains.payments.models import OPEN_STATES, AttemptState, PaymentAttempt

log = structlog.get_logger()
ASKED_AFTER = timedelta(minutes=1)
# Whoever opened a page and was never led to it has begun anew long before.
GIVEN_UP_AFTER = timedelta(minutes=5)
# A page that its gateway cannot close lives no longer than this after its time.
LONGEST_OPEN = timedelta(hours=1)
# A page that no key of ours can close any more is payable no longer than this.
WITHDRAWN_FOR = timedelta(days=1)
# What the gateway's news makes of an attempt that is still open; OPEN changes nothing.
_BECOMES = {
    ChargeState.PROCESSING: AttemptState.UNKNOWN,
    ChargeState.NEEDS_CUSTOMER: AttemptState.NEEDS_CUSTOMER,
    ChargeState.FAILED: AttemptState.FAILED,
    ChargeState.EXPIRED: AttemptState.EXPIRED,
}
_REASONS = {ChargeState.FAILED: "cancelled", ChargeState.EXPIRED: "expired"}
_OVER = (AttemptState.FAILED, AttemptState.EXPIRED)
_BOOKED = (AttemptState.SUCCEEDED, AttemptState.REFUNDED, AttemptState.CHARGED_BACK)


def settle(*, notice: Notice, now: datetime, today: date) -> PaymentAttempt | None:
    """
    Bring an attempt to what the gateway says; money is booked once, however often this is called.

    Money that arrives on an attempt that was already closed here is booked too: it pays the bill if
    something is still owed, and stays as credit of the account otherwise.
    """
    attempt, left_over = _settle(notice=notice, now=now, today=today)
    if attempt is not None and left_over:
        accounts = attempt.parts.values_list("bill__account_id", flat=True).distinct()
        for account_id in sorted(accounts):
            releasing.use_credit_of(account_id=account_id)
    return attempt


@owns_transaction
def _settle(*, notice: Notice, now: datetime, today: date) -> tuple[PaymentAttempt | None, int]:
    return settle_inside(notice=notice, now=now, today=today)


@inside_transaction
def settle_inside(
    *, notice: Notice, now: datetime, today: date
) -> tuple[PaymentAttempt | None, int]:
    """
    Settle an attempt together with what else happens, and return it with what of the money settled
    no bill, in minor units; the caller uses that credit.
    """
    left_over = 0
    attempt = (
        PaymentAttempt.objects.select_for_update(of=("self",))
        .select_related("company", "mandate")
        .filter(token=notice.reference, refunds=None)
        .first()
    )
    # The state of the locked row: a payment that was joined to it might be of before the lock.
    if attempt is None or attempt.state in _BOOKED:
        return attempt, left_over
    if notice.state is ChargeState.SUCCEEDED:
        left_over = booking.book_card_payment(attempt=attempt, notice=notice, now=now, today=today)
        attempt.state, attempt.settled_at, attempt.failure = AttemptState.SUCCEEDED, now, ""
        attempt.gateway_reference = notice.gateway_reference
    elif attempt.state in OPEN_STATES and notice.state in _BECOMES:
        attempt.state = _BECOMES[notice.state]
        attempt.failure = notice.failure or _REASONS.get(notice.state, "")
    else:
        return attempt, left_over
    attempt.save(update_fields=["state", "settled_at", "failure", "gateway_reference"])
    if attempt.state in (*_OVER, AttemptState.SUCCEEDED):
        attempt.parts.update(live=False)
    return attempt, left_over


def ask_and_settle(*, token: str, now: datetime, today: date) -> None:
    """
    Ask the gateway how an open attempt stands and settle it; a silent gateway changes nothing.
    """
    attempt = open_attempt(token=token)
    if attempt is None:
        return
    try:
        notice = ask_there(attempt, lambda there, charge: _notice(there, charge, attempt, now))
    except KeyWithdrawn:
        _give_up(attempt, now)
        return
    except GatewayUnavailable:
        log.warning("payment.gateway_silent", attempt=attempt.pk)
        if attempt.expires_at <= now:
            remember_unknown(attempt_id=attempt.pk)
        return
    except GatewayRefused:
        # It does not want to know of this charge, so nobody can pay it there.
        close(attempt_id=attempt.pk, state=AttemptState.FAILED, failure="refused")
        return
    if attempt.asked_at is not None:
        _asked_in_vain(attempt_id=attempt.pk, since=None)
    settle(notice=notice, now=now, today=today)


def _give_up(attempt: PaymentAttempt, now: datetime) -> None:
    """
    Let the bills of an attempt go that nobody can be asked about any more, a day after that was so
    first. What its payer did everything for, or may have been charged, waits for people.
    """
    log.warning("payment.key_withdrawn", attempt=attempt.pk)
    if attempt.asked_at is None:
        _asked_in_vain(attempt_id=attempt.pk, since=now)
    elif attempt.asked_at + WITHDRAWN_FOR <= now and attempt.state != AttemptState.UNKNOWN:
        close(attempt_id=attempt.pk, state=AttemptState.EXPIRED, failure="withdrawn")


@owns_transaction
def _asked_in_vain(*, attempt_id: int, since: datetime | None) -> None:
    PaymentAttempt.objects.filter(pk=attempt_id).update(asked_at=since)


def open_attempt(*, token: str) -> PaymentAttempt | None:
    """
    Return an attempt to pay at a gateway that is not settled yet, or None.
    """
    rows = PaymentAttempt.objects.select_related("company", "mandate").filter(
        token=token, refunds=None, file_name=""
    )
    return rows.filter(state__in=OPEN_STATES).first()


def _notice(there: Gateway, charge: Charge, attempt: PaymentAttempt, now: datetime) -> Notice:
    if charge.card and attempt.state in (AttemptState.CREATED, AttemptState.UNKNOWN):
        # Whether the gateway heard of it or not: by its reference it is charged once.
        return there.charge_stored(charge, card=charge.card)
    if not attempt.page_url and attempt.created_at <= now - GIVEN_UP_AFTER:
        # Nobody was given the address of its page, so nobody will pay there.
        return there.expire(charge, known_as=attempt.gateway_reference)
    notice = there.ask(charge, known_as=attempt.gateway_reference)
    waits = (ChargeState.OPEN, ChargeState.NEEDS_CUSTOMER)
    is_over = attempt.expires_at <= now and notice.state in waits
    if not is_over:
        return notice
    try:
        return there.expire(charge, known_as=attempt.gateway_reference)
    except StillPayable:
        if now < attempt.expires_at + LONGEST_OPEN:
            return notice
        return replace(notice, state=ChargeState.EXPIRED)


def sweep(*, now: datetime, today: date) -> int:
    """
    Ask about every open attempt older than a minute and return how many were asked about.
    """
    tokens = list(
        PaymentAttempt.objects.filter(
            state__in=OPEN_STATES, created_at__lt=now - ASKED_AFTER, refunds=None, file_name=""
        )
        .order_by("created_at")
        .values_list("token", flat=True)
    )
    for token in tokens:
        ask_and_settle(token=token, now=now, today=today)
    return len(tokens)


def expire_live(
    *, bill_ids: Collection[int], now: datetime, today: date, before_collection: bool = False
) -> None:
    """
    Close every open page on bills at its gateway, and book what turns out to be paid.

    Where the gateway cannot close a page, it ends here only: money that comes in on it all the same
    becomes credit. Before a collection that is not good enough, and collections that are under way
    are left alone.

    :raises GatewayUnavailable: if a gateway does not answer.
    :raises BeingCollected: if a bank has the order to collect one of the bills.
    :raises StillOpen: before a collection, if a page can still be paid on.
    """
    live = (
        PaymentAttempt.objects.filter(parts__bill_id__in=bill_ids, parts__live=True)
        .select_related("company")
        .distinct()
    )
    if before_collection:
        live = live.filter(mandate=None)
    for attempt in live:
        if attempt.file_name:
            raise BeingCollected(attempt.pk)
        _expire(attempt, now, today, before_collection=before_collection)


def _expire(
    attempt: PaymentAttempt, now: datetime, today: date, *, before_collection: bool
) -> None:
    try:
        notice = ask_there(
            attempt,
            lambda there, charge: there.expire(charge, known_as=attempt.gateway_reference),
        )
    except StillPayable as error:
        if before_collection:
            raise StillOpen(attempt.pk) from error
    except GatewayUnavailable:
        # Nobody was given the address of a page that the gateway never answered for.
        if attempt.page_url or attempt.mandate_id is not None:
            raise
    except GatewayRefused:
        # It does not want to know of this charge, as when it is asked; so nobody can pay it there.
        if before_collection:
            raise
    else:
        settle(notice=notice, now=now, today=today)
        return
    close(attempt_id=attempt.pk, state=AttemptState.EXPIRED, failure="replaced")


class BeingCollected(Exception):
    """The bank has the order to collect it, so it cannot be paid in another way any more."""


class StillOpen(Exception):
    """Somebody has a page open that the gateway cannot close; its time has to pass."""


@owns_transaction
def remember_unknown(*, attempt_id: int) -> None:
    """
    Remember that a gateway did not answer.
    """
    PaymentAttempt.objects.filter(pk=attempt_id, state=AttemptState.CREATED).update(
        state=AttemptState.UNKNOWN
    )


@owns_transaction
def close(*, attempt_id: int, state: AttemptState, failure: str) -> None:
    """
    End an open attempt without money, and let its bills go; one that is settled stays as it is.
    """
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state in OPEN_STATES:
        attempt.state, attempt.failure = state, failure
        attempt.save(update_fields=["state", "failure"])
        attempt.parts.update(live=False)
