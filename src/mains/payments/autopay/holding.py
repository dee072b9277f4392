"""Stop the collection of a bill, and let it go on."""

from datetime import date, datetime

from mains.audit.actions import record
from mains.billing.models import Bill
from mains.core.transactions import inside_transaction, owns_transaction
from mains.payments.models import AttemptBill
from mains.payments.rules.collections import Hold


class NotCollected(Exception):
    """No mandate collects this bill."""


class WithTheBank(Exception):
    """The order to collect it is with the bank or the gateway; it cannot be taken back here."""


class TooLate(Exception):
    """The day on which it was to be collected is over."""


@owns_transaction
def hold(*, bill_id: int, why: Hold, by: str, now: datetime) -> bool:
    """
    Stop the collection of a bill and tell whether it was on; stopping it again changes nothing.

    :raises NotCollected: if no mandate collects it.
    :raises WithTheBank: if the bank has the order.
    """
    return hold_locked(bill=_locked(bill_id), why=why, by=by, now=now)


@inside_transaction
def hold_locked(*, bill: Bill, why: Hold, by: str, now: datetime) -> bool:
    """
    Stop the collection of a bill whose row is locked.

    :raises NotCollected: if no mandate collects it.
    :raises WithTheBank: if the bank has the order.
    """
    if bill.collection_date is None:
        raise NotCollected(bill.pk)
    if bill.collection_hold:
        return False
    if AttemptBill.objects.filter(bill=bill, live=True, attempt__mandate__isnull=False).exists():
        raise WithTheBank(bill.pk)
    bill.collection_hold = why
    bill.save(update_fields=["collection_hold"])
    record(
        action="bill.collection_held",
        subject=f"bill:{bill.pk}",
        actor=by,
        detail={"why": str(why)},
        now=now,
    )
    return True


@owns_transaction
def go_on(*, bill_id: int, by: str, now: datetime, today: date) -> bool:
    """
    Collect a bill after all, on its day or, where that is over, from today on; tell whether it was
    stopped.

    :raises NotCollected: if no mandate collects it.
    """
    bill = _locked(bill_id)
    if bill.collection_date is None:
        raise NotCollected(bill_id)
    if not bill.collection_hold:
        return False
    bill.collection_hold = Hold.NONE
    bill.collection_date = max(bill.collection_date, today)
    bill.save(update_fields=["collection_hold", "collection_date"])
    record(
        action="bill.collection_goes_on",
        subject=f"bill:{bill_id}",
        actor=by,
        detail={"on": bill.collection_date.isoformat()},
        now=now,
    )
    return True


def _locked(bill_id: int) -> Bill:
    return Bill.objects.select_for_update(of=("self",)).defer("facts").get(pk=bill_id)
