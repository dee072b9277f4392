"""
Pay bills on a gateway's hosted page.

The attempt is committed before the gateway hears of it, and at most one attempt is live for a
bill. `settling` brings it to its end.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError

from mains.billing.models import Bill, BillState
from mains.core.money import Money
from mains.core.transactions import owns_transaction
from mains.payments import settling
from mains.payments.allocating import outstanding_minor
from mains.payments.charges import PAGE_LIFE, account_of, charge_of
from mains.payments.gateways import gateway
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable, Started
from mains.payments.merchants import UNNAMED, MerchantAccount
from mains.payments.models import OPEN_STATES, AttemptBill, AttemptState, PaymentAttempt
from mains.payments.rules.fees import fee


class NothingToPay(Exception):
    """A bill is paid, zero, a credit, or not issued."""


class SeveralCompanies(Exception):
    """One attempt pays one company; a basket over two makes one attempt per company."""


class BusyElsewhere(Exception):
    """Other payers kept opening the same bills; nothing was charged here."""


class UnfitPart(Exception):
    """A part to pay has to be more than nothing and no more than what is owed."""


@dataclass(frozen=True, slots=True)
class Basket:
    """
    What somebody wants to pay, where, and what that costs on top.

    Of a bill in `parts` so many minor units are paid, of the others all that is owed.
    """

    bill_ids: tuple[int, ...]
    payer: str
    email: str
    language: str
    gateway: str
    account: MerchantAccount = UNNAMED
    parts: Mapping[int, int] = field(default_factory=dict)
    fee_percent: Decimal = Decimal(0)
    fee_fixed: Decimal = Decimal(0)


def start(*, basket: Basket, now: datetime, today: date) -> str:
    """
    Open a hosted page for bills and return its address.

    The same payer with the same bills gets the open page again. Anybody else's open page on one of
    the bills is expired at the gateway first; if it turns out to be paid, that is booked instead.

    :raises NothingToPay: if nothing is owed on one of the bills (any more).
    :raises SeveralCompanies: for bills of two companies.
    :raises GatewayUnavailable: if the gateway does not answer; the sweeper finds out.
    :raises GatewayRefused: if the gateway does not want this charge.
    :raises BusyElsewhere: if other payers keep coming in between.
    :raises BeingCollected: if a bank has the order to collect one of the bills.
    :raises UnfitPart: for a part of a bill that is not owed.
    """
    for _ in range(20):
        try:
            attempt = _reserve(basket=basket, token=secrets.token_urlsafe(24), now=now)
        except IntegrityError:
            attempt = None
        if attempt is not None:
            page = _open_page(attempt=attempt)
            if page:
                return page
        else:
            settling.expire_live(bill_ids=basket.bill_ids, now=now, today=today)
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
    owed = outstanding_minor(bill_ids=[bill.pk for bill in bills])
    _check_payable(basket, bills, owed)
    asked = _asked(basket, owed)
    total = Money(sum(asked.values()), bills[0].currency)
    on_top = fee(total, percent=basket.fee_percent, fixed=basket.fee_fixed)
    live = {
        part.attempt
        for part in AttemptBill.objects.filter(bill__in=bills, live=True).select_related("attempt")
    }
    if live:
        return _own(live, basket, asked, (total + on_top).minor, now)
    attempt = PaymentAttempt.objects.create(
        token=token,
        gateway=basket.gateway,
        merchant_account=basket.account.name,
        key_place=basket.account.key_place,
        company=bills[0].account.company,
        state=AttemptState.CREATED,
        amount_minor=(total + on_top).minor,
        fee_minor=on_top.minor,
        currency=total.currency,
        payer=basket.payer,
        email=basket.email,
        language=basket.language,
        created_at=now,
        expires_at=now + PAGE_LIFE,
    )
    AttemptBill.objects.bulk_create(
        AttemptBill(attempt=attempt, bill=bill, amount_minor=asked[bill.pk]) for bill in bills
    )
    return attempt


def _own(
    live: set[PaymentAttempt],
    basket: Basket,
    asked: dict[int, int],
    amount_minor: int,
    now: datetime,
) -> PaymentAttempt | None:
    """
    Return the payer's own open attempt if it asks for the same of each bill, and sends the receipt
    to the same address; None to replace it.
    """
    if len(live) != 1:
        return None
    attempt = next(iter(live))
    same_bills = dict(attempt.parts.values_list("bill_id", "amount_minor")) == asked
    still_right = attempt.amount_minor == amount_minor and attempt.expires_at > now
    there, wanted = (attempt.gateway, account_of(attempt)), (basket.gateway, basket.account)
    same_place = there == wanted and attempt.mandate_id is None
    is_own = (attempt.payer, attempt.email) == (basket.payer, basket.email)
    return attempt if is_own and same_bills and same_place and still_right else None


def _asked(basket: Basket, owed: dict[int, int]) -> dict[int, int]:
    """
    Return what is to be paid of each bill, in minor units.
    """
    asked = {bill_id: basket.parts.get(bill_id, minor) for bill_id, minor in owed.items()}
    for bill_id, minor in asked.items():
        if not 0 < minor <= owed[bill_id]:
            raise UnfitPart(bill_id)
    return asked


def _check_payable(basket: Basket, bills: Sequence[Bill], owed: dict[int, int]) -> None:
    if len(bills) != len(set(basket.bill_ids)) or not bills:
        raise NothingToPay(f"Bills {basket.bill_ids} are not all there.")
    for bill in bills:
        if bill.state != BillState.ISSUED or owed[bill.pk] <= 0:
            raise NothingToPay(bill.number)
    if len({bill.account.company_id for bill in bills}) > 1:
        raise SeveralCompanies(basket.bill_ids)


def _open_page(*, attempt: PaymentAttempt) -> str:
    if attempt.page_url:
        return attempt.page
    try:
        started = gateway(attempt.gateway).start(charge_of(attempt))
    except GatewayUnavailable:
        settling.remember_unknown(attempt_id=attempt.pk)
        raise
    except GatewayRefused:
        settling.close(attempt_id=attempt.pk, state=AttemptState.FAILED, failure="refused")
        raise
    return _remember_page(attempt_id=attempt.pk, started=started)


@owns_transaction
def _remember_page(*, attempt_id: int, started: Started) -> str:
    """
    Store the page of an attempt; an empty text means that the attempt was taken over meanwhile.
    """
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state not in OPEN_STATES:
        return ""
    attempt.state = AttemptState.PENDING
    attempt.page_url, attempt.page_fields = started.page_url, [list(one) for one in started.fields]
    attempt.gateway_reference = started.gateway_reference
    attempt.save(update_fields=["state", "page_url", "page_fields", "gateway_reference"])
    return attempt.page
