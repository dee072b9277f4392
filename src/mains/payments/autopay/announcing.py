"""
Look at each bill before its collection: is there a mandate, is it in its limit, was it told?

The bill itself tells day and amount; a mail tells them again shortly before, and long enough before
whenever the day is another than what is printed.
"""

import json
from datetime import date, datetime, timedelta

from mains.billing.models import Bill, BillState
from mains.core.transactions import owns_transaction
from mains.customers.models import Mandate
from mains.payments.allocating import outstanding_minor
from mains.payments.autopay import telling
from mains.payments.autopay.holding import hold_locked
from mains.payments.models import AttemptBill
from mains.payments.rules.collections import Hold, Terms, hold_of
from mains.payments.stored_cards import in_force
from mains.tenancy.queries import TenantInfo

SHORTLY = timedelta(days=3)
# What was to be collected longer ago is looked at by people.
_LATE = timedelta(days=60)
# So many bills of an account before show what is usual.
_EARLIER = 6


def announce_due(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Announce or stop what is collected soon, and return how many bills were looked at.

    Again nobody is told twice, and what was stopped or let go on stays so.
    """
    today = tenant.date_of(now)
    days = max(timedelta(days=tenant.file.payments.announce_days), SHORTLY)
    bill_ids = list(
        Bill.objects.filter(
            collection_date__range=(today - _LATE, today + days),
            collection_hold=Hold.NONE,
            state=BillState.ISSUED,
            total_minor__gt=0,
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return sum(_look_at(tenant, bill_id, now, today) for bill_id in bill_ids)


@owns_transaction
def _look_at(tenant: TenantInfo, bill_id: int, now: datetime, today: date) -> bool:
    bill = (
        Bill.objects.select_for_update(of=("self",))
        .select_related("account__company", "account__customer")
        .get(pk=bill_id)
    )
    minor = outstanding_minor(bill_ids=[bill_id])[bill_id]
    is_at_it = AttemptBill.objects.filter(bill=bill, live=True).exists()
    if bill.collection_date is None or bill.collection_hold or minor <= 0 or is_at_it:
        return False
    mandate = in_force(account_id=bill.account_id, on=today)
    why = _against(tenant, bill, mandate, minor)
    if mandate is None or why is not Hold.NONE:
        hold_locked(bill=bill, why=why, by="system", now=now)
        telling.held(tenant=tenant, bill=bill, minor=minor, why=why, now=now)
        return True
    return _told(tenant, bill, mandate, minor, now, today)


def _against(tenant: TenantInfo, bill: Bill, mandate: Mandate | None, minor: int) -> Hold:
    if mandate is None:
        return Hold.ENDED
    if telling.was_looked_at(bill_id=bill.pk):
        return Hold.NONE
    earlier = Bill.objects.filter(
        account_id=bill.account_id, state=BillState.ISSUED, total_minor__gt=0, pk__lt=bill.pk
    ).order_by("-pk")
    totals = list(earlier.values_list("total_minor", flat=True)[:_EARLIER])
    terms = Terms(mandate.limit_minor, tenant.file.payments.unusual_times)
    return hold_of(minor, earlier_minor=totals, terms=terms)


def _told(
    tenant: TenantInfo, bill: Bill, mandate: Mandate, minor: int, now: datetime, today: date
) -> bool:
    """
    Tell the day of a collection, unless it was told; move it where that is too late.
    """
    if bill.collection_date is None:
        return False
    if telling.announced_at(bill_id=bill.pk, on=bill.collection_date) is not None:
        return False
    is_printed = _is_printed(tenant, bill)
    if is_printed and bill.collection_date - today > SHORTLY:
        return False
    # A day that is over is never told: who was printed another one hears of it shortly before.
    notice = SHORTLY if is_printed else timedelta(days=tenant.file.payments.announce_days)
    least = today if is_printed else today + notice
    if bill.collection_date < least:
        bill.collection_date = today + notice
        bill.save(update_fields=["collection_date"])
    telling.announce(tenant=tenant, bill=bill, mandate=mandate, minor=minor, now=now)
    return True


def _is_printed(tenant: TenantInfo, bill: Bill) -> bool:
    """
    Tell whether the bill itself says this day, and came long enough before it.
    """
    if bill.collection_date is None or not bill.facts:
        return False
    days = timedelta(days=tenant.file.payments.announce_days)
    is_in_time = bill.issue_date + days <= bill.collection_date
    printed = json.loads(bill.facts).get("collection_date")
    return is_in_time and printed == bill.collection_date.isoformat()
