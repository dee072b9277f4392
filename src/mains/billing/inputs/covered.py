"""What is billed already of contracts, so that no day is billed twice, whatever bills it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from mains.billing.budgets.bills import fixed_of, settles, to_take_off
from mains.billing.inputs.contracts import ContractRow
from mains.billing.models import BillRun, RunKind
from mains.billing.rules.budgeting import BilledAmount, FixedLine
from mains.billing.rules.covering import left_of
from mains.core.arrays import integer_array
from mains.core.calendars import Period


class BilledMeanwhile(Exception):
    """Another bill has just billed some of the same days; draft this one again."""


@dataclass(slots=True)
class Covered:
    """
    The days that are billed, each with its bill: of contracts, and of all contracts of accounts.

    `fixed` are bills with a contract that they charged a fixed amount instead of its use: for its
    settlement these days are not billed yet.
    """

    contracts: dict[int, list[tuple[int, Period]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    accounts: dict[int, list[tuple[int, Period]]] = field(default_factory=lambda: defaultdict(list))
    fixed: frozenset[tuple[int, int]] = frozenset()

    def of(self, *, contract_id: int, account_id: int) -> list[Period]:
        """
        Return the days of a contract that are billed.
        """
        billed = [*self.contracts.get(contract_id, ()), *self.accounts.get(account_id, ())]
        return [days for bill_id, days in billed if (bill_id, contract_id) not in self.fixed]


# Of regular bills only those of other accounts than a regular run's own could be in question, and
# no two of these runs share a day: a regular run asks for the others alone, by an index that holds
# nothing else. A chunk's parts are those of all its accounts: only those count that got a bill.
_COVERED = """
with billed as materialized (
  select b.id, b.account_id, b.period_start, b.period_end, c.id as chunk_id,
         coalesce(c.parts, '[]') = '[]' as is_whole
  from billing_bill b
  left join billing_billrunchunk c
    on b.kind <> 'REGULAR' and c.run_id = b.run_id and b.account_id = any(c.account_ids)
  where b.account_id = any(%(accounts)s::bigint[]) and b.state = 'ISSUED' and b.kind <> 'CREDIT'
    and b.run_id is distinct from %(run)s
    and b.period_start < %(end)s and b.period_end > %(start)s {beside})
select id, account_id, null::bigint, period_start, period_end from billed where is_whole
union all
select b.id, b.account_id, k.id, (p.value->>1)::date, (p.value->>2)::date
from billing_billrunchunk c
cross join lateral jsonb_array_elements(c.parts) p
join customers_contract k on k.id = (p.value->>0)::bigint
join billed b on b.chunk_id = c.id and b.account_id = k.account_id
where c.id in (select chunk_id from billed where not is_whole)
"""
_EVERYTHING = _COVERED.format(beside="")
_BESIDE_REGULAR = _COVERED.format(beside="and b.kind <> 'REGULAR'")


def covered(
    *,
    account_ids: Collection[int],
    period: Period,
    run_id: int | None = None,
    is_regular: bool = False,
    fixed: Iterable[FixedLine] = (),
) -> Covered:
    """
    Return what other runs billed of accounts within a period; for a regular run what others did.

    `fixed` are the fixed amounts that do not count as billed.
    """
    found = Covered(fixed=frozenset((one.bill_id, one.contract_id) for one in fixed))
    values: dict[str, Any] = {
        "accounts": integer_array(account_ids),
        "run": run_id,
        "start": period.start,
        "end": period.end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE_REGULAR if is_regular else _EVERYTHING, values)
        for bill_id, account_id, contract_id, start, end in cursor.fetchall():
            known = (
                found.accounts[account_id] if contract_id is None else found.contracts[contract_id]
            )
            known.append((bill_id, Period(start, end)))
    return found


def used_of(*, contracts: Collection[ContractRow], period: Period) -> Covered:
    """
    Return the days within a period for which contracts were billed what they used.
    """
    return covered(
        account_ids={one.account_id for one in contracts},
        period=period,
        fixed=fixed_of(contracts=contracts, period=period),
    )


def days_of(
    *,
    contracts: Collection[ContractRow],
    run: BillRun,
    period: Period,
    parts: Mapping[int, Period],
) -> dict[int, Period]:
    """
    Return the days of contracts that a run bills, by contract; those without any are left out.

    `parts` are the days of contracts that a run is for, where it is not for its whole period.
    """
    known = covered(
        account_ids={one.account_id for one in contracts},
        period=period,
        run_id=run.pk,
        is_regular=run.kind == RunKind.REGULAR,
        fixed=fixed_of(contracts=contracts, period=period) if settles(run) else (),
    )
    found: dict[int, Period] = {}
    for one in contracts:
        days: Period | None = one.part_of(period)
        if parts:
            own = parts.get(one.contract_id)
            days = own and days and own.intersection(days)
        billed = known.of(contract_id=one.contract_id, account_id=one.account_id)
        if days and billed:
            days = left_of(days, billed)
        if days:
            found[one.contract_id] = days
    return found


def refuse_billed(
    *,
    contracts: Collection[ContractRow],
    days: Mapping[int, Period],
    taken_off: Mapping[int, Sequence[BilledAmount]],
    run: BillRun,
) -> None:
    """
    Refuse to bill days that were billed since they were drafted, and to take off fixed amounts that
    are others by now: one more was billed, or one credited.

    Called once no other bill of the company can be numbered until this transaction ends.

    :raises BilledMeanwhile: if there are any.
    """
    again = days_of(
        contracts=contracts,
        run=run,
        period=Period(run.period_start, run.period_end),
        parts={one.contract_id: days[one.contract_id] for one in contracts},
    )
    for one in contracts:
        if again.get(one.contract_id) != days[one.contract_id]:
            raise BilledMeanwhile(one.contract_id)
    if settles(run):
        billed = to_take_off(contracts=contracts, days=days)
        for one in contracts:
            if billed.get(one.contract_id, ()) != taken_off.get(one.contract_id, ()):
                raise BilledMeanwhile(one.contract_id)
