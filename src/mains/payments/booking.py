"""Turn money that arrived into a payment, allocations and transfers: exactly once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from mains.billing.models import Bill
from mains.core.money import Money
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account, Company, Scheme
from mains.ledger import actions as ledger
from mains.ledger.models import LedgerAccount, LedgerAccountKind
from mains.notifications import actions as notifications
from mains.payments.allocating import allocate, outstanding_minor
from mains.payments.gateways.base import Notice
from mains.payments.models import (
    Payment,
    PaymentAttempt,
    PaymentDocument,
    PaymentMethod,
)
from mains.payments.receipts import receipt_values
from mains.payments.rules.spreading import spread


class AlreadyBooked(Exception):
    """A bank transfer with this reference was booked before with another amount or bill."""


class WrongAmount(Exception):
    """An amount to book has to be more than zero."""


@inside_transaction
def book_card_payment(
    *, attempt: PaymentAttempt, notice: Notice, now: datetime, today: date
) -> int:
    """
    Book what a gateway collected for an attempt, queue the receipt, and return in minor units what
    of it settled no bill.

    What was collected is booked even where it is not what was asked for: a shortfall leaves the
    bill part-paid, an excess stays as credit, another currency waits in suspense.
    """
    payment = Payment.objects.create(
        company=attempt.company,
        attempt=attempt,
        method=_method(attempt),
        amount_minor=notice.amount_minor,
        currency=notice.currency,
        received_at=now,
        value_date=today,
        booking_key=f"{attempt.gateway}:{notice.gateway_reference}",
        booked_by=f"gateway:{attempt.gateway}",
    )
    clearing = ledger.company_account(
        company=attempt.company,
        kind=LedgerAccountKind.CLEARING,
        detail=attempt.gateway,
        currency=payment.currency,
    )
    if payment.currency != attempt.currency:
        _post_to_suspense(payment=payment, debit_id=clearing.pk, now=now)
        return 0
    asked = [
        (part.bill, part.amount_minor)
        for part in attempt.parts.select_related("bill__account__customer").order_by("bill_id")
    ]
    # What falls short falls short of the fee first.
    over = payment.amount_minor - sum(amount for _bill, amount in asked)
    fee_minor = max(min(over, attempt.fee_minor), 0)
    parts = spread(payment.amount_minor - fee_minor, asked=asked)
    left_over = _allocate_and_post(
        payment=payment, parts=parts, debit_id=clearing.pk, now=now, fee_minor=fee_minor
    )
    if attempt.email:
        notifications.queue(
            kind="payment-received",
            key=str(payment.pk),
            recipient=attempt.email,
            language=attempt.language,
            values=receipt_values(
                payment=payment, bills=[bill for bill, _amount in parts], language=attempt.language
            ),
            now=now,
        )
    return left_over


def _method(attempt: PaymentAttempt) -> PaymentMethod:
    is_debit = attempt.mandate is not None and attempt.mandate.scheme != Scheme.CARD
    return PaymentMethod.DIRECT_DEBIT if is_debit else PaymentMethod.CARD


def _post_to_suspense(*, payment: Payment, debit_id: int, now: datetime) -> None:
    suspense = ledger.company_account(
        company=payment.company,
        kind=LedgerAccountKind.SUSPENSE,
        detail="main",
        currency=payment.currency,
    )
    ledger.post(
        postings=[
            ledger.Posting(
                debit_id=debit_id, credit_id=suspense.pk, amount_minor=payment.amount_minor, leg=0
            )
        ],
        currency=payment.currency,
        company_id=payment.company_id,
        effective_date=payment.value_date,
        source=f"payment:{payment.pk}",
        now=now,
    )
    payment.suspense_minor = payment.amount_minor
    payment.save(update_fields=["suspense_minor"])


@inside_transaction
def book_unknown(
    *,
    company: Company,
    amount: Money,
    key: str,
    value_date: date,
    note: str,
    booked_by: str,
    now: datetime,
    counters: str = "",
) -> Payment:
    """
    Book money that came to the bank and that nobody can place, in suspense; twice is once.

    `counters` name the collection through which the bank will pay it out as one sum.
    """
    payment, made = Payment.objects.get_or_create(
        booking_key=key,
        defaults={
            "company": company,
            "method": PaymentMethod.BANK_TRANSFER,
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "received_at": now,
            "value_date": value_date,
            "booked_by": booked_by,
            "note": note[:200],
        },
    )
    if made:
        way_in = _way_in(company=company, counters=counters, currency=amount.currency)
        _post_to_suspense(payment=payment, debit_id=way_in.pk, now=now)
    return payment


@owns_transaction
def book_bank_transfer(
    *,
    bill_id: int,
    amount_minor: int,
    bank_reference: str,
    value_date: date,
    booked_by: str,
    now: datetime,
) -> tuple[Payment, bool]:
    """
    Book a bank transfer for a bill; what exceeds the bill stays as credit of its account.

    The same bank reference again returns the first booking, and False for that it was not made now.

    :raises WrongAmount: for zero or less.
    :raises AlreadyBooked: if that reference was booked with another amount or bill.
    """
    (bill,) = _locked(bill_ids=[bill_id])
    transfer = _Transfer(bill.reference, amount_minor, bank_reference, value_date, booked_by)
    return _book(transfer=transfer, parts=[(bill, amount_minor)], now=now)


@owns_transaction
def book_document_transfer(
    *,
    document_id: int,
    amount_minor: int,
    bank_reference: str,
    value_date: date,
    booked_by: str,
    now: datetime,
) -> tuple[Payment, bool]:
    """
    Book a bank transfer for a payment document: its bills in turn, each as far as it is owed.

    What is left over stays as credit of the account. Money that comes after the last day, or when
    a bill was paid otherwise, is booked all the same. Twice is once, as for a bill.

    :raises WrongAmount: for zero or less.
    :raises AlreadyBooked: if that reference was booked with another amount or for something else.
    """
    document = PaymentDocument.objects.get(pk=document_id)
    bills = _locked(bill_ids=[bill_id for bill_id, _asked in document.bills])
    owed = outstanding_minor(bill_ids=[bill.pk for bill in bills])
    asked = [(bill, max(owed[bill.pk], 0)) for bill in bills]
    transfer = _Transfer(document.number, amount_minor, bank_reference, value_date, booked_by)
    parts = spread(max(amount_minor, 0), asked=asked)
    return _book(transfer=transfer, parts=parts, now=now)


@inside_transaction
def book_line(
    *,
    parts: Sequence[tuple[int, int]],
    bank_reference: str,
    value_date: date,
    booked_by: str,
    now: datetime,
    counters: str = "",
) -> Payment:
    """
    Book a line of a statement: so many minor units for each bill; twice is once.

    What exceeds a bill stays as credit of its account; for `counters` see `book_unknown`.

    :raises WrongAmount: for zero or less.
    :raises AlreadyBooked: if that reference was booked otherwise.
    """
    bills = _locked(bill_ids=[bill_id for bill_id, _minor in parts])
    transfer = _Transfer(
        ", ".join(bill.reference for bill in bills)[:200],
        sum(minor for _bill_id, minor in parts),
        bank_reference,
        value_date,
        booked_by,
        counters,
    )
    shares = [(bill, minor) for bill, (_id, minor) in zip(bills, parts, strict=True)]
    payment, _made = _book(transfer=transfer, parts=shares, now=now)
    return payment


def _way_in(*, company: Company, counters: str, currency: str) -> LedgerAccount:
    return ledger.company_account(
        company=company,
        kind=LedgerAccountKind.CLEARING if counters else LedgerAccountKind.BANK,
        detail=counters or "main",
        currency=currency,
    )


class _Transfer(NamedTuple):
    named: str
    amount_minor: int
    bank_reference: str
    value_date: date
    booked_by: str
    counters: str = ""


def _locked(*, bill_ids: Sequence[int]) -> list[Bill]:
    """
    Lock bills and return them in the given order.
    """
    bills = {
        bill.pk: bill
        for bill in Bill.objects.select_for_update(of=("self",))
        .select_related("account__company", "account__customer")
        .filter(pk__in=bill_ids)
        .order_by("pk")
    }
    return [bills[bill_id] for bill_id in bill_ids]


def _book(
    *, transfer: _Transfer, parts: list[tuple[Bill, int]], now: datetime
) -> tuple[Payment, bool]:
    if transfer.amount_minor <= 0:
        raise WrongAmount(transfer.amount_minor)
    account = parts[0][0].account
    payment, made = Payment.objects.get_or_create(
        booking_key=f"bank:{account.company.code}:{transfer.bank_reference}",
        defaults={
            "company": account.company,
            "method": PaymentMethod.BANK_TRANSFER,
            "amount_minor": transfer.amount_minor,
            "currency": parts[0][0].currency,
            "received_at": now,
            "value_date": transfer.value_date,
            "booked_by": transfer.booked_by,
            "note": transfer.named,
        },
    )
    if not made:
        if (payment.amount_minor, payment.note) != (transfer.amount_minor, transfer.named):
            raise AlreadyBooked(transfer.bank_reference)
        return payment, False
    way_in = _way_in(company=account.company, counters=transfer.counters, currency=payment.currency)
    _allocate_and_post(payment=payment, parts=parts, debit_id=way_in.pk, now=now)
    customer = account.customer
    if customer.email:
        notifications.queue(
            kind="payment-received",
            key=str(payment.pk),
            recipient=customer.email,
            language=customer.language,
            values=receipt_values(
                payment=payment,
                bills=[bill for bill, _amount in parts],
                language=customer.language,
            ),
            now=now,
        )
    return payment, True


def _allocate_and_post(
    *,
    payment: Payment,
    parts: list[tuple[Bill, int]],
    debit_id: int,
    now: datetime,
    fee_minor: int = 0,
) -> int:
    """
    Settle bills with a payment and post it; return in minor units what settled none.
    """
    # The bills' rows are locked, so two payments of one bill cannot both see it as owed.
    ids = [bill.pk for bill, _amount in parts]
    list(Bill.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    owed = outstanding_minor(bill_ids=ids)
    fitting = [(bill.pk, min(amount, owed[bill.pk])) for bill, amount in parts]
    allocate(payment_id=payment.pk, parts=[(pk, minor) for pk, minor in fitting if minor > 0])
    postings = [
        ledger.Posting(
            debit_id=debit_id,
            credit_id=ledger.receivable(account=account).pk,
            amount_minor=amount,
            leg=leg,
        )
        for leg, (account, amount) in enumerate(_per_account(parts))
    ]
    if fee_minor:
        fees = ledger.company_account(
            company=payment.company,
            kind=LedgerAccountKind.FEE,
            detail="payments",
            currency=payment.currency,
        )
        postings.append(ledger.Posting(debit_id, fees.pk, fee_minor, len(postings)))
    ledger.post(
        postings=postings,
        currency=payment.currency,
        company_id=payment.company_id,
        effective_date=payment.value_date,
        source=f"payment:{payment.pk}",
        now=now,
    )
    return sum(amount for _bill, amount in parts) - sum(max(minor, 0) for _pk, minor in fitting)


def _per_account(parts: list[tuple[Bill, int]]) -> list[tuple[Account, int]]:
    amounts: dict[int, tuple[Account, int]] = {}
    for bill, amount in parts:
        before = amounts.get(bill.account_id, (bill.account, 0))[1]
        amounts[bill.account_id] = (bill.account, before + amount)
    return [amounts[key] for key in sorted(amounts)]
