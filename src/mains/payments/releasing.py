"""Credit of an account: money that settles no bill, until one takes it."""

from datetime import datetime

from django.db import connection

from mains.billing.models import Bill, BillState
from mains.core.transactions import inside_transaction, owns_transaction
from mains.payments.allocating import allocate, outstanding_minor
from mains.payments.models import Allocation, AttemptBill

# What payments brought to an account, less what went back and what they settle there, oldest first.
_FREE = """
select root.id,
       sum(case when t.credit_id = l.id then t.amount_minor else -t.amount_minor end) - coalesce((
    select sum(x.amount_minor) from payments_payment y
    join payments_allocation x on x.payment_id = y.id
    join billing_bill b on b.id = x.bill_id and b.account_id = l.account_id
    where y.id = root.id or y.reverses_id = root.id), 0)
from ledger_ledgeraccount l
join ledger_transfer t on (t.credit_id = l.id or t.debit_id = l.id) and t.source like 'payment:%%'
join payments_payment p on p.id = split_part(t.source, ':', 2)::bigint
join payments_payment root on root.id = coalesce(p.reverses_id, p.id)
where l.account_id = %s
group by root.id, l.id
order by root.received_at, root.id
"""
_PAID_SINCE = """
select distinct l.account_id from payments_payment p
join ledger_transfer t on t.source = 'payment:' || p.id
join ledger_ledgeraccount l on l.id = t.credit_id and l.account_id is not null
where p.received_at >= %s
order by 1
"""
# Bills of a run whose accounts owe less than this bill alone: the difference is credit.
_WITH_CREDIT = """
select b.id from billing_bill b
join ledger_ledgeraccount l on l.account_id = b.account_id
join ledger_balance a on a.ledger_account_id = l.id
where b.run_id = %s and b.total_minor > 0 and a.minor < b.total_minor
order by b.id
"""


@inside_transaction
def release(*, bill_id: int) -> int:
    """
    Let what was paid for a credited bill be credit of its account, and return it in minor units.

    The payments stay booked as they were. Releasing again releases nothing.
    """
    allocations = Allocation.objects.filter(bill_id=bill_id)
    released = sum(allocations.values_list("amount_minor", flat=True))
    allocations.delete()
    return released


@owns_transaction
def use_credit(*, bill_id: int) -> int:
    """
    Settle a bill with payments of its account that settle nothing yet, and return how much it took.

    Oldest first, and no more than is owed; what else the account has in credit stays. Again takes
    nothing more. A bill whose payment page is open is left to that.
    """
    return _taken(Bill.objects.select_for_update(of=("self",)).get(pk=bill_id))


def use_credit_on_run(*, run_id: int) -> int:
    """
    Settle the bills of an issued run with what their accounts have in credit; return how many took
    some.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITH_CREDIT, [run_id])
        bill_ids = [row[0] for row in cursor.fetchall()]
    return sum(use_credit(bill_id=bill_id) > 0 for bill_id in bill_ids)


@owns_transaction
def use_credit_of(*, account_id: int) -> int:
    """
    Settle the open bills of an account with its credit, the oldest due date first; return in minor
    units how much they took. Again takes nothing more.
    """
    bills = Bill.objects.select_for_update(of=("self",)).filter(
        account_id=account_id, state=BillState.ISSUED, total_minor__gt=0
    )
    # Whoever locks several bills does so by their ids.
    rows = list(bills.defer("facts").order_by("pk"))
    owed = outstanding_minor(bill_ids=[bill.pk for bill in rows])
    rows.sort(key=lambda bill: bill.due_date)
    return sum(_taken(bill) for bill in rows if owed[bill.pk] > 0)


def use_credit_since(*, since: datetime) -> int:
    """
    Settle what accounts owe with what they overpaid since an instant, as every night: whoever was
    stopped between booking a payment and this left credit. Return in minor units how much it took.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAID_SINCE, [since])
        account_ids = [row[0] for row in cursor.fetchall()]
    return sum(use_credit_of(account_id=account_id) for account_id in account_ids)


def _taken(bill: Bill) -> int:
    if bill.state != BillState.ISSUED:
        return 0
    if AttemptBill.objects.filter(bill=bill, live=True).exists():
        return 0
    left = owed = outstanding_minor(bill_ids=[bill.pk])[bill.pk]
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [bill.account_id])
        free = cursor.fetchall()
    for payment_id, minor in free:
        part = min(int(minor), left)
        if part > 0:
            allocate(payment_id=payment_id, parts=[(bill.pk, part)])
            left -= part
    return owed - left
