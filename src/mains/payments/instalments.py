"""Agree that a bill is paid in parts, and take that back."""

from datetime import date, datetime

from mains.audit.actions import record
from mains.billing.models import Bill, BillState
from mains.billing.rules.instalments import Instalment, shared_out
from mains.core.calendars import add_months
from mains.core.money import Money
from mains.core.transactions import owns_transaction
from mains.payments.allocating import outstanding_minor

FEWEST = 2
# So many months from today the first part is due at the latest; later ones are no agreement to pay.
FURTHEST_MONTHS = 12


class NothingToShareOut(Exception):
    """Nothing is open on the bill, it is a credit, or it was cancelled."""


class CollectedByMandate(Exception):
    """The whole bill is collected on its day, so no parts of it can be agreed."""


class AgreedOtherwise(Exception):
    """Other instalments are agreed for the bill; take them back first."""


class UnfitInstalments(Exception):
    """Fewer parts than two, or more than the utility allows."""


class TooLittleToShareOut(UnfitInstalments):
    """Less is open than one minor unit for each part."""


class FirstDayPassed(UnfitInstalments):
    """The first part would be due before today."""


class FirstDayTooFar(UnfitInstalments):
    """The first part would be due more than a year from today."""


@owns_transaction
def agree(
    *,
    bill_id: int,
    count: int,
    first_date: date,
    most: int,
    by: str,
    now: datetime,
    today: date,
) -> tuple[Instalment, ...]:
    """
    Agree on monthly parts of what is open of a bill; the same again changes nothing.

    `most` is how many parts the utility allows.

    :raises Bill.DoesNotExist: if there is no such bill.
    :raises NothingToShareOut: if nothing is open.
    :raises CollectedByMandate: if a mandate collects the bill.
    :raises AgreedOtherwise: if others are agreed.
    :raises UnfitInstalments: if the number of parts, the amount for them or the first day does not
        do.
    """
    bill = Bill.objects.select_for_update(no_key=True).defer("facts").get(pk=bill_id)
    if bill.collection_date is not None and not bill.collection_hold:
        raise CollectedByMandate(bill_id)
    open_minor = outstanding_minor(bill_ids=[bill_id])[bill_id]
    if bill.state != BillState.ISSUED or open_minor <= 0:
        raise NothingToShareOut(bill_id)
    if bill.instalments:
        known = read(bill)
        if (len(known), known[0].due_date) == (count, first_date):
            return known
        raise AgreedOtherwise(bill_id)
    if not FEWEST <= count <= most:
        raise UnfitInstalments(count)
    if open_minor < count:
        raise TooLittleToShareOut(count)
    _check_first(first_date, today=today)
    parts = shared_out(Money(open_minor, bill.currency), count=count, first=first_date)
    bill.instalments = [[one.due_date.isoformat(), one.amount.minor] for one in parts]
    bill.save(update_fields=["instalments"])
    record(
        action="bill.instalments_agreed",
        subject=f"bill:{bill_id}",
        actor=by,
        detail={"count": count, "first": first_date.isoformat(), "minor": open_minor},
        now=now,
    )
    return parts


def last_first_date(*, today: date) -> date:
    """
    Return the last day on which the first part may be due.
    """
    return add_months(today, FURTHEST_MONTHS)


def _check_first(first_date: date, *, today: date) -> None:
    if first_date < today:
        raise FirstDayPassed(first_date)
    if first_date > last_first_date(today=today):
        raise FirstDayTooFar(first_date)


@owns_transaction
def withdraw(*, bill_id: int, by: str, now: datetime) -> bool:
    """
    Take agreed instalments back, so that the bill is due on its own day again; tell if there were.

    :raises Bill.DoesNotExist: if there is no such bill.
    """
    bill = Bill.objects.select_for_update(no_key=True).defer("facts").get(pk=bill_id)
    if not bill.instalments:
        return False
    bill.instalments = None
    bill.save(update_fields=["instalments"])
    record(
        action="bill.instalments_withdrawn",
        subject=f"bill:{bill_id}",
        actor=by,
        detail={},
        now=now,
    )
    return True


def read(bill: Bill) -> tuple[Instalment, ...]:
    """
    Return the instalments of a bill, oldest first; none where none are agreed.
    """
    return tuple(
        Instalment(date.fromisoformat(day), Money(minor, bill.currency))
        for day, minor in bill.instalments or ()
    )
