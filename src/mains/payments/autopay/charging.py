"""
Collect from stored cards what is owed at that moment: each bill once, however often this runs.

A bill is tried once for its planned day, which is looked at under its lock; the sweep asks again
for a try whose worker died, by its own name. By that name its page is opened without signing in,
so it is random.
"""

import secrets
from datetime import date, datetime, timedelta

import structlog
from django.db import IntegrityError
from django.db.models import Q

from mains.billing.models import Bill, BillState
from mains.core.transactions import owns_transaction
from mains.customers.models import Mandate, Scheme
from mains.payments import settling
from mains.payments.allocating import outstanding_minor
from mains.payments.autopay import failing, telling
from mains.payments.charges import charge_of
from mains.payments.gateways import gateway
from mains.payments.gateways.base import (
    ChargeState,
    GatewayRefused,
    GatewayUnavailable,
    Notice,
)
from mains.payments.models import AttemptBill, AttemptState, PaymentAttempt
from mains.payments.rules.collections import Hold
from mains.payments.stored_cards import account_with, in_force
from mains.tenancy.queries import TenantInfo

log = structlog.get_logger()
# So long a customer may confirm what the card's bank wants to see confirmed.
CONFIRMED_WITHIN = timedelta(days=7)
_LATE = timedelta(days=60)


def collect_due(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Collect from stored cards what is due by today, and return how many bills were paid.
    """
    today = tenant.date_of(now)
    if not tenant.file.payments.autopay:
        return 0
    bill_ids = list(
        Bill.objects.filter(
            collection_date__range=(today - _LATE, today),
            collection_hold=Hold.NONE,
            state=BillState.ISSUED,
            total_minor__gt=0,
            account__mandates__scheme=Scheme.CARD,
            account__mandates__confirmed=True,
            account__mandates__end_date=None,
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return sum(collect(tenant=tenant, bill_id=bill_id, now=now) for bill_id in bill_ids)


def collect(*, tenant: TenantInfo, bill_id: int, now: datetime) -> bool:
    """
    Collect what is owed of one bill, and tell whether that paid it.

    Whoever has a payment page of it open is stopped at the gateway first; if that turns out to be
    paid, nothing is collected. A gateway that does not answer is asked again by the sweep.
    """
    today = tenant.date_of(now)
    try:
        settling.expire_live(bill_ids=[bill_id], now=now, today=today, before_collection=True)
    except (GatewayUnavailable, GatewayRefused, settling.BeingCollected, settling.StillOpen):
        log.warning("autopay.waits_for_page", bill=bill_id)
        return False
    attempt = _reserve(tenant=tenant, bill_id=bill_id, now=now, today=today)
    if attempt is None:
        return False
    notice = _charged(attempt)
    if notice is None:
        return False
    settling.settle(notice=notice, now=now, today=today)
    if notice.state is ChargeState.SUCCEEDED:
        return True
    failing.follow_up(tenant=tenant, token=attempt.token, now=now, today=today)
    return False


def _reserve(
    *, tenant: TenantInfo, bill_id: int, now: datetime, today: date
) -> PaymentAttempt | None:
    try:
        return _written(tenant=tenant, bill_id=bill_id, now=now, today=today)
    except IntegrityError:
        # Somebody opened a page in this moment.
        return None


@owns_transaction
def _written(
    *, tenant: TenantInfo, bill_id: int, now: datetime, today: date
) -> PaymentAttempt | None:
    bill = (
        Bill.objects.select_for_update(of=("self",))
        .select_related("account__company", "account__customer")
        .defer("facts")
        .get(pk=bill_id)
    )
    minor = outstanding_minor(bill_ids=[bill_id])[bill_id]
    mandate = in_force(account_id=bill.account_id, on=today)
    if mandate is None or bill.collection_date is None:
        return None
    if not _is_due(bill, mandate, minor, today):
        return None
    tried = Q(attempt__file_name="", attempt__mandate__isnull=False)
    tried &= Q(attempt__collection_date=bill.collection_date)
    if AttemptBill.objects.filter(tried | Q(live=True), bill=bill).exists():
        return None
    customer = bill.account.customer
    account = account_with(
        mandate=mandate, tenant=tenant, company=bill.account.company.code, bill_id=bill_id
    )
    if account is None:
        # No way takes such a bill any more; whoever pays it has to know.
        bill.collection_hold = Hold.FAILED
        bill.save(update_fields=["collection_hold"])
        telling.held(tenant=tenant, bill=bill, minor=minor, why=Hold.FAILED, now=now)
        return None
    attempt = PaymentAttempt.objects.create(
        token=secrets.token_urlsafe(24),
        gateway=mandate.gateway,
        merchant_account=account.name,
        key_place=account.key_place,
        company=bill.account.company,
        state=AttemptState.CREATED,
        amount_minor=minor,
        currency=bill.currency,
        mandate=mandate,
        collection_date=bill.collection_date,
        payer=f"mandate:{mandate.pk}",
        email=customer.email,
        language=customer.language or tenant.file.locale.languages[0],
        created_at=now,
        expires_at=now + CONFIRMED_WITHIN,
    )
    AttemptBill.objects.create(attempt=attempt, bill=bill, amount_minor=minor)
    return attempt


def _is_due(bill: Bill, mandate: Mandate, minor: int, today: date) -> bool:
    """
    Look once more just before: still owed, still wanted, and told before. The limit was looked at
    when it was told, and a lower one holds from the next announcement on, as its payer reads.
    """
    if mandate.scheme != Scheme.CARD or minor <= 0:
        return False
    if bill.collection_date is None or bill.collection_date > today or bill.collection_hold:
        return False
    if mandate.paused_until is not None and mandate.paused_until > today:
        return False
    return telling.announced_at(bill_id=bill.pk, on=bill.collection_date) is not None


def _charged(attempt: PaymentAttempt) -> Notice | None:
    if attempt.mandate is None:
        raise TypeError(attempt.pk)
    try:
        return gateway(attempt.gateway).charge_stored(charge_of(attempt), card=attempt.mandate.card)
    except GatewayUnavailable:
        settling.remember_unknown(attempt_id=attempt.pk)
        return None
    except GatewayRefused as error:
        return Notice(
            reference=attempt.token,
            state=ChargeState.FAILED,
            gateway_reference="",
            amount_minor=attempt.amount_minor,
            currency=attempt.currency,
            failure=str(error)[:40] or "refused",
        )
