"""The lines of bank statements as staff look at them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from mains.core.money import Money
from mains.ledger.models import LedgerAccount, LedgerAccountKind
from mains.payments.bank import deeds, placing, proposing
from mains.payments.models import BankLine, LineState, Payment, Way


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which lines somebody looks for; an empty field does not matter. Dates are booking dates.
    """

    state: str = ""
    company: str = ""
    first: date | None = None
    last: date | None = None
    amount_minor: int | None = None
    text: str = ""
    file_name: str = ""
    line_id: int | None = None
    # Only what was booked without a person.
    by_itself: bool = False


@dataclass(frozen=True, slots=True)
class LineRow:
    """
    A line as it came, and what was done with it; `waits` is what nobody has placed.
    """

    id: int
    company_name: str
    amount: Money
    waits: Money
    booking_date: date
    value_date: date
    payer_name: str
    payer_iban: str
    text: str
    bank_reference: str
    return_reason: str
    state: str
    way: str
    why: tuple[str, ...]
    note: str
    payout_of: str
    handled_by: str
    handled_at: datetime | None
    file_name: str
    bill_numbers: str
    seen: str

    @property
    def is_open(self) -> bool:
        return self.state == LineState.OPEN

    @property
    def is_credit(self) -> bool:
        return self.amount.minor > 0


@dataclass(frozen=True, slots=True)
class SumRow:
    """
    Lines of one state and currency: how many, and what they come to.
    """

    state: str
    count: int
    amount: Money


def lines(*, wanted: Wanted, first: int = 0, limit: int | None = None) -> list[LineRow]:
    """
    Return the lines that are wanted: open ones the oldest first, others the latest first.
    """
    order = ("booking_date", "pk") if wanted.state == LineState.OPEN else ("-booking_date", "-pk")
    rows = _rows(_filtered(wanted)).order_by(*order)
    return [_row(one) for one in rows[first : None if limit is None else first + limit]]


def next_open(*, after_id: int) -> int | None:
    """
    Return the open line after another in the order in which they are listed, or the first, or None.
    """
    rows = BankLine.objects.filter(state=LineState.OPEN).order_by("booking_date", "pk")
    here = BankLine.objects.filter(pk=after_id).first()
    later = None
    if here is not None:
        is_later = Q(booking_date__gt=here.booking_date) | Q(
            booking_date=here.booking_date, pk__gt=here.pk
        )
        later = rows.filter(is_later).exclude(pk=after_id).first()
    found = later or rows.exclude(pk=after_id).first()
    return found.pk if found else None


def sums(*, wanted: Wanted) -> list[SumRow]:
    """
    Return how many lines there are of each state and currency, and what they come to.
    """
    found = (
        _filtered(wanted)
        .order_by("currency", "state")
        .values_list("state", "currency")
        .annotate(count=Count("pk"), total=Sum("amount_minor"))
    )
    return [SumRow(state, count, Money(total, code)) for state, code, count, total in found]


def clearings(*, line: BankLine) -> list[str]:
    """
    Return by what a company's money is collected and paid out later, as the ledger calls it.
    """
    start = f"{LedgerAccountKind.CLEARING.lower()}:{line.company.code}:"
    keys = LedgerAccount.objects.filter(
        kind=LedgerAccountKind.CLEARING, currency=line.currency, key__startswith=start
    ).values_list("key", flat=True)
    return sorted(key.removeprefix(start).rpartition(":")[0] for key in keys)


def payout_before(*, line: BankLine) -> str:
    """
    Return as whose payout a line of the same payer was booked last; empty where none was.
    """
    if line.amount_minor < 0 or not (line.payer_name or line.payer_iban):
        return ""
    same = Q(payer_name=line.payer_name) if line.payer_name else Q(payer_iban=line.payer_iban)
    rows = BankLine.objects.filter(
        same, company=line.company, way=Way.PAYOUT, state=LineState.BOOKED
    )
    return rows.order_by("-pk").values_list("payout_of", flat=True).first() or ""


def linkable(*, line: BankLine) -> list[Payment]:
    """
    Return what staff booked or gave back by hand and a line may be.
    """
    if line.payment_id:
        return []
    return list(deeds.linkable(line).select_related("reverses").order_by("pk")[:5])


def brought(*, company: str, reference: str, amount_minor: int) -> bool:
    """
    Tell whether a statement brought a credit that the bank calls so, and that is money already.
    """
    is_it = Q(bank_reference=reference) | Q(end_to_end_id=reference)
    rows = BankLine.objects.filter(is_it, company__code=company, amount_minor=amount_minor)
    return rows.filter(payment__isnull=False).exclude(way=Way.LINKED).exists()


def _rows(rows: QuerySet[BankLine]) -> QuerySet[BankLine]:
    return rows.select_related("company", "payment").prefetch_related("payment__allocations__bill")


def _filtered(wanted: Wanted) -> QuerySet[BankLine]:
    rows = BankLine.objects.all()
    plain: dict[str, object] = {
        "state": wanted.state, "company__code": wanted.company, "booking_date__gte": wanted.first,
        "booking_date__lte": wanted.last, "file_name": wanted.file_name,
        "pk": wanted.line_id,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if wanted.by_itself:
        rows = rows.filter(handled_by=placing.BY)
    if wanted.amount_minor is not None:
        rows = rows.filter(amount_minor__in=[wanted.amount_minor, -wanted.amount_minor])
    if wanted.text:
        rows = rows.filter(_says(wanted.text))
    return rows


def _says(text: str) -> Q:
    found = Q(payer_name__unaccent__icontains=text) | Q(text__unaccent__icontains=text)
    for name in ("remittance", "bank_reference", "end_to_end_id"):
        found |= Q(**{f"{name}__icontains": text})
    return found | Q(payer_iban__icontains="".join(text.split()))


def _bill_numbers(row: BankLine) -> Collection[str]:
    payment = row.payment
    return sorted(one.bill.number for one in payment.allocations.all()) if payment else ()


def _row(row: BankLine) -> LineRow:
    waits = proposing.waiting_minor(row) if row.state == LineState.OPEN else 0
    return LineRow(
        id=row.pk,
        company_name=row.company.name,
        amount=Money(row.amount_minor, row.currency),
        waits=Money(waits, row.currency),
        booking_date=row.booking_date,
        value_date=row.value_date,
        payer_name=row.payer_name,
        payer_iban=row.payer_iban,
        text=" ".join(proposing.text_of(row).split()),
        bank_reference=row.bank_reference,
        return_reason=row.return_reason,
        state=row.state,
        way=row.way,
        why=tuple(row.why),
        note=row.note,
        payout_of=row.payout_of,
        handled_by=row.handled_by,
        handled_at=row.handled_at,
        file_name=row.file_name,
        bill_numbers=", ".join(_bill_numbers(row)),
        seen=deeds.stamp(row),
    )
