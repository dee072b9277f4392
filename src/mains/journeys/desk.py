"""What staff look at: reads that cross apps."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from mains.billing.models import Bill, BillRun, RunKind, RunStage
from mains.core.money import Money
from mains.customers import queries as customers
from mains.ledger.models import Balance, LedgerAccount, Transfer
from mains.metering import waiting
from mains.notifications.models import Message
from mains.payments.models import OPEN_STATES, Payment, PaymentAttempt


@dataclass(frozen=True, slots=True)
class Overview:
    """
    The figures of the console's home; `held` counts accounts without a bill in runs not yet issued.
    """

    accounts: int
    open_amount: Money
    credit: Money
    held: int
    runs_issued: int
    runs_waiting: int
    messages_failed: int
    readings_waiting: int
    attempts_open: int


def overview(*, currency: str) -> Overview:
    """
    Count what there is and what waits for somebody.
    """
    sums = Balance.objects.aggregate(
        owed=Sum("minor", filter=Q(minor__gt=0)), credit=Sum("minor", filter=Q(minor__lt=0))
    )
    runs = BillRun.objects.aggregate(
        issued=Count("pk", filter=Q(stage__in=[RunStage.ISSUED, RunStage.SENT])),
        waiting=Count(
            "pk", filter=~Q(stage__in=[RunStage.ISSUED, RunStage.SENT, RunStage.CANCELLED])
        ),
    )
    return Overview(
        accounts=customers.count_accounts(),
        open_amount=Money(sums["owed"] or 0, currency),
        credit=Money(-(sums["credit"] or 0), currency),
        held=_held(),
        runs_issued=runs["issued"],
        runs_waiting=runs["waiting"],
        messages_failed=Message.objects.filter(state="FAILED").count(),
        readings_waiting=waiting.count_waiting(),
        attempts_open=_open_attempts().count(),
    )


def _held() -> int:
    latest = (
        BillRun.objects.filter(kind=RunKind.REGULAR)
        .exclude(stage=RunStage.CANCELLED)
        .order_by("-period_end", "-pk")
        .first()
    )
    return sum(len(held) for held in latest.chunks.values_list("held", flat=True)) if latest else 0


@dataclass(frozen=True, slots=True)
class TransferRow:
    """
    One movement of money, with the names of both ledger accounts.
    """

    debit: str
    credit: str
    amount: Money
    effective_date: date
    recorded_at: datetime
    source: str


def transfers_of(*, sources: Collection[str]) -> list[TransferRow]:
    """
    Return the movements of sources such as `bill:42`, in the order they were recorded.
    """
    rows = list(
        Transfer.objects.filter(source__in=sources).order_by("recorded_at", "source", "leg")
    )
    ids = {row.debit_id for row in rows} | {row.credit_id for row in rows}
    keys = dict(LedgerAccount.objects.filter(pk__in=ids).values_list("pk", "key"))
    return [
        TransferRow(
            keys.get(row.debit_id, "?"),
            keys.get(row.credit_id, "?"),
            Money(row.amount_minor, row.currency),
            row.effective_date,
            row.recorded_at,
            row.source,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Seal:
    """
    What proves a bill: the hash of its facts, and where its money moved.
    """

    facts_hash: str
    run_id: int | None
    issued_at: datetime
    transfers: list[TransferRow]


def seal(*, bill_id: int) -> Seal | None:
    """
    Return the seal of an issued bill, or None.
    """
    bill = Bill.objects.given().defer("facts").filter(pk=bill_id).first()
    if bill is None:
        return None
    paid_by = Payment.objects.filter(allocations__bill_id=bill_id).values_list("pk", flat=True)
    credit_note = bill.credit_notes.values_list("pk", flat=True)
    sources = [
        *(f"bill:{pk}" for pk in (bill_id, *credit_note)),
        *(f"payment:{pk}" for pk in paid_by),
    ]
    return Seal(bill.facts_hash, bill.run_id, bill.issued_at, transfers_of(sources=sources))


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    token: str
    gateway: str
    state: str
    amount: Money
    bill_numbers: str
    created_at: datetime


def _open_attempts() -> QuerySet[PaymentAttempt]:
    """
    Return what is paid at a gateway: debits in a bank's file and refunds have desks of their own.
    """
    return PaymentAttempt.objects.filter(state__in=OPEN_STATES, refunds=None, file_name="")


def open_attempts(*, limit: int = 50) -> list[OpenAttempt]:
    """
    Return card payments whose end is not known yet, oldest first.
    """
    rows = _open_attempts().prefetch_related("parts__bill").order_by("created_at")[:limit]
    return [
        OpenAttempt(
            row.token,
            row.gateway,
            row.state,
            Money(row.amount_minor, row.currency),
            ", ".join(part.bill.number for part in row.parts.all()),
            row.created_at,
        )
        for row in rows
    ]
