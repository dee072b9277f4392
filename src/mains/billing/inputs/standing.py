"""How contracts stand at the snapshot of a run: what was billed this year, what was agreed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from mains.billing.inputs.contracts import ContractRow
from mains.billing.inputs.pricing import ContractPrices
from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.tariffs.rules.kinds import Blocks, BoundsPer, Condition

type Priced = Collection[tuple[ContractRow, ContractPrices]]

_BILLED = """
select l.contract_id, l.code, sum(l.quantity)
from unnest(%(contracts)s::bigint[], %(befores)s::date[]) c (id, before)
join billing_billline l on l.contract_id = c.id
join billing_bill b on b.id = l.bill_id
where b.account_id = any(%(accounts)s::bigint[]) and b.state = 'ISSUED' and b.kind <> 'CREDIT'
  and b.period_start >= date_trunc('year', c.before) and b.period_end <= c.before
  and coalesce(l.corrects_date, b.period_start) >= date_trunc('year', c.before)
group by l.contract_id, l.code
"""

_AGREED = """
select c.id, coalesce(
         (select p.mode from customers_deliverypreference p
          where p.contract_id = c.id and p.start_date <= %(on)s
            and (p.end_date is null or p.end_date > %(on)s)
          order by p.start_date desc, p.id desc limit 1), %(default)s) = 'ELECTRONIC',
       exists (select from customers_mandate m where m.account_id = c.account_id
               and m.start_date <= %(on)s and (m.end_date is null or m.end_date > %(on)s))
from customers_contract c where c.id = any(%(contracts)s::bigint[])
"""


def earlier_of(*, priced: Priced, days: Mapping[int, Period]) -> dict[int, dict[str, Decimal]]:
    """
    Return what was billed since 1 January until the days of contracts, where prices ask for it.

    By contract and quantity.

    What was billed counts, not what was read: an allowance is used up by the bills that gave it.
    """
    quantities: dict[int, dict[str, str]] = {}
    for contract, prices in priced:
        yearly = {
            one.code: one.quantity
            for part in prices.parts
            for one in part.tariff.components
            if isinstance(one, Blocks) and one.bounds_per is BoundsPer.YEAR
        }
        start = days[contract.contract_id].start
        if yearly and start != date(start.year, 1, 1):
            quantities[contract.contract_id] = yearly
    if not quantities:
        return {}
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    accounts = {one.account_id for one, _prices in priced if one.contract_id in quantities}
    values: dict[str, Any] = {
        "accounts": integer_array(accounts),
        "contracts": integer_array(quantities),
        "befores": [days[contract_id].start for contract_id in quantities],
    }
    with connection.cursor() as cursor:
        cursor.execute(_BILLED, values)
        for contract_id, code, used in cursor.fetchall():
            name = quantities[contract_id].get(code)
            if name:
                # Blocks of one quantity count it once, however many components price it.
                known = found[contract_id].get(name, Decimal(0))
                found[contract_id][name] = max(known, used)
    return dict(found)


def conditions_of(
    *, priced: Priced, issue_date: date, electronic_by_default: bool
) -> Mapping[int, frozenset[str]]:
    """
    Return which conditions hold on the issue date, by contract, where prices depend on them.
    """
    asked = {
        contract.contract_id
        for contract, prices in priced
        if any(one.when for part in prices.parts for one in part.tariff.components)
    }
    if not asked:
        return {}
    values: dict[str, str | date] = {
        "contracts": integer_array(asked),
        "on": issue_date,
        "default": "ELECTRONIC" if electronic_by_default else "PAPER",
    }
    with connection.cursor() as cursor:
        cursor.execute(_AGREED, values)
        return {
            contract_id: frozenset(
                condition
                for condition, holds in (
                    (Condition.ELECTRONIC, electronic),
                    (Condition.MANDATE, mandate),
                )
                if holds
            )
            for contract_id, electronic, mandate in cursor.fetchall()
        }
