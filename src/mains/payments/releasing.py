"""What was paid for a credited bill: credit of the account, until another bill takes it."""

from django.db import connection

from mains.billing.models import Bill, BillState
from mains.core.transactions import inside_transaction, owns_transaction
from mains.payments.booking import outstanding_minor
from mains.payments.models import Allocation, AttemptBill

# What payments brought to an account, less what they settle there, oldest first.
_FREE = """
select p.id, t.amount_minor - coalesce((
    select sum(x.amount_minor) from payments_allocation x join billing_bill b on b.id = x.bill_id
    where x.payment_id = p.id and b.account_id = l.account_id), 0)
from ledger_ledgeraccount l
join ledger_transfer t on t.credit_id = l.id and t.source like 'payment:%%'
join payments_payment p on t.source = 'payment:' || p.id
where l.account_id = %s
order by p.received_at, p.id
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
    bill = Bill.objects.select_for_update(of=("self",)).get(pk=bill_id)
    if bill.state != BillState.ISSUED:
        return 0
    if AttemptBill.objects.filter(bill_id=bill_id, live=True).exists():
        return 0
    left = owed = outstanding_minor(bill_ids=[bill_id])[bill_id]
    taken = []
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [bill.account_id])
        for payment_id, free in cursor.fetchall():
            part = min(int(free), left)
            if part > 0:
                taken.append(Allocation(payment_id=payment_id, bill=bill, amount_minor=part))
                left -= part
    Allocation.objects.bulk_create(taken)
    return owed - left
