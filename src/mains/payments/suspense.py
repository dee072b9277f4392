"""
Money that nobody knew whom it was from: kept in suspense, and later applied or given back.

It is booked the moment it arrives, so what the bank says and what the ledger says are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mains.audit.actions import record
from mains.billing.models import Bill, BillState
from mains.core.money import Money
from mains.core.transactions import owns_transaction
from mains.customers.models import Account
from mains.ledger import actions as ledger
from mains.ledger.models import LedgerAccountKind, Transfer
from mains.payments import reversing
from mains.payments.allocating import allocate, outstanding_minor
from mains.payments.models import Payment, PaymentKind


class NotWaiting(Exception):
    """Less of the payment is in suspense than what was shown: somebody else applied it."""


class NotFitting(Exception):
    """A bill or account is of another company or currency, or the amounts do not add up."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    A payment in suspense: how much of it waits, and what is known of where it came from.
    """

    id: int
    waits: Money
    amount: Money
    received_at: datetime
    company_code: str
    booking_key: str
    note: str


def waiting() -> list[Waiting]:
    """
    Return the payments in suspense, the oldest first.
    """
    rows = Payment.objects.filter(suspense_minor__gt=0).select_related("company")
    return [
        Waiting(
            id=row.pk,
            waits=Money(row.suspense_minor, row.currency),
            amount=Money(row.amount_minor, row.currency),
            received_at=row.received_at,
            company_code=row.company.code,
            booking_key=row.booking_key,
            note=row.note,
        )
        for row in rows.order_by("received_at", "pk")
    ]


@owns_transaction
def apply(
    *,
    payment_id: int,
    waits_minor: int,
    parts: Sequence[tuple[int, int]],
    by: str,
    now: datetime,
    today: date,
) -> None:
    """
    Book what waits in suspense to accounts, and settle bills with it.

    `parts` are (bill, minor units); what exceeds a bill stays as credit of its account.
    `waits_minor` is what was shown as waiting: done twice, the second time finds less and refuses.

    :raises NotWaiting: if another amount waits by now.
    :raises NotFitting: if a bill is of another company or currency, or the parts are more than
        waits.
    :raises ClosedMonth: if the month is closed.
    """
    payment = _locked(payment_id, waits_minor)
    bills = {
        bill.pk: bill
        for bill in Bill.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(pk__in=[bill_id for bill_id, _minor in parts], state=BillState.ISSUED)
        .order_by("pk")
    }
    _check(payment, parts, bills)
    owed = outstanding_minor(bill_ids=list(bills))
    fitting = [(bill_id, min(minor, owed[bill_id])) for bill_id, minor in parts]
    allocate(payment_id=payment.pk, parts=[(pk, minor) for pk, minor in fitting if minor > 0])
    amounts: dict[int, int] = {}
    for bill_id, minor in parts:
        account_id = bills[bill_id].account_id
        amounts[account_id] = amounts.get(account_id, 0) + minor
    _move(payment, amounts, by=by, now=now, today=today)


@owns_transaction
def apply_to_account(
    *, payment_id: int, waits_minor: int, account_id: int, by: str, now: datetime, today: date
) -> None:
    """
    Book all that waits of a payment as credit of an account.

    :raises NotWaiting: if another amount waits by now.
    :raises NotFitting: if the account is of another company or currency.
    :raises ClosedMonth: if the month is closed.
    """
    payment = _locked(payment_id, waits_minor)
    account = Account.objects.get(pk=account_id)
    if (account.company_id, account.currency) != (payment.company_id, payment.currency):
        raise NotFitting(account_id)
    _move(payment, {account_id: waits_minor}, by=by, now=now, today=today)


@owns_transaction
def give_back(
    *, payment_id: int, waits_minor: int, key: str, by: str, now: datetime, today: date
) -> None:
    """
    Book that what waits of a payment was sent back to where it came from.

    :raises NotWaiting: if another amount waits by now.
    :raises ClosedMonth: if the month is closed.
    """
    payment = _locked(payment_id, waits_minor)
    reversing.take_back(
        payment=payment,
        kind=PaymentKind.REFUND,
        movement=reversing.Movement(waits_minor, f"back:{payment.pk}:{key}", "", by, now, today),
    )
    _record("payment.given_back", payment, waits_minor, by, now)


def _locked(payment_id: int, waits_minor: int) -> Payment:
    payment = (
        Payment.objects.select_for_update(of=("self",)).select_related("company").get(pk=payment_id)
    )
    if payment.suspense_minor != waits_minor or waits_minor <= 0:
        raise NotWaiting(payment_id)
    return payment


def _check(payment: Payment, parts: Sequence[tuple[int, int]], bills: dict[int, Bill]) -> None:
    fits = all(
        minor > 0
        and bill_id in bills
        and bills[bill_id].account.company_id == payment.company_id
        and bills[bill_id].currency == payment.currency
        for bill_id, minor in parts
    )
    if not parts or not fits or sum(minor for _id, minor in parts) > payment.suspense_minor:
        raise NotFitting(payment.pk)


def _move(
    payment: Payment, amounts: dict[int, int], *, by: str, now: datetime, today: date
) -> None:
    suspense = ledger.company_account(
        company=payment.company,
        kind=LedgerAccountKind.SUSPENSE,
        detail="main",
        currency=payment.currency,
    )
    before = Transfer.objects.filter(source__startswith=f"payment:{payment.pk}:").count()
    accounts = Account.objects.filter(pk__in=amounts).order_by("pk")
    ledger.post(
        postings=[
            ledger.Posting(
                debit_id=suspense.pk,
                credit_id=ledger.receivable(account=account).pk,
                amount_minor=amounts[account.pk],
                leg=leg,
            )
            for leg, account in enumerate(accounts)
        ],
        currency=payment.currency,
        company_id=payment.company_id,
        effective_date=today,
        source=f"payment:{payment.pk}:{before + 1}",
        now=now,
    )
    moved = sum(amounts.values())
    payment.suspense_minor -= moved
    payment.save(update_fields=["suspense_minor"])
    _record("payment.applied", payment, moved, by, now)


def _record(action: str, payment: Payment, minor: int, by: str, now: datetime) -> None:
    record(
        action=action,
        subject=f"payment:{payment.pk}",
        actor=by,
        detail={"minor": minor},
        now=now,
    )
