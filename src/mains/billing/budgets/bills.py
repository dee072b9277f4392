"""What issued bills charged as fixed amounts."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import connection

from mains.billing.inputs.contracts import ContractRow
from mains.billing.models import BillKind, BillRun, RunKind
from mains.billing.rules.budgeting import BilledAmount, FixedLine, read_fixed, taken_off
from mains.billing.rules.covering import hull
from mains.core.arrays import integer_array
from mains.core.calendars import Period

# As the sealed facts say it. Where the law no longer wants these, the days count as settled and
# nothing is taken off for them. The text is looked at first: reading it all as JSON costs more.
_FIXED = """
select b.id, b.number, (c.value->>'id')::bigint, b.currency, (c.value->'budget')::text
from billing_bill b
cross join lateral jsonb_array_elements(nullif(b.facts, '')::jsonb->'contracts') c
where b.account_id = any(%(accounts)s::bigint[]) and b.state = 'ISSUED' and b.kind <> 'CREDIT'
  and b.period_start < %(end)s and b.period_end > %(start)s
  and b.facts like '%%"budget":{%%' and c.value ? 'budget' {beside}
order by b.period_start, b.id
"""
_EVERYTHING = _FIXED.replace("{beside}", "")
_BESIDE_REGULAR = _FIXED.replace("{beside}", "and b.kind = 'CORRECTION'")


def fixed_lines(
    *, account_ids: Collection[int], period: Period, beside_regular: bool = False
) -> list[FixedLine]:
    """
    Return what bills that stand charged accounts as fixed amounts, for bills that share days with a
    period, oldest first; of regular bills none, if only those beside them are asked for.
    """
    values: dict[str, Any] = {
        "accounts": integer_array(account_ids),
        "start": period.start,
        "end": period.end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE_REGULAR if beside_regular else _EVERYTHING, values)
        return [
            FixedLine(bill_id, number, contract, read_fixed(json.loads(text), currency=currency))
            for bill_id, number, contract, currency, text in cursor.fetchall()
        ]


def fixed_of(*, contracts: Collection[ContractRow], period: Period) -> list[FixedLine]:
    """
    Return the same for contracts; nothing is asked where none ever had a fixed amount.
    """
    ids = {one.contract_id for one in contracts if one.budget is not None}
    if not ids:
        return []
    accounts = {one.account_id for one in contracts if one.contract_id in ids}
    found = fixed_lines(account_ids=accounts, period=period)
    return [one for one in found if one.contract_id in ids]


def settles(run: BillRun) -> bool:
    """
    Tell whether a run bills what was really used of contracts on fixed amounts.

    A bill in place of a credited one does what that one did.
    """
    kind: str = run.kind
    while kind == RunKind.CORRECTION:
        bill = run.corrects
        assert bill is not None
        assert bill.run is not None
        run, kind = bill.run, bill.kind
    return kind != BillKind.REGULAR


def to_take_off(
    *, contracts: Collection[ContractRow], days: Mapping[int, Period]
) -> dict[int, tuple[BilledAmount, ...]]:
    """
    Return what the settlement of days of contracts takes off, by contract.

    The last one of a contract takes off whatever was billed for later days as well, such as where
    somebody said too late that they had moved out.
    """
    asked = {
        one.contract_id: _last(days[one.contract_id], one)
        for one in contracts
        if one.budget is not None and one.contract_id in days
    }
    if not asked:
        return {}
    whole = hull(asked.values())
    lines: dict[int, list[FixedLine]] = defaultdict(list)
    for line in fixed_of(contracts=contracts, period=whole):
        lines[line.contract_id].append(line)
    found = {key: taken_off(lines[key], days=own) for key, own in asked.items()}
    return {contract_id: amounts for contract_id, amounts in found.items() if amounts}


def _last(days: Period, contract: ContractRow) -> Period:
    is_last = contract.end_date is not None and contract.end_date <= days.end
    return Period(days.start, date.max) if is_last else days
