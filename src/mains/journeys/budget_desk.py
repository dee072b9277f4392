"""Fixed monthly amounts at the desk: put on, changed, stopped, and settled for everybody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from mains.billing.budgets import changes, overview, settling
from mains.billing.budgets.overview import BudgetRow, Offer
from mains.billing.rules.budgeting import period_after, settled_until
from mains.customers.models import Company
from mains.journeys import run_desk
from mains.journeys.bill_run import bill_plans, policy_of
from mains.journeys.run_desk import UnknownCompany
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.budgets import BudgetBilling

__all__ = ["UnknownCompany"]


class NotOffered(Exception):
    """The utility offers no fixed amounts."""


@dataclass(frozen=True, slots=True)
class CompanyDue:
    """
    How many contracts of a company are due to be settled.
    """

    code: str
    name: str
    contracts: int


def chosen(tenant: TenantInfo) -> BudgetBilling:
    """
    Return what a utility decided about fixed amounts.

    :raises NotOffered: if it offers none.
    """
    if tenant.file.budget_billing is None:
        raise NotOffered(tenant.file.slug)
    return tenant.file.budget_billing


def budgets(*, tenant: TenantInfo, account_ids: Collection[int], today: date) -> list[BudgetRow]:
    """
    Return the fixed amounts of accounts that hold or are not settled yet.
    """
    return overview.budgets(
        account_ids=account_ids,
        today=today,
        currency=tenant.file.locale.currency,
        plans=bill_plans(tenant.file),
    )


def offers(*, tenant: TenantInfo, account_id: int, today: date) -> list[Offer]:
    """
    Return the contracts of an account that may be put on a fixed amount.

    :raises NotOffered: if the utility offers none.
    """
    return overview.offers(
        account_id=account_id,
        today=today,
        currency=tenant.file.locale.currency,
        round_to=chosen(tenant).round_to,
    )


def next_period(*, tenant: TenantInfo, today: date) -> date:
    """
    Return the first day of the billing period that begins next, or today.
    """
    return period_after(today, months=tenant.file.billing.months_per_bill)


def put_on(
    *,
    tenant: TenantInfo,
    account_id: int,
    contract_id: int,
    monthly_minor: int,
    since: date,
    by: str,
    actor: str,
    now: datetime,
) -> None:
    """
    Charge a contract a fixed amount from a billing period on; see `changes.put_on`.

    :raises NotOffered: if the utility offers none.
    """
    chosen(tenant)
    changes.put_on(
        account_id=account_id,
        contract_id=contract_id,
        monthly_minor=monthly_minor,
        since=since,
        months=tenant.file.billing.months_per_bill,
        by=by,
        actor=actor,
        now=now,
    )


def change(
    *,
    tenant: TenantInfo,
    account_id: int,
    contract_id: int,
    monthly_minor: int,
    by: str,
    actor: str,
    now: datetime,
) -> None:
    """
    Change a fixed amount from the next bill on; see `changes.change`.

    :raises NotOffered: if the utility offers none.
    """
    chosen(tenant)
    changes.change(
        account_id=account_id,
        contract_id=contract_id,
        monthly_minor=monthly_minor,
        by=by,
        actor=actor,
        now=now,
    )


def stop(
    *,
    tenant: TenantInfo,
    account_id: int,
    contract_id: int,
    until: date,
    by: str,
    actor: str,
    now: datetime,
) -> None:
    """
    Charge no fixed amount from a billing period on; see `changes.stop`.

    :raises NotOffered: if the utility offers none.
    """
    chosen(tenant)
    changes.stop(
        account_id=account_id,
        contract_id=contract_id,
        until=until,
        months=tenant.file.billing.months_per_bill,
        by=by,
        actor=actor,
        now=now,
    )


def settled_by(*, tenant: TenantInfo, today: date) -> date:
    """
    Return the day up to which, not including it, everybody is settled now.

    :raises NotOffered: if the utility offers none.
    """
    return settled_until(today, month=chosen(tenant).settles_month)


def due(*, tenant: TenantInfo, today: date) -> list[CompanyDue]:
    """
    Return how many contracts of each company are due to be settled.

    :raises NotOffered: if the utility offers none.
    """
    month = chosen(tenant).settles_month
    return [
        CompanyDue(
            company.code,
            company.name,
            len(settling.due(company_id=company.pk, month=month, today=today)),
        )
        for company in Company.objects.order_by("pk")
    ]


def settle(
    *, tenant: TenantInfo, company_code: str, started_by: str, actor: str, now: datetime
) -> int:
    """
    Start a run that settles everybody of a company who is due, rehearse it and return its id; again
    the same run.

    :raises NotOffered: if the utility offers none.
    :raises UnknownCompany: if there is no such company.
    :raises settling.NothingToSettle: if nobody is due.
    """
    month = chosen(tenant).settles_month
    company = Company.objects.filter(code=company_code).first()
    if company is None:
        raise UnknownCompany(company_code)
    run = settling.start_settlement(
        company_id=company.pk,
        month=month,
        today=tenant.date_of(now),
        policy=policy_of(tenant=tenant, company_code=company_code),
        currency=tenant.file.locale.currency,
        started_by=started_by,
        actor=actor,
        now=now,
    )
    run_desk.rehearse(tenant=tenant, run_id=run.pk)
    return run.pk
