"""Settle fixed amounts: one run for everybody who is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched

from mains.audit import actions as audit
from mains.billing.actions import CHUNK, Policy
from mains.billing.budgets.bills import fixed_lines
from mains.billing.inputs.covered import covered
from mains.billing.models import BillRun, RunKind, RunStage
from mains.billing.rules.budgeting import Budget, read_budget, settled_until
from mains.billing.rules.covering import hull, unbilled
from mains.billing.runs.beginning import Part, Start, begin_apart, part_of
from mains.core.calendars import Period
from mains.core.transactions import owns_transaction
from mains.customers.models import Company, Contract

_OPEN = (RunStage.DRAFT, RunStage.REHEARSED, RunStage.APPROVED)


class NothingToSettle(Exception):
    """No contract of the company has fixed amounts that are due to be settled."""


@dataclass(frozen=True, slots=True)
class Due:
    """
    The days of a contract for which what was really used is to be billed.
    """

    account_id: int
    contract_id: int
    days: Period


@dataclass(frozen=True, slots=True)
class _OnBudget:
    contract_id: int
    account_id: int
    start_date: date
    end_date: date | None
    budget: Budget

    def days(self, *, until: date, today: date) -> Period | None:
        """
        Return the days that are due: to the end of the contract or of its fixed amount, or `until`.
        """
        ends = [day for day in (self.end_date, self.budget.until) if day is not None]
        end = min(ends) if ends and min(ends) <= today else until
        start = max(self.budget.since, self.start_date)
        return Period(start, end) if start < end else None


def due(*, company_id: int, month: int, today: date) -> list[Due]:
    """
    Return what is due to be settled of a company's contracts, by account.

    Everybody once the last of the utility's months with this number is over; contracts and fixed
    amounts that have ended at once. What a settlement is under way for is left out.
    """
    until = settled_until(today, month=month)
    wanted = {
        one.contract_id: (one, days)
        for one in _on_budget(company_id)
        if (days := one.days(until=until, today=today)) is not None
    }
    if not wanted:
        return []
    period = hull(days for _one, days in wanted.values())
    accounts = {one.account_id for one, _days in wanted.values()}
    billed = covered(
        account_ids=accounts,
        period=period,
        is_regular=True,
        fixed=fixed_lines(account_ids=accounts, period=period, beside_regular=True),
    )
    at_work = {contract_id for run in _open(company_id) for contract_id in _contracts(run)}
    found = []
    for contract_id, (one, days) in wanted.items():
        left = unbilled(days, billed.of(contract_id=contract_id, account_id=one.account_id))
        if left is not None and contract_id not in at_work:
            found.append(Due(one.account_id, contract_id, left))
    return sorted(found, key=lambda one: (one.account_id, one.contract_id))


def _on_budget(company_id: int) -> list[_OnBudget]:
    rows = Contract.objects.filter(
        account__company_id=company_id, budget__isnull=False
    ).values_list("pk", "account_id", "start_date", "end_date", "budget")
    return [
        _OnBudget(pk, account_id, start, end, budget)
        for pk, account_id, start, end, stored in rows
        if (budget := read_budget(stored)) is not None
    ]


def _open(company_id: int) -> list[BillRun]:
    runs = BillRun.objects.filter(
        company_id=company_id, kind=RunKind.SETTLEMENT, stage__in=_OPEN
    ).order_by("-pk")
    return list(runs.prefetch_related("chunks"))


def _contracts(run: BillRun) -> list[int]:
    return [part[0] for chunk in run.chunks.all() for part in chunk.parts]


@owns_transaction
def start_settlement(
    *,
    company_id: int,
    month: int,
    today: date,
    policy: Policy,
    currency: str,
    started_by: str,
    actor: str,
    now: datetime,
) -> BillRun:
    """
    Start a run that settles everybody who is due; again returns the same run until it is issued.

    :raises NothingToSettle: if nobody is due, and no settlement is under way.
    :raises Company.DoesNotExist: if there is no such company.
    """
    Company.objects.select_for_update().get(pk=company_id)
    found = due(company_id=company_id, month=month, today=today)
    if not found:
        known = _open(company_id)
        if not known:
            raise NothingToSettle(company_id)
        return known[0]
    period = hull(one.days for one in found)
    run = begin_apart(
        kind=RunKind.SETTLEMENT,
        company_id=company_id,
        period=period,
        currency=currency,
        chunks=_chunks(found),
        start=Start(today, policy, started_by, now),
    )
    audit.record(
        action="bill_run.settlement_started",
        subject=f"bill_run:{run.pk}",
        actor=actor,
        detail={"contracts": len(found), "until": period.end.isoformat()},
        now=now,
    )
    return run


def _chunks(found: Sequence[Due]) -> list[tuple[list[int], list[Part]]]:
    by_account: dict[int, list[Part]] = {}
    for one in found:
        by_account.setdefault(one.account_id, []).append(part_of(one.contract_id, one.days))
    return [
        (list(ids), [part for account_id in ids for part in by_account[account_id]])
        for ids in batched(sorted(by_account), CHUNK, strict=False)
    ]
