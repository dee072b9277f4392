"""Book a bank transfer that staff found on the bank's statement."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mains.core.money import Money
from mains.payments import actions as payments
from mains.payments import booking, queries


class FutureValueDate(Exception):
    """A bank cannot have booked something on a day that has not come yet."""


class UnknownBill(Exception):
    """No issued bill has this number or payment reference."""


@dataclass(frozen=True, slots=True)
class Booked:
    """
    The bill of a transfer; `before` says that the transfer had been booked already.
    """

    bill_id: int
    before: bool


def book(
    *,
    reference: str,
    amount: Decimal,
    bank_reference: str,
    value_date: date,
    booked_by: str,
    now: datetime,
    today: date,
) -> Booked:
    """
    Book a transfer for the bill with a reference or number.

    The same bank reference again books nothing. A card page that is still open for the bill is
    closed once the bill is paid.

    :raises FutureValueDate: if the value date has not come yet.
    :raises UnknownBill: if there is no such bill.
    :raises booking.WrongAmount: for zero or less, or for parts of a cent.
    :raises booking.AlreadyBooked: if the bank reference was booked otherwise before.
    """
    if value_date > today:
        raise FutureValueDate(value_date)
    bill = queries.bill_of_reference(reference=reference, today=today)
    if bill is None:
        raise UnknownBill(reference)
    money = Money.round_from(amount, bill.total.currency)
    if money.as_decimal() != amount:
        raise booking.WrongAmount(amount)
    _payment, made = booking.book_bank_transfer(
        bill_id=bill.id,
        amount_minor=money.minor,
        bank_reference=bank_reference,
        value_date=value_date,
        booked_by=booked_by,
        now=now,
    )
    after = queries.bill(bill_id=bill.id, today=today)
    if after is not None and after.outstanding.minor == 0:
        payments.expire_pages_of(bill_ids=[bill.id], now=now, today=today)
    return Booked(bill_id=bill.id, before=not made)
