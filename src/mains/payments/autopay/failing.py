"""What follows where a collection failed, or its payer is needed: tried again, or told and over."""

from datetime import date, datetime

from django.db.models import F

from mains.billing.models import Bill
from mains.core.transactions import owns_transaction
from mains.payments.allocating import outstanding_minor
from mains.payments.autopay import telling
from mains.payments.models import AttemptState, PaymentAttempt
from mains.payments.rules.collections import Hold, next_try
from mains.tenancy.queries import TenantInfo

NEEDED = "customer_needed"
_OVER = (AttemptState.FAILED, AttemptState.EXPIRED)


@owns_transaction
def follow_up(*, tenant: TenantInfo, token: str, now: datetime, today: date) -> None:
    """
    Plan the next try of a collection that failed, or stop it, and tell its payer; again nothing.
    """
    attempt = (
        PaymentAttempt.objects.select_for_update(of=("self",))
        .select_related("mandate")
        .get(token=token)
    )
    part = attempt.parts.select_related("bill").first()
    if part is None or attempt.mandate_id is None:
        return
    bill = (
        Bill.objects.select_for_update(of=("self",))
        .select_related("account__company", "account__customer")
        .defer("facts")
        .get(pk=part.bill_id)
    )
    minor = outstanding_minor(bill_ids=[bill.pk])[bill.pk]
    # For another day it was followed up before.
    if bill.collection_hold or minor <= 0 or bill.collection_date != attempt.collection_date:
        return
    if attempt.state == AttemptState.NEEDS_CUSTOMER:
        telling.held(tenant=tenant, bill=bill, minor=minor, why=NEEDED, now=now)
    elif attempt.state in _OVER:
        _again_or_over(tenant, attempt, bill, minor, now, today)


def _again_or_over(
    tenant: TenantInfo,
    attempt: PaymentAttempt,
    bill: Bill,
    minor: int,
    now: datetime,
    today: date,
) -> None:
    tries = bill.attempt_parts.filter(attempt__mandate__isnull=False).count()
    again = next_try(
        failure=attempt.failure,
        tries=tries,
        today=today,
        retry_days=tenant.file.payments.retry_days,
    )
    if again is None:
        bill.collection_hold = Hold.FAILED
        bill.save(update_fields=["collection_hold"])
        why = attempt.failure or Hold.FAILED
        telling.held(tenant=tenant, bill=bill, minor=minor, why=why, now=now)
        return
    bill.collection_date = again
    bill.save(update_fields=["collection_date"])
    if attempt.mandate is not None:
        telling.announce(
            tenant=tenant, bill=bill, mandate=attempt.mandate, minor=minor, now=now, is_again=True
        )


def follow_up_all(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Follow up what failed without anybody there to do so, and return how many collections that were.
    """
    tokens = list(
        PaymentAttempt.objects.filter(
            mandate__isnull=False,
            state__in=(*_OVER, AttemptState.NEEDS_CUSTOMER),
            parts__bill__collection_hold=Hold.NONE,
            parts__bill__collection_date=F("collection_date"),
        )
        .order_by("pk")
        .values_list("token", flat=True)
    )
    for token in tokens:
        follow_up(tenant=tenant, token=token, now=now, today=tenant.date_of(now))
    return len(tokens)
