"""Book a bank transfer that staff found on the bank's statement."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mains.core.money import Money
from mains.payments import booking, finding
from mains.payments.bank import overview, placing
from mains.payments.bills_due.overview import DocumentRow
from mains.payments.queries import BillRow
from mains.references.payable import WrongReference


class FutureValueDate(Exception):
    """A bank cannot have booked something on a day that has not come yet."""


class OnStatement(Exception):
    """The transfer came with a bank statement; it is placed there."""


class UnknownBill(Exception):
    """Nothing that can be paid has this number, reference or code."""


@dataclass(frozen=True, slots=True)
class Booked:
    """
    The bill of a transfer, the first of a payment document; `before` says that it was booked
    already.
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
    Book a transfer for the bill or payment document that a reference, code or number names.

    Of two bills with the same code (of two companies) it is the one on which this amount is owed.
    The same bank reference again books nothing. Card pages that are still open for bills that are
    paid now are closed.

    :raises FutureValueDate: if the value date has not come yet.
    :raises OnStatement: if a bank statement brought the transfer, and with it the money.
    :raises UnknownBill: if nothing is named, or the check digits are wrong.
    :raises booking.WrongAmount: for zero or less, or for parts of a cent.
    :raises booking.AlreadyBooked: if the bank reference was booked otherwise before.
    """
    if value_date > today:
        raise FutureValueDate(value_date)
    target = _named(reference, amount, today)
    money = Money.round_from(amount, target.total.currency)
    if money.as_decimal() != amount:
        raise booking.WrongAmount(amount)
    if overview.brought(
        company=target.company_code, reference=bank_reference, amount_minor=money.minor
    ):
        raise OnStatement(bank_reference)
    details: dict[str, Any] = {
        "amount_minor": money.minor,
        "bank_reference": bank_reference,
        "value_date": value_date,
        "booked_by": booked_by,
        "now": now,
    }
    if isinstance(target, BillRow):
        bill_id = target.id
        payment, made = booking.book_bank_transfer(bill_id=target.id, **details)
    else:
        bill_id = target.lines[0].bill.id
        payment, made = booking.book_document_transfer(document_id=target.id, **details)
    placing.follow(payment_ids=[payment.pk], now=now, today=today)
    return Booked(bill_id=bill_id, before=not made)


def _named(reference: str, amount: Decimal, today: date) -> BillRow | DocumentRow:
    try:
        found = finding.named(typed=reference, today=today)
    except WrongReference as error:
        raise UnknownBill(reference) from error
    named: list[BillRow | DocumentRow] = [*found.bills, *found.documents]
    if len(named) > 1:
        named = [row for row in found.bills if row.outstanding.as_decimal() == amount]
    if len(named) != 1:
        raise UnknownBill(reference)
    return named[0]
