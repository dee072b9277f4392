"""Post transfers. Nothing is ever changed: a correction is a further transfer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import F

from mains.audit.actions import record
from mains.core.calendars import add_months
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account, Company
from mains.ledger.models import Balance, LedgerAccount, LedgerAccountKind, Transfer


class ClosedMonth(Exception):
    """The effective date lies in a month that the company has closed."""


class CurrencyMismatch(Exception):
    """A transfer and one of its two accounts have different currencies."""


@dataclass(frozen=True, slots=True)
class Posting:
    """
    One transfer to post: `amount_minor` moves from the credit account to the debit account.
    """

    debit_id: int
    credit_id: int
    amount_minor: int
    leg: int


@inside_transaction
def post(
    *,
    postings: Sequence[Posting],
    currency: str,
    company_id: int,
    effective_date: date,
    source: str,
    now: datetime,
) -> bool:
    """
    Post the transfers of one source and tell whether they are new; posting it again does nothing.

    :raises ClosedMonth: if the company has closed the month of the effective date.
    :raises CurrencyMismatch: if an account has another currency; nothing is posted.
    """
    refuse_closed_month(company_id=company_id, effective_date=effective_date)
    rows = [
        Transfer(
            debit_id=posting.debit_id,
            credit_id=posting.credit_id,
            amount_minor=posting.amount_minor,
            currency=currency,
            effective_date=effective_date,
            recorded_at=now,
            source=source,
            leg=posting.leg,
        )
        for posting in postings
    ]
    # Locked first, so of two that post the same source at once the second one waits and sees it.
    _lock_balances(postings)
    if Transfer.objects.filter(source=source).exists():
        return False
    Transfer.objects.bulk_create(rows)
    _check_accounts(source=source)
    for account_id, change in sorted(_changes(postings).items()):
        Balance.objects.filter(ledger_account_id=account_id).update(minor=F("minor") + change)
    return True


def refuse_closed_month(*, company_id: int, effective_date: date) -> None:
    """
    Refuse a date in a month that is closed.

    :raises ClosedMonth: if it is.
    """
    if Company.objects.filter(pk=company_id, books_open_from__gt=effective_date).exists():
        raise ClosedMonth(f"{effective_date:%Y-%m} is closed; post it in the month that is open.")


def _lock_balances(postings: Iterable[Posting]) -> None:
    touched = sorted(_changes(postings))
    list(
        Balance.objects.select_for_update()
        .filter(ledger_account_id__in=touched)
        .order_by("ledger_account_id")
    )


def _changes(postings: Iterable[Posting]) -> dict[int, int]:
    changes: dict[int, int] = {}
    for posting in postings:
        changes[posting.debit_id] = changes.get(posting.debit_id, 0) + posting.amount_minor
        changes[posting.credit_id] = changes.get(posting.credit_id, 0) - posting.amount_minor
    return changes


def _check_accounts(*, source: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from ledger_transfer t"
            " left join ledger_ledgeraccount d on d.id = t.debit_id and d.currency = t.currency"
            " left join ledger_ledgeraccount c on c.id = t.credit_id and c.currency = t.currency"
            " where t.source = %s and (d.id is null or c.id is null)",
            [source],
        )
        if cursor.fetchone()[0]:
            raise CurrencyMismatch(source)


@inside_transaction
def receivable(*, account: Account) -> LedgerAccount:
    """
    Return what a customer account owes through, with its balance; made when first asked for.
    """
    ledger_account, made = LedgerAccount.objects.get_or_create(
        key=f"receivable:{account.pk}",
        defaults={
            "kind": LedgerAccountKind.RECEIVABLE,
            "currency": account.currency,
            "account": account,
        },
    )
    if made:
        Balance.objects.create(ledger_account=ledger_account)
    return ledger_account


@inside_transaction
def company_account(
    *, company: Company, kind: LedgerAccountKind, detail: str, currency: str
) -> LedgerAccount:
    """
    Return one of a company's own accounts, e.g. revenue of `water:sales` or clearing of `sandbox`.
    """
    ledger_account, _made = LedgerAccount.objects.get_or_create(
        key=f"{kind.lower()}:{company.code}:{detail}:{currency}",
        defaults={"kind": kind, "currency": currency},
    )
    return ledger_account


@owns_transaction
def close_month(*, company_id: int, month: date, closed_by: str, now: datetime) -> bool:
    """
    Close the books of a company to the end of a month, and tell whether they were open.

    Closing it again, or a month before one that is closed, changes nothing.
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=company_id)
    open_from = add_months(month.replace(day=1), 1)
    if company.books_open_from is not None and company.books_open_from >= open_from:
        return False
    company.books_open_from = open_from
    company.save(update_fields=["books_open_from"])
    record(
        action="books.closed",
        subject=f"company:{company_id}",
        actor=closed_by,
        detail={"open_from": open_from.isoformat()},
        now=now,
    )
    return True
