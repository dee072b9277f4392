"""What is owed, and what is being paid."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from mains.billing.models import Bill, BillKind, BillState
from mains.billing.rules.instalments import Instalment, next_due
from mains.billing.rules.status import BillStatus, bill_status
from mains.core.money import Money
from mains.ledger import queries as ledger
from mains.payments import instalments, received
from mains.payments.models import (
    OPEN_STATES,
    Allocation,
    AttemptBill,
    AttemptState,
    Payment,
    PaymentAttempt,
    PaymentKind,
)
from mains.payments.rules.bill_states import BillWord, bill_word
from mains.references.rf import reference_of


@dataclass(frozen=True, slots=True)
class BillRow:
    """
    A bill as people see it; `processing` means that a payment is being confirmed.
    """

    id: int
    kind: str
    number: str
    reference: str
    account_id: int
    account_number: str
    company_code: str
    company_name: str
    period_start: date
    period_end: date
    issue_date: date
    due_date: date
    # The day on which a mandate collects it; none where that was stopped, for what `hold` says.
    collection_date: date | None
    total: Money
    outstanding: Money
    status: BillStatus
    processing: bool
    # What was agreed to be paid in parts; then `due_date` is that of the first part still open.
    hold: str = ""
    instalments: tuple[Instalment, ...] = ()
    next_part: Money | None = None
    # The bill that a credit note takes back, and the note that took this one back.
    credits_id: int | None = None
    credited_by_id: int | None = None
    # The credited bill in whose place this one was made.
    corrects_id: int | None = None
    # Another bill was made in the place of this one.
    is_corrected: bool = False

    @property
    def word(self) -> BillWord:
        """
        Return what people are told of the bill.
        """
        return bill_word(
            self.status,
            is_confirming=self.processing,
            is_collected=self.collection_date is not None,
            is_corrected=self.is_corrected,
        )


def bills(
    *, account_ids: Collection[int], today: date, first: int = 0, limit: int | None = None
) -> list[BillRow]:
    """
    Return the bills of the accounts, credited ones as well, newest first; `limit` after `first`.
    """
    found = _found(Bill.objects.filter(account_id__in=account_ids))
    last = None if limit is None else first + limit
    return [_row(row, today) for row in found[first:last]]


def bill(*, bill_id: int, today: date) -> BillRow | None:
    """
    Return one issued bill, or None.
    """
    return next(iter(bills_with_ids(bill_ids=[bill_id], today=today)), None)


def bills_with_ids(*, bill_ids: Collection[int], today: date) -> list[BillRow]:
    """
    Return the issued bills with these ids, newest first.
    """
    return [_row(row, today) for row in _found(Bill.objects.filter(pk__in=bill_ids))]


def issued_between(
    *, account_ids: Collection[int], first: date, last: date, today: date, limit: int
) -> list[BillRow]:
    """
    Return the bills of accounts that were issued from a day to another, oldest first, and whose
    documents are kept.
    """
    found = _found(
        Bill.objects.filter(
            account_id__in=account_ids,
            issue_date__gte=first,
            issue_date__lte=last,
            facts_deleted_at=None,
        )
    )
    return [_row(row, today) for row in found.order_by("issue_date", "pk")[:limit]]


def bill_of_reference(*, reference: str, today: date) -> BillRow | None:
    """
    Return the issued bill with a payment reference or number, with or without spaces, or None.
    """
    plain = "".join(character for character in reference.upper() if character.isalnum())
    # A reference is the bill number behind four more characters, so one look-up serves both.
    candidates = [plain, reference_of(number=plain)]
    rows = _found(Bill.objects.filter(reference__in=candidates))
    return next((_row(row, today) for row in rows), None)


def bills_numbered(*, numbers: Collection[str], today: date) -> list[BillRow]:
    """
    Return the issued bills with these numbers, newest first.
    """
    return [_row(row, today) for row in _found(Bill.objects.filter(number__in=numbers))]


def last_payment_minor(*, account_id: int) -> frozenset[int]:
    """
    Return the amounts by which the payer may know the last payment that was booked to an account.

    In minor units of the account's currency: the part that was booked to this account, and the
    whole payment where it paid for others as well. Empty where there was no payment, where it was
    given back, or where the latest money came in another currency and waits in suspense.
    """
    latest = ledger.latest_credit(account_id=account_id, kind="payment")
    if latest is None:
        return frozenset()
    source, booked_minor = latest
    payment = Payment.objects.get(pk=int(source.split(":")[1]))
    if payment.kind != PaymentKind.RECEIPT or payment.reversals.exists():
        return frozenset()
    if all(
        row.booking_key != payment.booking_key
        for row in received.payments(account_ids=[account_id])
    ):
        # It was booked here by mistake.
        return frozenset()
    foreign = Payment.objects.filter(
        attempt__parts__bill__account_id=account_id, received_at__gt=payment.received_at
    ).exclude(currency=payment.currency)
    if foreign.exists():
        return frozenset()
    return frozenset({booked_minor, payment.amount_minor})


def payable(*, account_ids: Collection[int], today: date) -> list[BillRow]:
    """
    Return the bills of the accounts on which something is still owed, oldest due date first.
    """
    found = _found(Bill.objects.filter(account_id__in=account_ids))
    rows = found.filter(state=BillState.ISSUED, total_minor__gt=F("allocated")).order_by(
        "due_date", "pk"
    )
    return [_row(row, today) for row in rows]


def overdue(*, today: date) -> list[BillRow]:
    """
    Return the bills that are late, the longest first, but for those whose payment is being
    confirmed and those that a mandate collects.
    """
    by_hand = Q(collection_date=None) | ~Q(collection_hold="")
    issued = _found(Bill.objects.filter(by_hand, due_date__lt=today))
    rows = issued.filter(total_minor__gt=F("allocated")).order_by("due_date", "pk")
    found = (_row(one, today) for one in rows)
    return [row for row in found if not row.processing and row.due_date < today]


def latest_bills(*, account_ids: Collection[int], today: date) -> dict[int, BillRow]:
    """
    Return the newest issued bill of each account that has one, by account.
    """
    found = _found(Bill.objects.filter(account_id__in=account_ids))
    rows = found.order_by("account_id", "-issue_date", "-pk").distinct("account_id")
    return {row.account_id: _row(row, today) for row in rows}


def _found(queryset: QuerySet[Bill]) -> QuerySet[Bill]:
    allocated = (
        Allocation.objects.filter(bill_id=OuterRef("pk"))
        .order_by()
        .values("bill_id")
        .annotate(total=Sum("amount_minor"))
        .values("total")
    )
    live = AttemptBill.objects.filter(
        bill_id=OuterRef("pk"), live=True, attempt__state=AttemptState.UNKNOWN
    )
    # Only a cancelled bill has one; for the others the index of notes is not asked.
    note = Bill.objects.filter(credits_id=OuterRef("pk"), kind=BillKind.CREDIT).values("pk")
    again = Bill.objects.given().filter(run__corrects=OuterRef("pk"))
    return (
        queryset.exclude(state=BillState.DRAFT)
        .select_related("account__company", "run")
        .defer("facts")
        .annotate(
            allocated=Coalesce(allocated, 0),
            processing=Exists(live),
            credited_by_id=Subquery(note),
            is_corrected=Case(
                When(state=BillState.CANCELLED, then=Exists(again)), default=Value(False)
            ),
        )
        .order_by("-issue_date", "-pk")
    )


def _row(row: Bill, today: date) -> BillRow:
    total = Money(row.total_minor, row.currency)
    paid = Money(row.allocated, row.currency)  # type: ignore[attr-defined]
    is_owed = row.state == BillState.ISSUED and row.kind != BillKind.CREDIT
    zero = Money.zero(row.currency)
    left = max(total - paid, zero) if is_owed else zero
    parts = instalments.read(row) if is_owed else ()
    part = next_due(parts, outstanding=left)
    due_date = part.due_date if part else row.due_date
    return BillRow(
        id=row.pk,
        kind=row.kind,
        number=row.number,
        reference=row.reference,
        account_id=row.account_id,
        account_number=row.account.number,
        company_code=row.account.company.code,
        company_name=row.account.company.name,
        period_start=row.period_start,
        period_end=row.period_end,
        issue_date=row.issue_date,
        due_date=due_date,
        collection_date=None if row.collection_hold else row.collection_date,
        hold=row.collection_hold,
        total=total,
        outstanding=left,
        status=bill_status(total=total, allocated=paid, due_date=due_date, today=today)
        if row.state == BillState.ISSUED
        else BillStatus.CANCELLED,
        processing=row.processing,  # type: ignore[attr-defined]
        instalments=parts,
        next_part=part.amount if part else None,
        credits_id=row.credits_id,
        credited_by_id=row.credited_by_id,  # type: ignore[attr-defined]
        corrects_id=row.run.corrects_id if row.run else None,
        is_corrected=row.is_corrected,  # type: ignore[attr-defined]
    )


@dataclass(frozen=True, slots=True)
class AttemptRow:
    token: str
    state: str
    amount: Money
    failure: str
    bill_ids: tuple[int, ...]
    # What is paid of each of them, in their order.
    bill_amounts: tuple[Money, ...]
    bill_numbers: tuple[str, ...]
    account_numbers: tuple[str, ...]
    booking_key: str
    settled_at: datetime | None


def attempt(*, token: str) -> AttemptRow | None:
    """
    Return how a payment stands, for the page that its payer comes back to, or None.

    From a debit in a bank's file nobody comes back, and its token stands on bank statements.
    """
    row = (
        PaymentAttempt.objects.filter(token=token, refunds=None, file_name="")
        .prefetch_related("parts__bill__account")
        .select_related("payment")
        .first()
    )
    if row is None:
        return None
    parts = list(row.parts.all())
    booked: Payment | None = getattr(row, "payment", None)
    return AttemptRow(
        token=row.token,
        state=row.state,
        amount=Money(row.amount_minor, row.currency),
        failure=row.failure,
        bill_ids=tuple(part.bill_id for part in parts),
        bill_amounts=tuple(Money(part.amount_minor, row.currency) for part in parts),
        bill_numbers=tuple(part.bill.number for part in parts),
        account_numbers=tuple(part.bill.account.number for part in parts),
        booking_key=booked.booking_key if booked else "",
        settled_at=row.settled_at,
    )


@dataclass(frozen=True, slots=True)
class PostedPage:
    """
    A gateway's page that is opened by posting fields.
    """

    url: str
    fields: tuple[tuple[str, str], ...]
    amount: Money


def page_of(*, token: str) -> PostedPage | None:
    """
    Return what opens the page of an attempt that is still open, or None.
    """
    row = PaymentAttempt.objects.filter(token=token, state__in=OPEN_STATES).first()
    if row is None or not row.page_fields:
        return None
    fields = tuple((name, value) for name, value in row.page_fields)
    return PostedPage(row.page_url, fields, Money(row.amount_minor, row.currency))
