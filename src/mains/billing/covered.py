"""What is billed already of contracts, so that no day is billed twice, whatever bills it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from mains.billing.contracts import ContractRow
from mains.billing.models import BillRun, RunKind
from mains.billing.rules.covering import left_of
from mains.core.arrays import integer_array
from mains.core.calendars import Period


class BilledMeanwhile(Exception):
    """Another bill has just billed some of the same days; draft this one again."""


@dataclass(slots=True)
class Covered:
    """
    The days that are billed: of contracts, and of all contracts of accounts.
    """

    contracts: dict[int, list[Period]] = field(default_factory=lambda: defaultdict(list))
    accounts: dict[int, list[Period]] = field(default_factory=lambda: defaultdict(list))

    def of(self, *, contract_id: int, account_id: int) -> list[Period]:
        """
        Return the days of a contract that are billed.
        """
        return [*self.contracts.get(contract_id, ()), *self.accounts.get(account_id, ())]


# Of regular bills only those of other accounts than a regular run's own could be in question, and
# no two of these runs share a day: a regular run asks for the others alone, by an index that holds
# nothing else.
_COVERED = """
select b.account_id, b.period_start, b.period_end, c.parts
from billing_bill b
join billing_billrunchunk c on c.run_id = b.run_id and b.account_id = any(c.account_ids)
where b.account_id = any(%(accounts)s::bigint[]) and b.state = 'ISSUED'
  and b.run_id is distinct from %(run)s
  and b.period_start < %(end)s and b.period_end > %(start)s
"""
_BESIDE_REGULAR = _COVERED + " and b.kind <> 'REGULAR'"


def covered(
    *, account_ids: Collection[int], period: Period, run_id: int | None, is_regular: bool
) -> Covered:
    """
    Return what other runs billed of accounts within a period; for a regular run what others did.
    """
    import json

    found = Covered()
    values: dict[str, Any] = {
        "accounts": integer_array(account_ids),
        "run": run_id,
        "start": period.start,
        "end": period.end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE_REGULAR if is_regular else _COVERED, values)
        for account_id, start, end, text in cursor.fetchall():
            parts = json.loads(text)
            for contract_id, first, last in parts:
                found.contracts[contract_id].append(
                    Period(date.fromisoformat(first), date.fromisoformat(last))
                )
            if not parts:
                found.accounts[account_id].append(Period(start, end))
    return found


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
    *, contracts: Collection[ContractRow], days: Mapping[int, Period], run: BillRun
) -> None:
    """
    Refuse to bill days that were billed since they were drafted.

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
