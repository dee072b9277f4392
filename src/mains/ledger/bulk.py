"""Post the transfers of many bills at once, with the same guarantees as one by one."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import connection

from mains.core.arrays import integer_array
from mains.core.transactions import inside_transaction
from mains.ledger.actions import CurrencyMismatch

# debit account, credit account, amount in minor units, source, leg
TransferRow = tuple[int, int, int, str, int]


@inside_transaction
def ensure_receivables(*, account_ids: Collection[int], currency: str) -> dict[int, int]:
    """
    Return the ledger account of each customer account, making those that are missing.
    """
    ids = integer_array(sorted(account_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "with made as ("
            " insert into ledger_ledgeraccount (key, kind, currency, account_id)"
            " select 'receivable:' || a.id, 'RECEIVABLE', a.currency, a.id"
            " from customers_account a where a.id = any(%s::bigint[])"
            " and not exists (select from ledger_ledgeraccount l where l.account_id = a.id)"
            " on conflict do nothing returning id)"
            " insert into ledger_balance (ledger_account_id, minor) select id, 0 from made",
            [ids],
        )
        cursor.execute(
            "select account_id, id, currency from ledger_ledgeraccount"
            " where account_id = any(%s::bigint[])",
            [ids],
        )
        rows = cursor.fetchall()
    wrong = [account_id for account_id, _ledger_id, found in rows if found != currency]
    if wrong:
        raise CurrencyMismatch(f"Accounts {wrong[:5]} are not kept in {currency}.")
    return {account_id: ledger_id for account_id, ledger_id, _currency in rows}


@inside_transaction
def post(
    *,
    rows: Iterable[TransferRow],
    currency: str,
    effective_date: date,
    now: datetime,
    receivable_changes: Mapping[int, int],
) -> int:
    """
    Copy transfers in and change the balances of customer accounts by what they moved.

    :raises CurrencyMismatch: if an account is unknown or kept in another currency.
    """
    touched: set[int] = set()
    count = 0
    # As text once: the driver would write them out again for every row.
    day, instant = effective_date.isoformat(), now.isoformat()
    with connection.cursor() as cursor:
        with cursor.copy(
            "copy ledger_transfer (debit_id, credit_id, amount_minor, currency, effective_date,"
            " recorded_at, source, leg) from stdin"
        ) as copy:
            for debit_id, credit_id, amount, source, leg in rows:
                copy.write_row((debit_id, credit_id, amount, currency, day, instant, source, leg))
                touched.update((debit_id, credit_id))
                count += 1
        cursor.execute(
            "select count(*) from ledger_ledgeraccount"
            " where id = any(%s::bigint[]) and currency = %s",
            [integer_array(touched), currency],
        )
        if cursor.fetchone()[0] != len(touched):
            raise CurrencyMismatch(f"A transfer names an account that is not kept in {currency}.")
        _change_balances(cursor, receivable_changes)
    return count


def _change_balances(cursor: object, changes: Mapping[int, int]) -> None:
    ids = sorted(changes)
    # In one order, so that a payment and a bill run never wait for each other in a circle.
    cursor.execute(  # type: ignore[attr-defined]
        "select from ledger_balance where ledger_account_id = any(%s::bigint[])"
        " order by ledger_account_id for update",
        [integer_array(ids)],
    )
    cursor.execute(  # type: ignore[attr-defined]
        "update ledger_balance b set minor = b.minor + c.change"
        " from unnest(%s::bigint[], %s::bigint[]) as c(id, change)"
        " where b.ledger_account_id = c.id",
        [integer_array(ids), integer_array(changes[account_id] for account_id in ids)],
    )
