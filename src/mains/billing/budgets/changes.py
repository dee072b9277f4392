"""Put a contract on a fixed monthly amount, change it, and stop it."""

from datetime import date, datetime
from typing import Any

from mains.audit import actions as audit
from mains.billing.budgets.bills import fixed_of
from mains.billing.inputs.contracts import ContractRow, contracts_of
from mains.billing.inputs.covered import covered
from mains.billing.models import BillRun, RunStage
from mains.billing.rules.budgeting import Budget, begins_period
from mains.core.calendars import Period
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Contract

_EVER = Period(date(1900, 1, 1), date(9999, 1, 1))


class UnknownContract(Exception):
    """The account has no such contract."""


class NothingToPay(Exception):
    """A fixed amount is more than nothing."""


class NotFirstDay(Exception):
    """A fixed amount begins and ends with a billing period."""


class ContractEnded(Exception):
    """The contract has ended by the day from which the amount would hold."""


class AlreadyOn(Exception):
    """The contract pays a fixed amount already; change that one."""


class NotOn(Exception):
    """The contract pays no fixed amount."""


class BilledAlready(Exception):
    """Days that this would change are billed already; the argument is the first one that is not."""


class NotSettled(Exception):
    """What was used under the amount before is not settled yet."""


class BeingIssued(Exception):
    """Bills of the account are being issued; wait until that is done."""


@owns_transaction
def put_on(
    *,
    account_id: int,
    contract_id: int,
    monthly_minor: int,
    since: date,
    months: int,
    by: str,
    actor: str,
    now: datetime,
) -> None:
    """
    Charge a contract a fixed amount (net, in minor units) from a billing period on; the same again
    changes nothing. `months` are those of a bill. From the day on which it was stopped it goes on.

    :raises UnknownContract: if the account has no such contract.
    :raises NothingToPay: if the amount is not above zero.
    :raises NotFirstDay: if no billing period begins on the day.
    :raises ContractEnded: if the contract has ended by then.
    :raises AlreadyOn: if it pays another fixed amount, or from another day on.
    :raises NotSettled: if an earlier fixed amount of it is not settled.
    :raises BilledAlready: if days from then on are billed; the first that is not is the argument.
    :raises BeingIssued: if bills of the account are being issued.
    """
    contract, row = _locked(account_id, contract_id)
    if monthly_minor <= 0:
        raise NothingToPay(monthly_minor)
    if not begins_period(since, months=months):
        raise NotFirstDay(since)
    known = row.budget
    if known is not None and known.until is None:
        if (known.monthly_minor, known.since) == (monthly_minor, since):
            return
        raise AlreadyOn(contract_id)
    if row.end_date is not None and row.end_date <= since:
        raise ContractEnded(contract_id)
    billed = _billed(row)
    if billed is not None and billed > since:
        raise BilledAlready(billed)
    if known is not None and known.until == since:
        _keep(contract, known._replace(monthly_minor=monthly_minor, until=None), by)
    else:
        _refuse_not_settled(row)
        _keep(contract, Budget(monthly_minor, since), by)
    _audit("budget.put_on", contract, actor=actor, now=now)


@owns_transaction
def change(
    *,
    account_id: int,
    contract_id: int,
    monthly_minor: int,
    by: str,
    actor: str,
    now: datetime,
) -> None:
    """
    Change a fixed amount (net, in minor units) from the next bill on; the same again changes
    nothing.

    :raises UnknownContract: if the account has no such contract.
    :raises NothingToPay: if the amount is not above zero.
    :raises NotOn: if the contract pays no fixed amount, or it was stopped.
    :raises BeingIssued: if bills of the account are being issued.
    """
    contract, row = _locked(account_id, contract_id)
    if monthly_minor <= 0:
        raise NothingToPay(monthly_minor)
    if row.budget is None or row.budget.until is not None:
        raise NotOn(contract_id)
    if row.budget.monthly_minor == monthly_minor:
        return
    _keep(contract, row.budget._replace(monthly_minor=monthly_minor), by)
    _audit("budget.changed", contract, actor=actor, now=now)


