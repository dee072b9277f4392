"""What earlier runs had seen of readings, so that what came too late for them counts afterwards."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import connection

from mains.billing.budgets.bills import fixed_of
from mains.billing.inputs.contracts import ContractRow
from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering.queries import Seen

# The chunks of a run hold its accounts in the order of their ids.
_SEEN = """
with billed as materialized (
  select distinct on (account_id) account_id, run_id, period_start from billing_bill
  where account_id = any(%(accounts)s::bigint[]) and state = 'ISSUED'
    and kind not in ('CREDIT', 'SETTLEMENT') and period_end <= %(before)s
  order by account_id, period_end desc),
spans as materialized (
  select run_id, account_ids[1] as first, account_ids[cardinality(account_ids)] as last, cutoff_at
  from billing_billrunchunk
  where run_id in (select run_id from billed) and cutoff_at is not null)
select b.account_id, b.period_start, s.cutoff_at
from billed b join spans s on s.run_id = b.run_id and b.account_id between s.first and s.last
"""

# The same for contracts on fixed amounts, whose use the bills with such an amount did not count.
_SEEN_BEFORE_SETTLING = """
with billed as materialized (
  select distinct on (c.id) c.id, b.account_id, b.run_id, b.period_start
  from unnest(%(contracts)s::bigint[], %(accounts)s::bigint[]) c (id, account_id)
  join billing_bill b on b.account_id = c.account_id and b.state = 'ISSUED'
    and b.kind <> 'CREDIT' and b.period_end <= %(before)s
  where not exists (
    select from unnest(%(fixed_bills)s::bigint[], %(fixed_contracts)s::bigint[]) f (bill, contract)
    where f.bill = b.id and f.contract = c.id)
  order by c.id, b.period_end desc, b.id desc)
select b.id, b.period_start, k.cutoff_at
from billed b join billing_billrunchunk k on k.run_id = b.run_id
  and k.cutoff_at is not null and b.account_id = any(k.account_ids)
"""


def seen_at(*, contracts: Collection[ContractRow], before: date) -> dict[int, Seen]:
    """
    Return what the last bill before a day had seen, by supply point of the contracts it was for.

    A reading that came later is on no bill yet, so the next use begins at the one before it.
    """
    settled = [one for one in contracts if one.budget is not None]
    plain = [one for one in contracts if one.budget is None]
    accounts = {contract.account_id for contract in plain}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"accounts": integer_array(accounts), "before": before})
        seen = {row[0]: Seen(row[1], row[2]) for row in cursor.fetchall()}
    return {
        contract.supply_point_id: seen[contract.account_id]
        for contract in plain
        if contract.account_id in seen
    } | (_before_settling(settled, before) if settled else {})


def _before_settling(contracts: Sequence[ContractRow], before: date) -> dict[int, Seen]:
    lines = fixed_of(contracts=contracts, period=Period(date.min, before))
    values: dict[str, Any] = {
        "contracts": integer_array(one.contract_id for one in contracts),
        "accounts": integer_array(one.account_id for one in contracts),
        "fixed_bills": integer_array(one.bill_id for one in lines),
        "fixed_contracts": integer_array(one.contract_id for one in lines),
        "before": before,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEEN_BEFORE_SETTLING, values)
        seen = {row[0]: Seen(row[1], row[2]) for row in cursor.fetchall()}
    return {
        one.supply_point_id: seen[one.contract_id] for one in contracts if one.contract_id in seen
    }
