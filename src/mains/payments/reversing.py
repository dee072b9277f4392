"""Book that money of a payment went back, or came again: the payment itself is never changed."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum

from mains.core.transactions import inside_transaction
from mains.ledger import actions as ledger
from mains.ledger.models import LedgerAccount, LedgerAccountKind, Transfer
from mains.payments.allocating import outstanding_minor
from mains.payments.models import Allocation, Payment, PaymentKind
from mains.payments.rules.spreading import in_turn


class Place(NamedTuple):
    """
    Where money of a payment lies: in an account of the ledger, and there on a bill, or on none.
    """

    ledger_id: int
    bill_id: int | None


@dataclass(frozen=True, slots=True)
class Movement:
    """
    Money that went back or came again: `key` is what whoever moved it calls it, and moves it once.
    """

    amount_minor: int
    key: str
    note: str
    by: str
    now: datetime
    today: date


# What goes back first: what nobody claimed, what customers have as credit and bills, then the fee.
_ORDER = (LedgerAccountKind.SUSPENSE, LedgerAccountKind.RECEIVABLE, LedgerAccountKind.FEE)


def holdings(*, payment: Payment) -> list[tuple[Place, int]]:
    """
    Return where the money of a payment lies now, in minor units, in the order it goes back.

    Of a customer's account first what settled no bill, then the latest bill.
    """
    there = moved(payment)
    accounts = {one.pk: one for one in LedgerAccount.objects.filter(pk__in=there, kind__in=_ORDER)}
    found: list[tuple[Place, int]] = []
    for ledger_id in sorted(accounts, key=lambda pk: (_ORDER.index(accounts[pk].kind), pk)):
        on_bills = _on_bills(payment, accounts[ledger_id].account_id)
        found.append((Place(ledger_id, None), there[ledger_id] - sum(on_bills.values())))
        found += [(Place(ledger_id, pk), on_bills[pk]) for pk in sorted(on_bills, reverse=True)]
    return [(place, minor) for place, minor in found if minor > 0]


def moved(payment: Payment) -> Counter[int]:
    """
    Return by account of the ledger what a payment and all that undid it brought there.
    """
    ids = [payment.pk, *payment.reversals.values_list("pk", flat=True)]
    is_own = Q(source__in=[f"payment:{pk}" for pk in ids])
    for pk in ids:
        is_own |= Q(source__startswith=f"payment:{pk}:")
    found: Counter[int] = Counter()
    for one in Transfer.objects.filter(is_own):
        found[one.credit_id] += one.amount_minor
        found[one.debit_id] -= one.amount_minor
    return found


def _on_bills(payment: Payment, account_id: int | None) -> dict[int, int]:
    if account_id is None:
        return {}
    rows = (
        Allocation.objects.filter(Q(payment=payment) | Q(payment__reverses=payment))
        .filter(bill__account_id=account_id)
        .values_list("bill_id")
        .annotate(total=Sum("amount_minor"))
    )
    return {bill_id: total for bill_id, total in rows if total > 0}


@inside_transaction
def take_back(
    *, payment: Payment, kind: PaymentKind, movement: Movement, out_of: int | None = None
) -> Payment | None:
    """
    Book an amount that went back; the same key again books nothing, and None is returned.

    It leaves by the account of the ledger it came in by, or by `out_of`. More than what is left of
    the payment is owed by its first account. The payment's row has to be locked.
    """
    amount_minor = movement.amount_minor
    row = _row(payment, kind, -amount_minor, movement)
    if row is None:
        return None
    held = holdings(payment=payment)
    parts = in_turn(amount_minor, holdings=held)
    missing = amount_minor - sum(minor for _place, minor in parts)
    if missing:
        parts.append((Place(_first_account(payment), None), missing))
    way_out = out_of or way_in(payment)
    _post(row, [(place.ledger_id, -minor) for place, minor in parts], way_out)
    Allocation.objects.bulk_create(
        Allocation(payment=row, bill_id=place.bill_id, amount_minor=-minor)
        for place, minor in parts
        if place.bill_id is not None
    )
    _count_suspense(payment)
    return row


@inside_transaction
def come_again(
    *, payment: Payment, kind: PaymentKind, movement: Movement, taken: QuerySet[Payment]
) -> Payment | None:
    """
    Book that what was `taken` of a payment came again: to the accounts it was taken from, and to
    their bills as far as these are still owed. The same key again books nothing, and None is
    returned.
    """
    amount_minor = movement.amount_minor
    row = _row(payment, kind, amount_minor, movement)
    if row is None:
        return None
    sources = [f"payment:{pk}" for pk in taken.values_list("pk", flat=True)]
    gave: Counter[int] = Counter()
    for one in Transfer.objects.filter(source__in=sources):
        gave[one.debit_id] += one.amount_minor
    parts = in_turn(amount_minor, holdings=sorted(gave.items()))
    missing = amount_minor - sum(minor for _ledger_id, minor in parts)
    if missing:
        parts.append((_first_account(payment), missing))
    _post(row, parts, way_in(payment))
    _allocate_again(row, taken_ids=[int(source.partition(":")[2]) for source in sources])
    return row


def _allocate_again(row: Payment, *, taken_ids: list[int]) -> None:
    wanted = dict(
        Allocation.objects.filter(payment_id__in=taken_ids)
        .values_list("bill_id")
        .annotate(total=Sum("amount_minor"))
    )
    owed = outstanding_minor(bill_ids=list(wanted))
    fitting = [(pk, min(-wanted[pk], owed[pk])) for pk in sorted(wanted) if owed[pk] > 0]
    Allocation.objects.bulk_create(
        Allocation(payment=row, bill_id=bill_id, amount_minor=minor)
        for bill_id, minor in in_turn(row.amount_minor, holdings=fitting)
    )


def _row(
    payment: Payment, kind: PaymentKind, amount_minor: int, movement: Movement
) -> Payment | None:
    row, made = Payment.objects.get_or_create(
        booking_key=movement.key,
        defaults={
            "company": payment.company,
            "kind": kind,
            "reverses": payment,
            "method": payment.method,
            "amount_minor": amount_minor,
            "currency": payment.currency,
            "received_at": movement.now,
            "value_date": movement.today,
            "booked_by": movement.by,
            "note": movement.note[:200],
        },
    )
    return row if made else None


def _post(row: Payment, parts: list[tuple[int, int]], other: int) -> None:
    """
    Move amounts between accounts of the ledger and another: more than zero comes from that.
    """
    amounts: Counter[int] = Counter()
    for ledger_id, minor in parts:
        amounts[ledger_id] += minor
    ledger.post(
        postings=[
            ledger.Posting(
                debit_id=other if minor > 0 else ledger_id,
                credit_id=ledger_id if minor > 0 else other,
                amount_minor=abs(minor),
                leg=leg,
            )
            for leg, (ledger_id, minor) in enumerate(sorted(amounts.items()))
        ],
        currency=row.currency,
        company_id=row.company_id,
        effective_date=row.value_date,
        source=f"payment:{row.pk}",
        now=row.received_at,
    )


def _first(payment: Payment) -> Transfer:
    return Transfer.objects.filter(source=f"payment:{payment.pk}").order_by("leg")[0]


def way_in(payment: Payment) -> int:
    """
    Return the account of the ledger by which a payment came in: the bank, or a gateway's clearing.
    """
    return _first(payment).debit_id


def _first_account(payment: Payment) -> int:
    return _first(payment).credit_id


def _count_suspense(payment: Payment) -> None:
    if payment.suspense_minor:
        kinds = LedgerAccount.objects.filter(kind=LedgerAccountKind.SUSPENSE)
        there = moved(payment)
        left = sum(there[pk] for pk in kinds.filter(pk__in=there).values_list("pk", flat=True))
        Payment.objects.filter(pk=payment.pk).update(suspense_minor=left)
