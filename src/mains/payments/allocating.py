"""Which part of a payment settles which bill; all else that is told of a bill follows from it."""

from collections.abc import Collection, Sequence

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Coalesce

from mains.billing.models import Bill, BillState
from mains.core.transactions import inside_transaction

_ALLOCATE = """
insert into payments_allocation (payment_id, bill_id, amount_minor) values (%s, %s, %s)
on conflict (payment_id, bill_id)
do update set amount_minor = payments_allocation.amount_minor + excluded.amount_minor
"""


@inside_transaction
def allocate(*, payment_id: int, parts: Sequence[tuple[int, int]]) -> None:
    """
    Let a payment settle so many minor units of each bill, beside what it settles already.
    """
    with connection.cursor() as cursor:
        for bill_id, minor in parts:
            cursor.execute(_ALLOCATE, [payment_id, bill_id, minor])


def outstanding_minor(*, bill_ids: Collection[int]) -> dict[int, int]:
    """
    Return what is still owed on each bill: its total less what was allocated to it.

    Nothing is on one that was credited.
    """
    rows = Bill.objects.filter(pk__in=bill_ids).annotate(
        allocated=Coalesce(Sum("allocations__amount_minor"), 0)
    )
    return {
        pk: (total if state == BillState.ISSUED else 0) - allocated
        for pk, total, state, allocated in rows.values_list(
            "pk", "total_minor", "state", "allocated"
        )
    }
