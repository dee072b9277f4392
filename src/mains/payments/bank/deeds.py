"""
What people do with the lines of a bank statement: each deed once, audited, and most can be undone.

Whoever decides says what they saw; when somebody else was faster, nothing is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from mains.audit.actions import record
from mains.core.transactions import owns_transaction
from mains.ledger import actions as ledger
from mains.ledger.models import LedgerAccount, LedgerAccountKind, Transfer
from mains.payments import reversing, suspense
from mains.payments.bank import placing, proposing, telling
from mains.payments.models import BankLine, LineState, Payment, PaymentKind, PaymentMethod, Way
from mains.payments.suspense import NotFitting, Share

# What these moved is out of our hands, or another app's.
_FINAL = (Way.RETURNED, Way.COLLECTION, Way.CANCELLED, Way.GIVEN_BACK)


class Handled(Exception):
    """The line is not as it was shown: somebody else placed it, or took it back."""


class ProposalGone(Exception):
    """What was proposed does not hold any more: a bill was paid or credited in the meantime."""


class CannotUndo(Exception):
    """What was done with the line cannot be taken back here."""


@dataclass(frozen=True, slots=True)
class Deed:
    """
    Which line as it was `seen` (see `stamp`), and who does something with it when.
    """

    line_id: int
    seen: str
    by: str
    now: datetime
    today: date


def stamp(line: BankLine) -> str:
    """
    Return what changes whenever something is done with a line.
    """
    waits = line.payment.suspense_minor if line.payment else ""
    return f"{line.state}:{line.payment_id or ''}:{waits}"


@owns_transaction
def book_proposal(deed: Deed, *, key: str) -> None:
    """
    Book what is proposed for a line, with its reasons.

    :raises Handled: if the line is not as it was seen.
    :raises ProposalGone: if this is not proposed any more.
    """
    line = _open(deed)
    found = proposing.by_everything(line=line, today=deed.today)
    chosen = next((one for one in found.proposals if one.key == key), None)
    if chosen is None:
        raise ProposalGone(key)
    credits = [(chosen.account_id, chosen.rest_minor)] if chosen.rest_minor else []
    _share(line, deed, chosen.parts, credits, list(chosen.reasons))


@owns_transaction
def book(
    deed: Deed, *, parts: Sequence[tuple[int, int]], credits: Sequence[tuple[int, int]]
) -> None:
    """
    Book a line on bills and accounts, each with its minor units; the line stays open for the rest.

    What exceeds a bill stays as credit of its account.

    :raises Handled: if the line is not as it was seen.
    :raises NotFitting: if something is of another company or currency, or more than what waits.
    """
    _share(_open(deed), deed, parts, credits, [])


def _share(
    line: BankLine,
    deed: Deed,
    parts: Sequence[tuple[int, int]],
    credits: Sequence[tuple[int, int]],
    why: list[str],
) -> None:
    payment = _waiting(line)
    suspense.share(_share_of(payment, deed), parts=parts, credits=credits)
    telling.tell(payment=payment, parts=parts, now=deed.now)
    line.way = Way.BILLS if parts else Way.CREDIT
    line.why = why
    payment.refresh_from_db(fields=["suspense_minor"])
    state = LineState.OPEN if payment.suspense_minor else LineState.BOOKED
    _decide(line, deed, state, "booked")


@owns_transaction
def give_back(deed: Deed) -> None:
    """
    Book that what waits of a line goes back to its payer; the money itself is sent by hand.

    :raises Handled: if the line is not as it was seen.
    """
    line = _open(deed)
    suspense.send_back(_share_of(_waiting(line), deed), key=f"line:{line.pk}")
    line.way = Way.GIVEN_BACK
    _decide(line, deed, LineState.BOOKED, "given_back")


@owns_transaction
def pay_out(deed: Deed, *, clearing: str) -> None:
    """
    Book that a line is what a gateway, or the counters of banks, collected and pays out.

    :raises Handled: if the line is not as it was seen.
    :raises NotFitting: if nothing was ever collected that way, or a part is booked otherwise.
    """
    line = _open(deed)
    payment = _untouched(line)
    key = f"{LedgerAccountKind.CLEARING.lower()}:{line.company.code}:{clearing}:{line.currency}"
    account = LedgerAccount.objects.filter(key=key).first()
    if account is None:
        raise NotFitting(clearing)
    suspense.move_out(_share_of(payment, deed), ledger_id=account.pk, action="payment.paid_out")
    line.way, line.payout_of = Way.PAYOUT, clearing
    _decide(line, deed, LineState.BOOKED, "paid_out")


@owns_transaction
def set_aside(deed: Deed, *, note: str) -> None:
    """
    Say that a line concerns no customer; a credit is no money of this ledger any more.

    :raises Handled: if the line is not as it was seen.
    :raises NotFitting: if a part of it is booked.
    """
    line = _open(deed)
    if line.payment is not None:
        payment = _untouched(line)
        suspense.move_out(
            _share_of(payment, deed),
            ledger_id=reversing.way_in(payment),
            action="payment.set_aside",
        )
    line.note, line.why = note[:200], []
    _decide(line, deed, LineState.SET_ASIDE, "set_aside")


@owns_transaction
def book_fee(deed: Deed, *, note: str) -> None:
    """
    Book that a debit is what the bank takes for its services.

    :raises Handled: if the line is not as it was seen.
    :raises NotFitting: for a credit.
    :raises ClosedMonth: if the month is closed.
    """
    line = _open(deed)
    if line.amount_minor > 0:
        raise NotFitting(line.pk)
    _post_fee(line, deed, minor=-line.amount_minor)
    line.way, line.note = Way.FEE, note[:200]
    _decide(line, deed, LineState.BOOKED, "fee")


def _post_fee(line: BankLine, deed: Deed, *, minor: int) -> None:
    """
    Move an amount from the bank to its fees, or back where it is below zero.
    """
    fees, bank = (
        ledger.company_account(
            company=line.company, kind=kind, detail=detail, currency=line.currency
        ).pk
        for kind, detail in ((LedgerAccountKind.FEE, "bank"), (LedgerAccountKind.BANK, "main"))
    )
    before = Transfer.objects.filter(source__startswith=f"bank-line:{line.pk}:").count()
    debit, credit = (fees, bank) if minor > 0 else (bank, fees)
    ledger.post(
        postings=[ledger.Posting(debit, credit, abs(minor), 0)],
        currency=line.currency,
        company_id=line.company_id,
        effective_date=placing.posting_date(line.company, line.value_date, deed.today),
        source=f"bank-line:{line.pk}:{before + 1}",
        now=deed.now,
    )


@owns_transaction
def link(deed: Deed, *, payment_id: int) -> None:
    """
    Say that a line is money that staff booked by hand, or gave back; nothing is booked.

    :raises Handled: if the line is not as it was seen, or the payment is another line's.
    """
    line = _open(deed)
    payment = linkable(line).select_for_update(of=("self",)).filter(pk=payment_id).first()
    if payment is None or line.payment_id:
        raise Handled(line.pk)
    line.payment, line.way = payment, Way.LINKED
    _decide(line, deed, LineState.BOOKED, "linked")


@owns_transaction
def keep_apart(deed: Deed) -> None:
    """
    Say that a credit is other money than what staff booked by hand; it waits in suspense.

    :raises Handled: if the line is not as it was seen.
    """
    line = _open(deed)
    if line.payment_id or line.amount_minor < 0:
        raise Handled(line.pk)
    line.payment, line.why = placing.to_suspense(line, now=deed.now, today=deed.today), []
    _decide(line, deed, LineState.OPEN, "kept_apart")


@owns_transaction
def undo(deed: Deed) -> None:
    """
    Take back what was done with a line, so that it is open again and its money in suspense.

    :raises Handled: if the line is not as it was seen.
    :raises CannotUndo: if the money went back, or is a direct debit's.
    :raises ClosedMonth: if the month is closed.
    """
    line = _locked(deed)
    if line.way in _FINAL:
        raise CannotUndo(line.pk)
    if line.way == Way.LINKED:
        line.payment = None
        line.why = [placing.BOOKED_BEFORE] if line.amount_minor > 0 else []
    elif line.way == Way.FEE:
        _post_fee(line, deed, minor=line.amount_minor)
    elif line.payment is not None:
        _into_suspense(line, deed)
    line.way, line.note, line.payout_of = "", "", ""
    _decide(line, deed, LineState.OPEN, "undone")


def _into_suspense(line: BankLine, deed: Deed) -> None:
    assert line.payment is not None
    try:
        suspense.take_in_again(
            payment_id=line.payment.pk, by=deed.by, now=deed.now, today=deed.today
        )
    except suspense.WentBack as error:
        raise CannotUndo(line.pk) from error
    line.why = []


def linkable(line: BankLine) -> QuerySet[Payment]:
    """
    Return the payments that a line may be: booked by hand, or for a debit given back by hand.
    """
    if line.amount_minor > 0:
        return placing.booked_before(line)
    return Payment.objects.filter(
        company=line.company, kind=PaymentKind.REFUND, amount_minor=line.amount_minor,
        currency=line.currency, method=PaymentMethod.BANK_TRANSFER, bank_lines=None,
    )  # fmt: skip


def _locked(deed: Deed) -> BankLine:
    rows = BankLine.objects.select_for_update(of=("self",)).select_related("company", "payment")
    line = rows.filter(pk=deed.line_id).first()
    if line is None or stamp(line) != deed.seen:
        raise Handled(deed.line_id)
    return line


def _open(deed: Deed) -> BankLine:
    line = _locked(deed)
    if line.state != LineState.OPEN:
        raise Handled(line.pk)
    return line


def _waiting(line: BankLine) -> Payment:
    if line.payment is None:
        raise NotFitting(line.pk)
    return line.payment


def _untouched(line: BankLine) -> Payment:
    payment = _waiting(line)
    if payment.suspense_minor != line.amount_minor:
        raise NotFitting(line.pk)
    return payment


def _share_of(payment: Payment, deed: Deed) -> Share:
    return Share(payment.pk, payment.suspense_minor, deed.by, deed.now, deed.today)


def _decide(line: BankLine, deed: Deed, state: LineState, action: str) -> None:
    line.state, line.handled_by, line.handled_at = state, deed.by, deed.now
    line.save()
    record(
        action=f"bank_line.{action}",
        subject=f"bank_line:{line.pk}",
        actor=deed.by,
        detail={"minor": line.amount_minor},
        now=deed.now,
    )
