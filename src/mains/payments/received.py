"""What was paid to accounts, and what of it went back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from mains.core.arrays import integer_array
from mains.core.money import Money


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """
    What one payment brought to an account; `credit` is the part that settled no bill.

    Beside it the payer paid a `fee`, told once for a payment of several accounts; `went_back` is
    what of the amount was given back or taken since.
    """

    received_at: datetime
    method: str
    booking_key: str
    amount: Money
    credit: Money
    bill_numbers: str
    fee: Money
    went_back: Money


# From the ledger, not from the allocations: money on a paid bill settles nothing and still arrived.
# What was taken off an account again, because it was booked there by mistake, never was its own.
_PAYMENTS = """
with brought as (
  select l.account_id, split_part(t.source, ':', 2)::bigint as payment_id,
         sum(case when t.credit_id = l.id then t.amount_minor else -t.amount_minor end) as minor
  from ledger_ledgeraccount l
  join ledger_transfer t on (t.credit_id = l.id or t.debit_id = l.id)
    and t.source like 'payment:%%'
  where l.account_id = any(%s::bigint[])
  group by 1, 2
)
select p.received_at, p.method, p.booking_key, p.currency, brought.minor,
       brought.minor - coalesce(sum(x.amount_minor), 0),
       coalesce(string_agg(b.number, ', ' order by b.number), ''),
       case row_number() over (partition by p.id order by brought.account_id) when 1 then coalesce(
         (select sum(t.amount_minor) from ledger_transfer t
          join ledger_ledgeraccount f on f.id = t.credit_id and f.kind = 'FEE'
          where t.source = 'payment:' || p.id), 0) else 0 end,
       coalesce((select -sum(gone.minor) from brought gone join payments_payment r
         on r.id = gone.payment_id
         where r.reverses_id = p.id and gone.account_id = brought.account_id), 0)
from brought
join payments_payment p on p.id = brought.payment_id and p.kind = 'RECEIPT'
left join (payments_allocation x join billing_bill b on b.id = x.bill_id)
  on x.payment_id = p.id and b.account_id = brought.account_id
where brought.minor > 0
group by p.id, brought.account_id, brought.minor
order by p.received_at desc, p.id desc, brought.account_id
offset %s limit %s
"""


def payments(
    *, account_ids: Collection[int], first: int = 0, limit: int | None = None
) -> list[PaymentRow]:
    """
    Return what was paid to the accounts, newest first: whole sums, with bills or without.

    `first` are left out; without a limit all the others follow.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAYMENTS, [integer_array(account_ids), first, limit])
        return [
            PaymentRow(
                received_at=row[0],
                method=row[1],
                booking_key=row[2],
                amount=Money(int(row[4]), row[3]),
                credit=Money(int(row[5]), row[3]),
                bill_numbers=row[6],
                fee=Money(int(row[7]), row[3]),
                went_back=Money(int(row[8]), row[3]),
            )
            for row in cursor.fetchall()
        ]
