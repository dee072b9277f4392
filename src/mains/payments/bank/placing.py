"""Book the lines of a statement as far as it is certain what they are; once, however often."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from django.db.models import QuerySet

from mains.audit.actions import record
from mains.core.money import Money
from mains.core.transactions import owns_transaction
from mains.customers.models import Company
from mains.ledger.models import LedgerAccount
from mains.payments import booking, releasing, reversing, settling, suspense
from mains.payments.allocating import outstanding_minor
from mains.payments.bank import proposing
from mains.payments.direct_debits import collecting, returning
from mains.payments.gateways.base import GatewayUnavailable
from mains.payments.models import Allocation, BankLine, LineState, Payment, PaymentKind, Way
from mains.payments.rules import matching
from mains.payments.rules.matching import Proposal
from mains.payments.suspense import Share

log = structlog.get_logger()
BY = "system"
# What a line has as its reason that waits because staff booked the same money before.
BOOKED_BEFORE = "BOOKED_BEFORE"


@dataclass(frozen=True, slots=True)
class Manner:
    """
    How lines are placed: whether a reference is enough without its amount, and when it happens.
    """

    reference_alone: bool
    now: datetime
    today: date


def place_open(*, lines: QuerySet[BankLine], manner: Manner) -> None:
    """
    Place those of some lines that nobody has looked at; one that fails keeps no other waiting.
    """
    for line_id in list(lines.order_by("pk").values_list("pk", flat=True)):
        try:
            place(line_id=line_id, manner=manner)
        except Exception:
            # It is tried again with the next sweep.
            log.exception("bank.line_not_placed", line=line_id)


def unplaced() -> QuerySet[BankLine]:
    """
    Return the credits that are in no account yet, and the debits that nobody has looked at.
    """
    return BankLine.objects.filter(state=LineState.OPEN, payment=None, handled_at=None)


def place(*, line_id: int, manner: Manner) -> None:
    """
    Book a line where it is certain what it is; other credits wait in suspense.

    Again does nothing. A debit that is none of ours stays open.
    """
    payment = _place(line_id=line_id, manner=manner)
    if payment is not None:
        follow(payment_ids=[payment.pk], now=manner.now, today=manner.today)


def follow(*, payment_ids: Collection[int], now: datetime, today: date) -> None:
    """
    Use what was paid too much, and close the card pages of bills that are paid now.
    """
    ledgers = [
        pk
        for payment in Payment.objects.filter(pk__in=payment_ids)
        for pk, minor in reversing.moved(payment).items()
        if minor > 0
    ]
    accounts = LedgerAccount.objects.filter(pk__in=ledgers, account__isnull=False)
    for account_id in sorted(accounts.values_list("account_id", flat=True)):
        releasing.use_credit_of(account_id=account_id)
    bill_ids = Allocation.objects.filter(payment_id__in=payment_ids).values_list(
        "bill_id", flat=True
    )
    owed = outstanding_minor(bill_ids=list(bill_ids))
    for bill_id in sorted(bill_id for bill_id, minor in owed.items() if minor == 0):
        try:
            settling.expire_live(bill_ids=[bill_id], now=now, today=today)
        except (GatewayUnavailable, settling.BeingCollected) as error:
            # The money is booked; what comes in on top becomes credit.
            log.warning("bank.page_stays_open", bill=bill_id, why=type(error).__name__)


@owns_transaction
def _place(*, line_id: int, manner: Manner) -> Payment | None:
    line = (
        unplaced()
        .select_for_update(of=("self",))
        .select_related("company")
        .filter(pk=line_id)
        .first()
    )
    if line is None:
        return None
    line.handled_by, line.handled_at = BY, manner.now
    if line.amount_minor < 0:
        _debit(line, manner)
    else:
        _credit(line, manner)
    line.save()
    if line.state != LineState.BOOKED:
        return None
    record(
        action="bank_line.booked",
        subject=f"bank_line:{line.pk}",
        actor=BY,
        detail={"minor": line.amount_minor},
        now=manner.now,
    )
    return line.payment


def _debit(line: BankLine, manner: Manner) -> None:
    if line.counters:
        _cancel(line, manner)
    elif _is_returned(line, manner):
        line.state, line.way = LineState.BOOKED, Way.RETURNED


def _is_returned(line: BankLine, manner: Manner) -> bool:
    if not (line.return_reason or line.end_to_end_id or line.mandate_reference):
        return False
    return returning.take_in(
        end_to_end_id=line.end_to_end_id,
        reason=line.return_reason,
        amount_minor=-line.amount_minor,
        currency=line.currency,
        key=booking_key(line),
        company_id=line.company_id,
        now=manner.now,
        today=manner.today,
    )


def _cancel(line: BankLine, manner: Manner) -> None:
    """
    Take back what a counter collected with the same reference and amount, and cancelled.
    """
    collected = (
        BankLine.objects.select_for_update(of=("self",))
        .filter(
            company=line.company, counters=line.counters, bank_account=line.bank_account,
            remittance=line.remittance, amount_minor=-line.amount_minor,
            payment__isnull=False, payment__reversals=None,
        )
        .order_by("booking_date", "pk")
        .first()
    )  # fmt: skip
    if collected is None:
        return
    payment = Payment.objects.select_for_update(of=("self",)).get(bank_lines=collected)
    movement = reversing.Movement(
        -line.amount_minor, booking_key(line), line.remittance, BY, manner.now, manner.today
    )
    line.payment = reversing.take_back(
        payment=payment, kind=PaymentKind.CHARGEBACK, movement=movement
    )
    line.state, line.way = LineState.BOOKED, Way.CANCELLED
    if collected.state == LineState.OPEN:
        collected.state, collected.way = LineState.BOOKED, Way.CANCELLED
        collected.save(update_fields=["state", "way"])


def _credit(line: BankLine, manner: Manner) -> None:
    if booked_before(line).exists():
        line.why = [BOOKED_BEFORE]
    elif _is_collection(line, manner):
        line.state, line.way = LineState.BOOKED, Way.COLLECTION
    else:
        found = proposing.by_reference(
            line=line, today=manner.today, reference_alone=manner.reference_alone
        )
        _book(line, matching.certain(found.proposals), manner)


def _is_collection(line: BankLine, manner: Manner) -> bool:
    if line.counters:
        return False
    texts = (line.end_to_end_id, line.remittance, line.text, line.bank_reference)
    return collecting.credited(
        company_id=line.company_id,
        texts=tuple(text for text in texts if text),
        amount_minor=line.amount_minor,
        currency=line.currency,
        key=booking_key(line),
        value_date=posting_date(line.company, line.value_date, manner.today),
        now=manner.now,
        today=manner.today,
    )


def _book(line: BankLine, proposal: Proposal | None, manner: Manner) -> None:
    if proposal is None or not proposal.parts:
        line.payment = to_suspense(line, now=manner.now, today=manner.today)
        if proposal is not None:
            what = Share(line.payment.pk, line.amount_minor, BY, manner.now, manner.today)
            suspense.share(what, credits=[(proposal.account_id, line.amount_minor)])
    else:
        (first, minor), *others = proposal.parts
        line.payment = booking.book_line(
            parts=[(first, minor + proposal.rest_minor), *others],
            bank_reference=line.key,
            value_date=posting_date(line.company, line.value_date, manner.today),
            booked_by=BY,
            now=manner.now,
            counters=line.counters,
        )
    if proposal is not None:
        line.state, line.why = LineState.BOOKED, list(proposal.reasons)
        line.way = Way.BILLS if proposal.parts else Way.CREDIT


def to_suspense(line: BankLine, *, now: datetime, today: date) -> Payment:
    """
    Book a credit of which nobody knows yet what it is.
    """
    return booking.book_unknown(
        company=line.company,
        amount=Money(line.amount_minor, line.currency),
        key=booking_key(line),
        value_date=posting_date(line.company, line.value_date, today),
        note=proposing.text_of(line),
        booked_by=BY,
        now=now,
        counters=line.counters,
    )


def booking_key(line: BankLine) -> str:
    """
    Return the key under which a line is booked: the company's, and what the line is known by.
    """
    return f"bank:{line.company.code}:{line.key}"


def booked_before(line: BankLine) -> QuerySet[Payment]:
    """
    Return the payments that staff booked by hand with what the bank calls a line, and its amount.
    """
    references = {line.bank_reference, line.end_to_end_id, line.entry_reference} - {""}
    return Payment.objects.filter(
        booking_key__in=[f"bank:{line.company.code}:{one}" for one in references],
        amount_minor=line.amount_minor,
        currency=line.currency,
        bank_lines=None,
    )


def posting_date(company: Company, value_date: date, today: date) -> date:
    """
    Return the day on which a line is booked: its value date, not ahead, and in an open month.
    """
    day = min(value_date, today)
    return max(day, company.books_open_from) if company.books_open_from else day
