"""Prove from what was issued that it is what was rehearsed."""

import orjson
from django.db import connection

from mains.billing.models import BillRunChunk
from mains.billing.rules.hashing import account_hash
from mains.billing.rules.outcomes import Outcome

# Each contract of an account may have an address of its own; beyond these none is proven.
MOST_ADDRESSES = 20

# The facts as they were sealed, and where the message about the bill went.
_ISSUED = """
select b.account_id, b.facts, coalesce(
         (select string_agg(m.recipient, ',' order by m.recipient)
          from generate_series(0, %s) further
          join notifications_message m
            on m.key = 'bill-issued:' || b.id || repeat('+', further)), '')
from billing_bill b
where b.run_id = %s and b.facts <> ''
"""


def issued_hashes(*, run_id: int) -> dict[int, str]:
    """
    Return the hashes of the bills of a run by account, computed from what is stored of them now.

    Bills whose facts are deleted are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ISSUED, [MOST_ADDRESSES - 1, run_id])
        return {
            account_id: account_hash(orjson.loads(facts), delivery_email=email)
            for account_id, facts, email in cursor.fetchall()
        }


def rehearsed_hashes(*, run_id: int) -> dict[int, str]:
    """
    Return the hashes that the accounts of a run were rehearsed to last, by account.
    """
    rows = BillRunChunk.objects.filter(run_id=run_id).values_list("outcomes", flat=True)
    return {
        one.account_id: one.hash
        for outcomes in rows
        for one in (Outcome._make(row) for row in outcomes)
    }


def unlike_rehearsed(*, run_id: int) -> list[int]:
    """
    Return the accounts whose bill is not what was rehearsed, in order; none, unless a guard failed.
    """
    rehearsed = rehearsed_hashes(run_id=run_id)
    return sorted(
        account_id
        for account_id, issued in issued_hashes(run_id=run_id).items()
        if rehearsed.get(account_id) != issued
    )
