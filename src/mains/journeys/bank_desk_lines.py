"""One line of a bank statement on the desk: what is proposed for it, and what people decide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mains.core.money import Money
from mains.customers.models import Account
from mains.payments import finding
from mains.payments.bank import deeds, overview, placing, proposing
from mains.payments.bank.deeds import Deed
from mains.payments.bank.overview import LineRow
from mains.payments.models import BankLine, LineState, Payment
from mains.payments.queries import BillRow
from mains.payments.rules.matching import Confidence, Proposal, Reason
from mains.payments.rules.spreading import spread
from mains.references.payable import WrongReference


class UnknownTarget(Exception):
    """No bill, payment document or account has what was typed; `position` counts rows from zero."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A proposal with what people compare: the bills with what each gets, and who holds the account.
    """

    key: str
    confidence: Confidence
    reasons: tuple[Reason, ...]
    bills: tuple[tuple[BillRow, Money], ...]
    account_number: str
    holder: str
    rest: Money


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A line with what may be done with it.
    """

    row: LineRow
    proposals: tuple[Shown, ...] = ()
    # What staff booked or gave back by hand and the line may be.
    linkable: tuple[Payment, ...] = ()
    # As whose payout lines of this payer were booked before.
    payout: str = ""


def entries(*, wanted: overview.Wanted, today: date, first: int, limit: int) -> list[Entry]:
    """
    Return lines with the best proposal for each that is open.
    """
    rows = overview.lines(wanted=wanted, first=first, limit=limit)
    return [_entry(row, today, most=1) if row.is_open else Entry(row) for row in rows]


def entry(*, line_id: int, today: date) -> Entry | None:
    """
    Return one line with all that is proposed for it, or None.
    """
    found = overview.lines(wanted=overview.Wanted(line_id=line_id), limit=1)
    return _entry(found[0], today, most=10) if found else None


def _entry(row: LineRow, today: date, *, most: int) -> Entry:
    line = BankLine.objects.select_related("company", "payment").get(pk=row.id)
    if line.state != LineState.OPEN:
        return Entry(row)
    linkable = tuple(overview.linkable(line=line))
    if not row.is_credit or line.payment is None:
        return Entry(row, linkable=linkable)
    found = proposing.by_everything(line=line, today=today)
    proposals = found.proposals[:most]
    accounts = {
        one.pk: one
        for one in Account.objects.select_related("customer").filter(
            pk__in=[proposal.account_id for proposal in proposals]
        )
    }
    return Entry(
        row,
        tuple(_shown(one, found.bills, accounts, line.currency) for one in proposals),
        linkable,
        overview.payout_before(line=line),
    )


def _shown(
    proposal: Proposal, bills: dict[int, BillRow], accounts: dict[int, Account], currency: str
) -> Shown:
    account = accounts[proposal.account_id]
    return Shown(
        key=proposal.key,
        confidence=proposal.confidence,
        reasons=proposal.reasons,
        bills=tuple((bills[pk], Money(minor, currency)) for pk, minor in proposal.parts),
        account_number=account.number,
        holder=account.customer.name,
        rest=Money(proposal.rest_minor, currency),
    )


def clearings(*, line_id: int) -> list[str]:
    """
    Return whose payout a line can be.
    """
    return overview.clearings(line=BankLine.objects.select_related("company").get(pk=line_id))


def decide(*, deed: Deed, action: Callable[..., None], **details: Any) -> None:
    """
    Do one of `payments.bank.deeds` and what follows from it: credit is used, open pages closed.

    :raises Exception: whatever the deed raises; nothing is done then.
    """
    action(deed, **details)
    payments = BankLine.objects.filter(pk=deed.line_id, payment__isnull=False)
    ids = list(payments.values_list("payment_id", flat=True))
    if action is not deeds.undo:
        placing.follow(payment_ids=ids, now=deed.now, today=deed.today)


def split(*, deed: Deed, rows: Sequence[tuple[str, Decimal]]) -> None:
    """
    Book a line on what was typed, each with its amount: bills, payment documents, accounts.

    :raises UnknownTarget: for something that nothing has.
    :raises deeds.Handled: if the line is not as it was seen.
    :raises NotFitting: if it is more than what waits, or of another company.
    """
    line = BankLine.objects.get(pk=deed.line_id)
    parts: list[tuple[int, int]] = []
    credits: list[tuple[int, int]] = []
    for position, (typed, amount) in enumerate(rows):
        minor = Money.round_from(amount, line.currency).minor
        bills, account_id = _target(typed, line, deed.today)
        if not bills and account_id is None:
            raise UnknownTarget(position)
        if account_id is not None:
            credits.append((account_id, minor))
        else:
            parts += spread(minor, asked=[(bill.id, bill.outstanding.minor) for bill in bills])
    decide(deed=deed, action=deeds.book, parts=parts, credits=credits)


def _target(typed: str, line: BankLine, today: date) -> tuple[list[BillRow], int | None]:
    plain = "".join(filter(str.isalnum, typed)).upper()
    account = Account.objects.filter(plain_number=plain, company_id=line.company_id).first()
    if account is not None:
        return [], account.pk
    try:
        found = finding.named(typed=typed, today=today)
    except WrongReference:
        return [], None
    if found.bills:
        return [found.bills[0]] if len(found.bills) == 1 else [], None
    return [one.bill for document in found.documents for one in document.lines], None
