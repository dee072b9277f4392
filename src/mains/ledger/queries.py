"""What the ledger says."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from mains.ledger.models import Balance, LedgerAccount, Transfer


@dataclass(frozen=True, slots=True)
class Strays:
    """
    What the nightly check found; a sound ledger has zeros only.
    """

    transfers_without_account: int
    wrong_balances: int


def balance_minor(*, account_id: int) -> int:
    """
    Return what a customer account owes in minor units; negative is its credit.
    """
    balance = Balance.objects.filter(ledger_account__account_id=account_id).first()
    return balance.minor if balance else 0


def balances_minor(*, account_ids: Collection[int]) -> dict[int, int]:
    """
    Return what each of the accounts owes in minor units.
    """
    rows = Balance.objects.filter(ledger_account__account_id__in=account_ids)
    found = dict(rows.values_list("ledger_account__account_id", "minor"))
    return {account_id: found.get(account_id, 0) for account_id in account_ids}


def summed_minor(*, ledger_account_id: int) -> int:
    """
    Return the balance of any ledger account as the sum of its transfers: debits less credits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select"
            " coalesce((select sum(amount_minor) from ledger_transfer where debit_id = %s), 0)"
            " - coalesce((select sum(amount_minor) from ledger_transfer where credit_id = %s), 0)",
            [ledger_account_id, ledger_account_id],
        )
        return int(cursor.fetchone()[0])


def strays() -> Strays:
    """
    Compare the whole ledger with itself, set-wise, as every night.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from ledger_transfer t"
            " left join ledger_ledgeraccount d on d.id = t.debit_id and d.currency = t.currency"
            " left join ledger_ledgeraccount c on c.id = t.credit_id and c.currency = t.currency"
            " where d.id is null or c.id is null"
        )
        without_account = cursor.fetchone()[0]
        cursor.execute(
            "with moved as ("
            " select id, sum(amount) as total from ("
            "  select debit_id as id, amount_minor as amount from ledger_transfer"
            "  union all select credit_id, -amount_minor from ledger_transfer) both_sides"
            " group by id)"
            " select count(*) from ledger_balance b"
            " left join moved on moved.id = b.ledger_account_id"
            " where b.minor <> coalesce(moved.total, 0)"
        )
        return Strays(int(without_account), int(cursor.fetchone()[0]))


def latest_credit(*, account_id: int, kind: str) -> tuple[str, int] | None:
    """
    Return source and minor units of what was last credited to an account by sources of a kind.

    None where there was none, or where a later transfer of the same source's number gave it back:
    the sources of `payment:7` are undone by `refund:7` and `chargeback:7`.
    """
    account = LedgerAccount.objects.filter(account_id=account_id).first()
    if account is None:
        return None
    row = (
        Transfer.objects.filter(credit_id=account.pk, source__startswith=f"{kind}:")
        .order_by("-effective_date", "-recorded_at", "-pk")
        .first()
    )
    if row is None:
        return None
    number = row.source.partition(":")[2]
    undone = [f"refund:{number}", f"chargeback:{number}"]
    if Transfer.objects.filter(debit_id=account.pk, source__in=undone).exists():
        return None
    return row.source, row.amount_minor
