"""Make a payment document: the amounts are those of now and stay."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from mains.audit import actions as audit
from mains.billing.models import Bill
from mains.core.money import Money
from mains.core.transactions import owns_transaction
from mains.payments import queries
from mains.payments.models import PaymentDocument
from mains.payments.queries import BillRow

# As many as are paid by card at once; more would not fit the page that is printed.
MOST_BILLS = 50


class NotPayable(Exception):
    """A bill is not of this account, is paid, being paid, or collected by a mandate; or none is."""


class KeyUsed(Exception):
    """The same request key came before with other bills."""


@owns_transaction
def create(
    *,
    account_id: int,
    bill_ids: Collection[int],
    request_key: str,
    by: str,
    days: int,
    now: datetime,
    today: date,
) -> int:
    """
    Make the document of unpaid bills of one account and return its id; the same key makes one.

    It holds `days` days from today on.

    :raises NotPayable: if one of the bills is not to be paid, or none or too many were chosen.
    :raises KeyUsed: if the key came before with other bills.
    """
    ids = set(bill_ids)
    # Bills are locked first: who sends the same twice waits here and finds the document.
    list(Bill.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    before = PaymentDocument.objects.filter(account_id=account_id, request_key=request_key).first()
    if before is not None:
        if {bill_id for bill_id, _minor in before.bills} != ids:
            raise KeyUsed(request_key)
        return before.pk
    bills = [row for row in queries.payable(account_ids=[account_id], today=today) if row.id in ids]
    if not 0 < len(bills) == len(ids) <= MOST_BILLS or not all(map(may_be_asked_for, bills)):
        raise NotPayable(sorted(ids))
    total = Money.total((row.outstanding for row in bills), currency=bills[0].total.currency)
    document = PaymentDocument.objects.create(
        account_id=account_id,
        bills=[[row.id, row.outstanding.minor] for row in bills],
        total_minor=total.minor,
        currency=total.currency,
        last_date=today + timedelta(days=days),
        created_at=now,
        created_by=by,
        request_key=request_key,
    )
    audit.record(
        action="payment_document.created",
        subject=f"account:{account_id}",
        actor=by,
        detail={"document": document.pk, "bills": len(bills)},
        now=now,
    )
    return document.pk


def may_be_asked_for(row: BillRow) -> bool:
    """
    Tell whether a bill may stand on a payment document: owed, and neither collected nor being paid.
    """
    return row.outstanding.minor > 0 and row.collection_date is None and not row.processing
