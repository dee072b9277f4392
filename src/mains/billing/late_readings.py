"""What earlier runs had seen of readings, so that what came too late for them counts afterwards."""

from collections.abc import Collection
from datetime import date

from django.db import connection

from mains.billing.contracts import ContractRow
from mains.core.arrays import integer_array
from mains.metering.queries import Seen

# The chunks of a run hold its accounts in the order of their ids.
_SEEN = """
with billed as materialized (
  select distinct on (account_id) account_id, run_id, period_start from billing_bill
  where account_id = any(%(accounts)s::bigint[]) and state = 'ISSUED' and kind <> 'CREDIT'
    and period_end <= %(before)s
  order by account_id, period_end desc),
spans as materialized (
  select run_id, account_ids[1] as first, account_ids[cardinality(account_ids)] as last, cutoff_at
  from billing_billrunchunk
  where run_id in (select run_id from billed) and cutoff_at is not null)
select b.account_id, b.period_start, s.cutoff_at
from billed b join spans s on s.run_id = b.run_id and b.account_id between s.first and s.last
"""


def seen_at(*, contracts: Collection[ContractRow], before: date) -> dict[int, Seen]:
    """
    Return what the last bill before a day had seen, by supply point of the contracts it was for.

    A reading that came later is on no bill yet, so the next use begins at the one before it.
    """
    accounts = {contract.account_id for contract in contracts}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"accounts": integer_array(accounts), "before": before})
        seen = {row[0]: Seen(row[1], row[2]) for row in cursor.fetchall()}
    return {
        contract.supply_point_id: seen[contract.account_id]
        for contract in contracts
        if contract.account_id in seen
    }
