"""What was booked, as the desk lists it and looks for it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from mains.core.money import Money
from mains.customers.companies import all_companies
from mains.ledger.models import LedgerAccount, Transfer
from mains.payments.gateways import GATEWAYS
from mains.payments.models import Allocation, BankLine, Payment

_RECEIPT = re.compile(r"[Pp](\d{8,18})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which payments somebody looks for; an empty field does not matter.

    A payment is of the day on which it was booked, and of its value date. An amount, in minor
    units, finds what came in and what went back.
    """

    text: str = ""
    amount_minor: int | None = None
    first: date | None = None
    last: date | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class BookedRow:
    """
    A payment as the desk lists it; what no bill took stays as credit of the account.

    `account_id` is of the account that has it where no bill took any of it, `bank_line_id` of the
    line of a statement that brought it, if one did.
    """

    id: int
    kind: str
    received_at: datetime
    value_date: date
    amount: Money
    method: str
    bill_id: int | None
    bill_number: str
    booking_key: str
    booked_by: str
    account_id: int | None
    account_number: str
    bank_line_id: int | None
    payer_name: str
    # Nobody has said yet whose it is.
    is_in_suspense: bool


def booked(*, wanted: Wanted, zone: ZoneInfo, first: int = 0, limit: int = 50) -> list[BookedRow]:
    """
    Return the payments that are wanted, the latest first; days are those of the time zone.

    A text is a receipt's or a bill's whole number, a part of the payer's name on a statement, or
    how a reference of a bank or a gateway begins.
    """
    rows = _wanted(wanted, zone).prefetch_related("allocations__bill", "bank_lines").defer("note")
    found = list(rows.order_by("-received_at", "-pk")[first : first + limit])
    on_account = [one for one in found if not (one.allocations.all() or one.suspense_minor)]
    accounts = _accounts([one.pk for one in on_account])
    return [_row(one, *accounts.get(one.pk, (None, ""))) for one in found]


def _wanted(wanted: Wanted, zone: ZoneInfo) -> QuerySet[Payment]:
    rows = Payment.objects.all()
    if wanted.text:
        rows = rows.filter(_called(wanted.text))
    if wanted.amount_minor is not None:
        rows = rows.filter(amount_minor__in=[wanted.amount_minor, -wanted.amount_minor])
    if wanted.method:
        rows = rows.filter(method=wanted.method)
    return rows.filter(_in_days(wanted, zone))


def _in_days(wanted: Wanted, zone: ZoneInfo) -> Q:
    booked_then, counted_then = Q(), Q()
    if wanted.first:
        booked_then &= Q(received_at__gte=datetime.combine(wanted.first, time.min, zone))
        counted_then &= Q(value_date__gte=wanted.first)
    if wanted.last:
        next_day = wanted.last + timedelta(days=1)
        booked_then &= Q(received_at__lt=datetime.combine(next_day, time.min, zone))
        counted_then &= Q(value_date__lte=wanted.last)
    return booked_then | counted_then


def _called(text: str) -> Q:
    plain = "".join(text.split())
    sources = [*GATEWAYS, *(f"bank:{one.code}" for one in all_companies())]
    # The beginnings of a unique key, so an index finds them.
    called = reduce(or_, (Q(booking_key__startswith=f"{one}:{text}") for one in sources))
    paid = Allocation.objects.filter(bill__number__in={plain, plain.upper()})
    brought = BankLine.objects.filter(
        Q(payer_name__unaccent__icontains=text) | Q(bank_reference=text) | Q(end_to_end_id=text),
        payment__isnull=False,
    )
    called |= Q(pk__in=paid.values("payment_id")) | Q(pk__in=brought.values("payment_id"))
    receipt = _RECEIPT.fullmatch(plain)
    return called | Q(pk=int(receipt[1])) if receipt else called


def _accounts(payment_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """
    Return id and number of the account to which each of some payments went last.
    """
    of_one = [
        Q(source=f"payment:{one}") | Q(source__startswith=f"payment:{one}:") for one in payment_ids
    ]
    if not of_one:
        return {}
    moved = Transfer.objects.filter(reduce(or_, of_one)).order_by("recorded_at", "leg")
    sides = [
        (int(source.split(":")[1]), book)
        for source, *both in moved.values_list("source", "debit_id", "credit_id")
        for book in both
    ]
    held = LedgerAccount.objects.filter(pk__in={book for _id, book in sides})
    names = {
        pk: (account_id, number)
        for pk, account_id, number in held.values_list("pk", "account_id", "account__number")
        if account_id
    }
    return {payment: names[book] for payment, book in sides if book in names}


def _row(row: Payment, account_id: int | None, account_number: str) -> BookedRow:
    bills = [allocation.bill for allocation in row.allocations.all()]
    line = next(iter(row.bank_lines.all()), None)
    return BookedRow(
        id=row.pk,
        kind=row.kind,
        received_at=row.received_at,
        value_date=row.value_date,
        amount=Money(row.amount_minor, row.currency),
        method=row.method,
        bill_id=bills[0].pk if bills else None,
        bill_number=", ".join(bill.number for bill in bills),
        booking_key=row.booking_key,
        booked_by=row.booked_by,
        account_id=account_id,
        account_number=account_number,
        bank_line_id=line.pk if line else None,
        payer_name=line.payer_name if line else "",
        is_in_suspense=row.suspense_minor > 0,
    )
