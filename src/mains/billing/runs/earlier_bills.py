"""The bills that those of a run are compared with: the one before, and that of a year ago."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
from django.db import connection

from mains.billing.models import BillRun, RunKind
from mains.core.arrays import integer_array
from mains.core.calendars import add_months

# An older bill tells nothing of what an account is used to pay.
_OLDEST = timedelta(days=400)


class EarlierBills(NamedTuple):
    """
    What an account's earlier bills came to in minor units, None where there is none.

    `facts` are those of the bill that it is compared with: the one before, else that of a year ago;
    None where they are deleted.
    """

    previous_minor: int | None = None
    last_year_minor: int | None = None
    facts: dict[str, Any] | None = None


# Each is one look-up by account; the facts of only one of them are read.
_EARLIER = """
select a.id, p.total_minor, y.total_minor, coalesce(p.facts, y.facts)
from unnest(%(accounts)s::bigint[]) a (id)
left join lateral (
  select total_minor, facts from billing_bill
  where account_id = a.id and state = 'ISSUED' and kind <> 'CREDIT' and currency = %(currency)s
    and period_end <= %(start)s and period_end > %(oldest)s
    and (kind = 'SETTLEMENT') = %(settles)s
  order by period_end desc, id desc limit 1) p on true
left join lateral (
  select total_minor, case when p.total_minor is null then facts end as facts from billing_bill
  where account_id = a.id and state = 'ISSUED' and kind <> 'CREDIT' and currency = %(currency)s
    and period_start = %(last_year)s and (kind = 'SETTLEMENT') = %(settles)s
  order by id desc limit 1) y on true
where p.total_minor is not null or y.total_minor is not null
"""


def earlier_bills(*, run: BillRun, account_ids: Sequence[int]) -> dict[int, EarlierBills]:
    """
    Return what those of a run's accounts that were billed before paid, by account.
    """
    if run.corrects is not None:
        # A corrected bill is compared with the one in whose place it is made.
        text = run.corrects.facts
        facts = orjson.loads(text) if text else None
        return {run.corrects.account_id: EarlierBills(run.corrects.total_minor, None, facts)}
    with connection.cursor() as cursor:
        cursor.execute(
            _EARLIER,
            {
                "accounts": integer_array(account_ids),
                "currency": run.currency,
                "start": run.period_start,
                "oldest": run.period_start - _OLDEST,
                "last_year": add_months(run.period_start, -12),
                # A settlement of many months is compared with another one.
                "settles": run.kind == RunKind.SETTLEMENT,
            },
        )
        return {
            account_id: EarlierBills(previous, last_year, orjson.loads(facts) if facts else None)
            for account_id, previous, last_year, facts in cursor.fetchall()
        }