@owns_transaction
def stop(
    *,
    account_id: int,
    contract_id: int,
    until: date,
    months: int,
    by: str,
    actor: str,
    now: datetime,
) -> None:
    """
    Charge no fixed amount from a billing period on; the same again changes nothing. Until it is
    settled the day may be moved. One that would end before it began is taken back.

    :raises UnknownContract: if the account has no such contract.
    :raises NotOn: if the contract pays no fixed amount.
    :raises NotFirstDay: if no billing period begins on the day.
    :raises BilledAlready: if days from then on are billed; the first that is not is the argument.
    :raises BeingIssued: if bills of the account are being issued.
    """
    contract, row = _locked(account_id, contract_id)
    known = row.budget
    if known is None:
        raise NotOn(contract_id)
    if known.until == until:
        return
    if not begins_period(until, months=months):
        raise NotFirstDay(until)
    billed = _billed(row)
    first = min(until, known.until) if known.until else until
    if billed is not None and billed > first:
        raise BilledAlready(billed)
    if until <= known.since:
        contract.budget = None
        contract.save(update_fields=["budget"])
    else:
        _keep(contract, known._replace(until=until), by)
    _audit("budget.stopped", contract, actor=actor, now=now)


@inside_transaction
def _locked(account_id: int, contract_id: int) -> tuple[Contract, ContractRow]:
    """
    Lock a contract, and keep runs of its account from being approved meanwhile.
    """
    contract = (
        Contract.objects.select_for_update(no_key=True)
        .filter(pk=contract_id, account_id=account_id)
        .first()
    )
    if contract is None:
        raise UnknownContract(contract_id)
    runs = BillRun.objects.select_for_update(no_key=True).filter(
        pk__in=BillRun.objects.filter(
            stage__in=(RunStage.DRAFT, RunStage.REHEARSED, RunStage.APPROVED),
            company_id=contract.account.company_id,
            chunks__account_ids__contains=[account_id],
        ).values("pk")
    )
    if any(run.stage == RunStage.APPROVED for run in runs.order_by("pk")):
        raise BeingIssued(account_id)
    rows = contracts_of(account_ids=[account_id], period=_EVER)[account_id]
    return contract, next(row for row in rows if row.contract_id == contract_id)


def _billed(row: ContractRow) -> date | None:
    """
    Return the first day that no bill is for, or None before the first bill.
    """
    days = covered(account_ids=[row.account_id], period=_EVER)
    found = days.of(contract_id=row.contract_id, account_id=row.account_id)
    return max((one.end for one in found), default=None)


def _refuse_not_settled(row: ContractRow) -> None:
    lines = fixed_of(contracts=[row], period=_EVER)
    billed = covered(account_ids=[row.account_id], period=_EVER, fixed=lines)
    used = billed.of(contract_id=row.contract_id, account_id=row.account_id)
    for line in lines:
        if not any(one.contains(line.fixed.days.start) for one in used):
            raise NotSettled(line.fixed.days.start)


def _keep(contract: Contract, budget: Budget, by: str) -> None:
    contract.budget = {
        "monthly_minor": budget.monthly_minor,
        "since": budget.since.isoformat(),
        "until": budget.until and budget.until.isoformat(),
        "by": by,
    }
    contract.save(update_fields=["budget"])


def _audit(action: str, contract: Contract, *, actor: str, now: datetime) -> None:
    stored: dict[str, Any] = contract.budget or {}
    audit.record(
        action=action,
        subject=f"contract:{contract.pk}",
        actor=actor,
        detail={
            "account": contract.account_id,
            "monthly_minor": stored.get("monthly_minor"),
            "since": stored.get("since"),
            "until": stored.get("until"),
        },
        now=now,
    )
