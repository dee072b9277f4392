"""
Money that nobody knew whom it was from: kept in suspense, and later applied or given back.

It is booked the moment it arrives, so what the bank says and what the ledger says are the same.
Each has an action of its own, and a part that other transactions use.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mains.audit.actions import record
from mains.billing.models import Bill, BillState
from mains.core.money import Money
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account
from mains.ledger import actions as ledger
from mains.ledger.models import LedgerAccountKind, Transfer
from mains.payments import reversing
from mains.payments.allocating import allocate, outstanding_minor
from mains.payments.models import Allocation, Payment, PaymentKind


class NotWaiting(Exception):
    """Less of the payment is in suspense than what was shown: somebody else applied it."""


class WentBack(Exception):
    """Some of the payment was given back or charged back."""


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
    share(Share(payment_id, waits_minor, by, now, today), parts=parts)


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
    credits = [(account_id, waits_minor)]
    share(Share(payment_id, waits_minor, by, now, today), credits=credits)


@owns_transaction
def give_back(
    *, payment_id: int, waits_minor: int, key: str, by: str, now: datetime, today: date
) -> None:
    """
    Book that what waits of a payment was sent back to where it came from.

    :raises NotWaiting: if another amount waits by now.
    :raises ClosedMonth: if the month is closed.
    """
    send_back(Share(payment_id, waits_minor, by, now, today), key=key)


@dataclass(frozen=True, slots=True)
class Share:
    """
    What of a payment was shown as waiting, and who does what with it when.
    """

    payment_id: int
    waits_minor: int
    by: str
    now: datetime
    today: date


@inside_transaction
def share(
    what: Share,
    *,
    parts: Sequence[tuple[int, int]] = (),
    credits: Sequence[tuple[int, int]] = (),
) -> None:
    """
    Book (bill, minor units) and (account, minor units) of what waits; see `apply`.

    :raises NotWaiting: if another amount waits by now.
    :raises NotFitting: if something is of another company or currency, or it is more than waits.
    :raises ClosedMonth: if the month is closed.
    """
    payment = _locked(what.payment_id, what.waits_minor)
    bills = {
        bill.pk: bill
        for bill in Bill.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(pk__in=[bill_id for bill_id, _minor in parts], state=BillState.ISSUED)
        .order_by("pk")
    }
    accounts = {
        one.pk: one for one in Account.objects.filter(pk__in=[pk for pk, _minor in credits])
    }
    _check(payment, [(bills.get(pk), minor) for pk, minor in parts])
    _check(payment, [(accounts.get(pk), minor) for pk, minor in credits])
    owed = outstanding_minor(bill_ids=list(bills))
    fitting = [(bill_id, min(minor, owed[bill_id])) for bill_id, minor in parts]
    allocate(payment_id=payment.pk, parts=[(pk, minor) for pk, minor in fitting if minor > 0])
    amounts: Counter[int] = Counter()
    for account_id, minor in [*((bills[pk].account_id, minor) for pk, minor in parts), *credits]:
        amounts[account_id] += minor
    if not amounts or sum(amounts.values()) > payment.suspense_minor:
        raise NotFitting(payment.pk)
    _move(
        payment,
        [
            (ledger.receivable(account=account).pk, amounts[account.pk])
            for account in Account.objects.filter(pk__in=amounts).order_by("pk")
        ],
        what,
    )
    _record("payment.applied", payment, sum(amounts.values()), what.by, what.now)


@inside_transaction
def send_back(what: Share, *, key: str) -> Payment | None:
    """
    Book that what waits of a payment goes back, and return the row; see `give_back`.
    """
    payment = _locked(what.payment_id, what.waits_minor)
    row = reversing.take_back(
        payment=payment,
        kind=PaymentKind.REFUND,
        movement=reversing.Movement(
            what.waits_minor, f"back:{payment.pk}:{key}", "", what.by, what.now, what.today
        ),
    )
    _record("payment.given_back", payment, what.waits_minor, what.by, what.now)
    return row


@inside_transaction
def move_out(what: Share, *, ledger_id: int, action: str) -> None:
    """
    Move all that waits of a payment to another account of the ledger, as a gateway's clearing.

    Out by the way that it came in, it is as if it had never been booked.

    :raises NotWaiting: if another amount waits by now.
    :raises ClosedMonth: if the month is closed.
    """
    payment = _locked(what.payment_id, what.waits_minor)
    _move(payment, [(ledger_id, what.waits_minor)], what)
    _record(action, payment, what.waits_minor, what.by, what.now)


@inside_transaction
def take_in_again(*, payment_id: int, by: str, now: datetime, today: date) -> int:
    """
    Bring all of a payment back into suspense, wherever it was booked, and return minor units.

    The bills that it settled are owed again. By further transfers, as money that was applied was
    moved by them: nothing left the bank, so nothing is given back. Again moves nothing.

    :raises WentBack: if some of it left: that cannot be placed otherwise any more.
    :raises ClosedMonth: if the month is closed.
    """
    payment = _of(payment_id)
    if payment.reversals.exists():
        raise WentBack(payment_id)
    there, suspense = reversing.moved(payment), _suspense(payment)
    there[reversing.way_in(payment)] += payment.amount_minor
    back = sorted((pk, minor) for pk, minor in there.items() if minor > 0 and pk != suspense)
    Allocation.objects.filter(payment=payment).delete()
    if back:
        what = Share(payment_id, payment.suspense_minor, by, now, today)
        _move(payment, [(pk, -minor) for pk, minor in back], what)
    total = sum(minor for _pk, minor in back)
    _record("payment.taken_off", payment, total, by, now)
    return total


def _of(payment_id: int) -> Payment:
    rows = Payment.objects.select_for_update(of=("self",)).select_related("company")
    return rows.get(pk=payment_id)


def _locked(payment_id: int, waits_minor: int) -> Payment:
    payment = _of(payment_id)
    if payment.suspense_minor != waits_minor or waits_minor <= 0:
        raise NotWaiting(payment_id)
    return payment


def _check(payment: Payment, parts: Sequence[tuple[Bill | Account | None, int]]) -> None:
    for target, minor in parts:
        account = target.account if isinstance(target, Bill) else target
        if target is None or account is None or minor <= 0:
            raise NotFitting(payment.pk)
        if (account.company_id, target.currency) != (payment.company_id, payment.currency):
            raise NotFitting(payment.pk)


def _suspense(payment: Payment) -> int:
    return ledger.company_account(
        company=payment.company,
        kind=LedgerAccountKind.SUSPENSE,
        detail="main",
        currency=payment.currency,
    ).pk


def _move(payment: Payment, amounts: Sequence[tuple[int, int]], what: Share) -> None:
    """
    Move amounts from suspense to accounts of the ledger: below zero they come from there.
    """
    suspense = _suspense(payment)
    before = Transfer.objects.filter(source__startswith=f"payment:{payment.pk}:").count()
    ledger.post(
        postings=[
            ledger.Posting(
                debit_id=suspense if minor > 0 else ledger_id,
                credit_id=ledger_id if minor > 0 else suspense,
                amount_minor=abs(minor),
                leg=leg,
            )
            for leg, (ledger_id, minor) in enumerate(amounts)
        ],
        currency=payment.currency,
        company_id=payment.company_id,
        effective_date=what.today,
        source=f"payment:{payment.pk}:{before + 1}",
        now=what.now,
    )
    payment.suspense_minor -= sum(minor for _ledger_id, minor in amounts)
    payment.save(update_fields=["suspense_minor"])


def _record(action: str, payment: Payment, minor: int, by: str, now: datetime) -> None:
    record(
        action=action,
        subject=f"payment:{payment.pk}",
        actor=by,
        detail={"minor": minor},
        now=now,
    )
