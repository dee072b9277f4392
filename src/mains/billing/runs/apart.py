"""Bill one account beside the regular runs: a contract that has ended, or up to a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mains.audit import actions as audit
from mains.billing.actions import Policy
from mains.billing.budgets.bills import settles
from mains.billing.inputs.contracts import ContractRow, contracts_of
from mains.billing.inputs.covered import covered, used_of
from mains.billing.models import Bill, BillRun, BillRunChunk, BillState, RunKind, RunStage
from mains.billing.rules.covering import hull, left_of, unbilled
from mains.billing.runs import chunks
from mains.billing.runs.beginning import Part, Start, begin_apart, part_of
from mains.core.calendars import Period, add_months
from mains.core.transactions import owns_transaction
from mains.customers.models import Account

# Where a bill may still be issued, or rehearsed again.
_OPEN = (RunStage.DRAFT, RunStage.REHEARSED, RunStage.APPROVED)


class NothingLeft(Exception):
    """Every day is billed already that this bill would be for."""


class NotCredited(Exception):
    """A bill is made again only once it is credited."""


class DayNotPast(Exception):
    """A bill is for days that have passed."""


@dataclass(frozen=True, slots=True)
class Unbilled:
    """
    The days of a contract that no bill is for yet; `has_ended` if none will follow.
    """

    contract: ContractRow
    days: Period
    has_ended: bool


def unbilled_of(*, account_id: int, until: date) -> list[Unbilled]:
    """
    Return what is not billed yet of an account's contracts up to, not including, a day.

    From the day after what was billed last; before the first bill, from the contract's start, but
    not from before its company's first regular run, or from the month before without one. For a
    fixed amount no use is billed yet.
    """
    account = Account.objects.get(pk=account_id)
    first = (
        BillRun.objects.filter(company_id=account.company_id, kind=RunKind.REGULAR)
        .exclude(stage=RunStage.CANCELLED)
        .order_by("period_start")
        .values_list("period_start", flat=True)
        .first()
    )
    start = min(first or add_months(until.replace(day=1), -1), until - timedelta(days=1))
    period = Period(start, until)
    contracts = contracts_of(account_ids=[account_id], period=period).get(account_id, [])
    billed = used_of(contracts=contracts, period=period)
    found = []
    for one in contracts:
        days = unbilled(
            one.part_of(period), billed.of(contract_id=one.contract_id, account_id=account_id)
        )
        if days is not None:
            found.append(Unbilled(one, days, one.end_date is not None and one.end_date <= until))
    return found


@owns_transaction
def start_apart(
    *,
    kind: RunKind,
    account_id: int,
    until: date,
    today: date,
    policy: Policy,
    started_by: str,
    actor: str,
    now: datetime,
) -> BillRun:
    """
    Start a run for what is not billed yet of one account up to, not including, a day.

    A final bill is for its contracts that have ended by then, an interim one for all. Starting it
    again returns the first run, as long as that bills the same days and is not issued.

    :raises NothingLeft: if all of these days are billed.
    :raises DayNotPast: if the day is not over.
    :raises Account.DoesNotExist: if there is no such account.
    """
    if until > today + timedelta(days=1):
        raise DayNotPast(until)
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    parts = [
        one
        for one in unbilled_of(account_id=account_id, until=until)
        if kind != RunKind.FINAL or one.has_ended
    ]
    if not parts:
        raise NothingLeft(account_id)
    stored = [part_of(one.contract.contract_id, one.days) for one in parts]
    known = _open_run(account_id, kind, stored)
    if known is not None:
        return known
    run = begin_apart(
        kind=kind,
        company_id=account.company_id,
        period=hull(one.days for one in parts),
        currency=account.currency,
        chunks=[([account_id], stored)],
        start=Start(today, policy, started_by, now),
    )
    audit.record(
        action="bill_run.started_apart",
        subject=f"bill_run:{run.pk}",
        actor=actor,
        detail={"account": account_id, "kind": str(kind), "until": until.isoformat()},
        now=now,
    )
    return run


@owns_transaction
def start_correction(
    *,
    bill_id: int,
    today: date,
    policy: Policy,
    started_by: str,
    actor: str,
    now: datetime,
) -> BillRun:
    """
    Start a run that bills the account and days of a credited bill again; again the same run.

    :raises NotCredited: if the bill is not credited.
    :raises NothingLeft: if all of these days are billed, such as by a run that was started before.
    :raises Bill.DoesNotExist: if there is no such bill.
    """
    bill = Bill.objects.select_related("account", "run").get(pk=bill_id)
    if bill.state != BillState.CANCELLED:
        raise NotCredited(bill.number)
    Account.objects.select_for_update(no_key=True).get(pk=bill.account_id)
    period = Period(bill.period_start, bill.period_end)
    parts = _left_to_bill(bill, period)
    if not parts:
        raise NothingLeft(bill.number)
    found = _open_run(bill.account_id, RunKind.CORRECTION, parts)
    if found is not None:
        return found
    run = begin_apart(
        kind=RunKind.CORRECTION,
        corrects=bill,
        company_id=bill.account.company_id,
        period=period,
        currency=bill.currency,
        chunks=[([bill.account_id], parts)],
        start=Start(today, policy, started_by, now),
    )
    audit.record(
        action="bill_run.started_apart",
        subject=f"bill_run:{run.pk}",
        actor=actor,
        detail={"account": bill.account_id, "kind": "CORRECTION", "bill": bill.number},
        now=now,
    )
    return run


def _left_to_bill(bill: Bill, period: Period) -> list[Part]:
    """
    Return the parts of a credited bill that nobody has billed again.
    """
    known = chunks.parts_of(chunk) if (chunk := _chunk_of(bill)) else {}
    contracts = contracts_of(account_ids=[bill.account_id], period=period).get(bill.account_id, [])
    assert bill.run is not None
    billed = (
        used_of(contracts=contracts, period=period)
        if settles(bill.run)
        else covered(account_ids=[bill.account_id], period=period)
    )
    parts = []
    for one in contracts:
        whole = known.get(one.contract_id) if known else one.part_of(period)
        days = whole and left_of(
            whole, billed.of(contract_id=one.contract_id, account_id=one.account_id)
        )
        if days is not None:
            parts.append(part_of(one.contract_id, days))
    return parts


def _chunk_of(bill: Bill) -> BillRunChunk | None:
    return BillRunChunk.objects.filter(
        run_id=bill.run_id, account_ids__contains=[bill.account_id]
    ).first()


def _open_run(account_id: int, kind: RunKind, parts: list[Part]) -> BillRun | None:
    chunk = (
        BillRunChunk.objects.select_related("run")
        .filter(run__kind=kind, run__stage__in=_OPEN, account_ids=[account_id], parts=parts)
        .order_by("-pk")
        .first()
    )
    return chunk.run if chunk else None
