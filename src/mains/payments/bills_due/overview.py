"""How payment documents stand, and why one asks for something else than is owed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, QuerySet

from mains.core.money import Money
from mains.payments import queries
from mains.payments.models import Allocation, PaymentDocument
from mains.payments.queries import BillRow
from mains.payments.rules.bills_due import Change, DocumentState, Line, change_of, state_of


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """
    A bill of a document: what was asked, what happened since, and the day money last came for it.
    """

    bill: BillRow
    asked: Money
    change: Change
    paid_date: date | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """
    A payment document as people see it; `owed` is what is still to be paid of its bills.
    """

    id: int
    number: str
    account_id: int
    account_number: str
    company_code: str
    company_name: str
    total: Money
    owed: Money
    last_date: date
    created_at: datetime
    state: DocumentState
    lines: tuple[DocumentLine, ...]

    @property
    def changed(self) -> list[DocumentLine]:
        return [line for line in self.lines if line.change is not Change.NONE]

    @property
    def open_bills(self) -> list[BillRow]:
        return [line.bill for line in self.lines if line.bill.outstanding.minor > 0]


def documents(*, account_ids: Collection[int], today: date) -> list[DocumentRow]:
    """
    Return the payment documents of accounts, newest first.
    """
    return _rows(PaymentDocument.objects.filter(account_id__in=account_ids), today)


def document(*, document_id: int, today: date) -> DocumentRow | None:
    """
    Return one payment document, or None.
    """
    found = _rows(PaymentDocument.objects.filter(pk=document_id), today)
    return next(iter(found), None)


def _rows(documents: QuerySet[PaymentDocument], today: date) -> list[DocumentRow]:
    found = list(documents.select_related("account__company").order_by("-pk"))
    ids = {bill_id for row in found for bill_id, _asked in row.bills}
    bills = {row.id: row for row in queries.bills_with_ids(bill_ids=ids, today=today)}
    paid = dict(
        Allocation.objects.filter(bill_id__in=ids)
        .values_list("bill_id")
        .annotate(last=Max("payment__value_date"))
    )
    return [_row(row, bills, paid, today) for row in found]


def _row(
    row: PaymentDocument, bills: dict[int, BillRow], paid: dict[int, date], today: date
) -> DocumentRow:
    asked = [(bills[bill_id], minor) for bill_id, minor in row.bills]
    lines = [
        Line(minor, bill.outstanding.minor, is_credited=bill.credited_by_id is not None)
        for bill, minor in asked
    ]
    return DocumentRow(
        id=row.pk,
        number=row.number,
        account_id=row.account_id,
        account_number=row.account.number,
        company_code=row.account.company.code,
        company_name=row.account.company.name,
        total=Money(row.total_minor, row.currency),
        owed=Money(sum(line.owed for line in lines), row.currency),
        last_date=row.last_date,
        created_at=row.created_at,
        state=state_of(lines, last_date=row.last_date, today=today),
        lines=tuple(
            DocumentLine(bill, Money(minor, row.currency), change_of(line), paid.get(bill.id))
            for (bill, minor), line in zip(asked, lines, strict=True)
        ),
    )
