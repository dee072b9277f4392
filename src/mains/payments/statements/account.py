"""Statements of account: every movement of what an account owes, as the ledger has it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from mains.billing.models import BillKind
from mains.core.arrays import integer_array
from mains.core.money import Money
from mains.customers.models import Account
from mains.payments.models import PaymentKind
from mains.payments.rules.statements import Days, balances


class Kind(StrEnum):
    """
    What moved a balance.
    """

    BILL = "BILL"
    CREDIT_NOTE = "CREDIT_NOTE"
    PAYMENT = "PAYMENT"
    REFUND = "REFUND"
    CHARGEBACK = "CHARGEBACK"
    # A chargeback that was given back.
    CHARGEBACK_WON = "CHARGEBACK_WON"
    # Booked to the wrong account or bill: it is in suspense until it is matched again.
    UNMATCHED = "UNMATCHED"
    CORRECTION = "CORRECTION"


@dataclass(frozen=True, slots=True)
class Line:
    """
    One movement: more than zero is charged, less is credited; `balance` is owed after it.

    `number` is that of the bill or the receipt; `about` those of the bills that it concerns.
    """

    day: date
    kind: Kind
    amount: Money
    balance: Money
    number: str = ""
    bill_id: int | None = None
    bill_kind: str = ""
    method: str = ""
    # What the bank or the gateway calls it.
    booking_key: str = ""
    about: str = ""
    # It lay in suspense first, until somebody knew whose it was.
    is_placed: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """
    The movements of one account on some days, the oldest first; owed is above zero.
    """

    account_id: int
    account_number: str
    company_code: str
    company_name: str
    days: Days
    opening: Money
    lines: tuple[Line, ...]

    @property
    def closing(self) -> Money:
        return self.lines[-1].balance if self.lines else self.opening

    @property
    def charged(self) -> Money:
        return self._sum(sign=1)

    @property
    def credited(self) -> Money:
        return -self._sum(sign=-1)

    def _sum(self, *, sign: int) -> Money:
        minor = sum(one.amount.minor for one in self.lines if one.amount.minor * sign > 0)
        return Money(minor, self.opening.currency)


_OPENING = """
select l.account_id, sum(m.minor) from ledger_ledgeraccount l
join lateral (
  select t.amount_minor as minor from ledger_transfer t
  where t.debit_id = l.id and t.effective_date < %(first)s
  union all
  select -t.amount_minor from ledger_transfer t
  where t.credit_id = l.id and t.effective_date < %(first)s) m on true
where l.account_id = any(%(accounts)s::bigint[])
group by l.account_id
"""
# A bill moves the balance once, whatever it is made of: its transfers are one line.
_LINES = """
with moved as (
  select l.account_id, t.id, t.source, t.effective_date, t.amount_minor as minor
  from ledger_ledgeraccount l join ledger_transfer t on t.debit_id = l.id
  where l.account_id = any(%(accounts)s::bigint[])
    and t.effective_date between %(first)s and %(last)s
  union all
  select l.account_id, t.id, t.source, t.effective_date, -t.amount_minor
  from ledger_ledgeraccount l join ledger_transfer t on t.credit_id = l.id
  where l.account_id = any(%(accounts)s::bigint[])
    and t.effective_date between %(first)s and %(last)s
), whole as (
  select account_id, source, effective_date as day, min(id) as id, sum(minor) as minor,
         case when source like 'bill:%%' then split_part(source, ':', 2)::bigint end as bill_id,
         case when source like 'payment:%%'
              then split_part(source, ':', 2)::bigint end as payment_id
  from moved group by account_id, source, effective_date
)
select w.account_id, w.day, w.minor, w.source, b.id, b.kind, b.number, c.number,
       p.id, p.kind, p.method, p.booking_key,
       (select string_agg(y.number, ', ' order by y.number)
        from payments_allocation x join billing_bill y on y.id = x.bill_id
        where x.payment_id = p.id and y.account_id = w.account_id)
from whole w
left join billing_bill b on b.id = w.bill_id
left join billing_bill c on c.id = b.credits_id
left join payments_payment p on p.id = w.payment_id
where w.minor <> 0
order by w.account_id, w.day, w.id
"""


def statements(*, account_ids: Collection[int], days: Days, today: date) -> list[Statement]:
    """
    Return the statement of each of the accounts, by company and account number.

    Opening and movements come to the closing balance, and where the days reach today that is the
    balance of the ledger. What is being confirmed and what waits in suspense is in no statement.
    """
    wanted: dict[str, str | date] = {
        "accounts": integer_array(account_ids), "first": days.first, "last": days.until(today),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OPENING, wanted)
        opening = {row[0]: int(row[1]) for row in cursor.fetchall()}
        cursor.execute(_LINES, wanted)
        rows = {
            account_id: list(found)
            for account_id, found in groupby(cursor.fetchall(), key=itemgetter(0))
        }
    accounts = Account.objects.filter(pk__in=account_ids).select_related("company")
    return [
        Statement(
            account_id=account.pk,
            account_number=account.number,
            company_code=account.company.code,
            company_name=account.company.name,
            days=days,
            opening=Money(opening.get(account.pk, 0), account.currency),
            lines=tuple(
                _lines(rows.get(account.pk, []), opening.get(account.pk, 0), account.currency)
            ),
        )
        for account in accounts.order_by("company__name", "company_id", "number")
    ]


def _lines(rows: list[tuple[Any, ...]], opening: int, currency: str) -> Iterator[Line]:
    amounts = [int(row[2]) for row in rows]
    for row, minor, balance in zip(rows, amounts, balances(opening, amounts), strict=True):
        yield _line(row, Money(minor, currency), Money(balance, currency))


def _line(row: tuple[Any, ...], amount: Money, balance: Money) -> Line:
    _account_id, day, _minor, source, bill_id, bill_kind, number, credited = row[:8]
    payment_id, payment_kind, method, booking_key, settled = row[8:]
    if bill_id is not None:
        is_note = bill_kind == BillKind.CREDIT
        return Line(
            day=day,
            kind=Kind.CREDIT_NOTE if is_note else Kind.BILL,
            amount=amount,
            balance=balance,
            number=number,
            bill_id=bill_id,
            bill_kind=bill_kind,
            about=credited or "",
        )
    if payment_id is not None:
        return Line(
            day=day,
            kind=_kind(payment_kind, amount),
            amount=amount,
            balance=balance,
            number=f"P{payment_id:08d}",
            method=method,
            booking_key=booking_key,
            about=settled or "",
            is_placed=source.count(":") > 1 and amount.minor < 0,
        )
    return Line(day=day, kind=Kind.CORRECTION, amount=amount, balance=balance)


def _kind(payment_kind: str, amount: Money) -> Kind:
    if payment_kind == PaymentKind.CHARGEBACK:
        return Kind.CHARGEBACK if amount.minor > 0 else Kind.CHARGEBACK_WON
    if payment_kind == PaymentKind.REFUND:
        return Kind.REFUND if amount.minor > 0 else Kind.CHARGEBACK_WON
    return Kind.UNMATCHED if amount.minor > 0 else Kind.PAYMENT
