"""Bill a company for a period: the console's run, the beat's run and the benchmark's run."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from mains.billing import actions as billing
from mains.billing.actions import NobodyToBill, OverlappingRun
from mains.billing.inputs.covered import BilledMeanwhile
from mains.billing.inputs.plans import Plans
from mains.billing.models import BillRun, RunKind, RunStage
from mains.billing.rules.back_billing import months_claimed
from mains.billing.rules.budgeting import BudgetPlan
from mains.billing.runs import apart, issuing, overview, rehearsing
from mains.core.calendars import Period, add_months
from mains.customers import queries as customers
from mains.customers.models import Account, Company
from mains.einvoices import jobs as einvoices
from mains.journeys import mandate_loss
from mains.metering.allocation import allocation_plans_of
from mains.metering.conversions import conversions_of
from mains.metering.estimates import plans_of
from mains.notifications import jobs as notifications
from mains.payments import releasing
from mains.tariffs.rules.lines import LineRounding
from mains.tariffs.taxes import taxes_of
from mains.tariffs.timetables import timetables_of
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.money import LateReadings

__all__ = ["NobodyToBill", "OverlappingRun"]


def policy_of(*, tenant: TenantInfo, company_code: str) -> billing.Policy:
    """
    Return what a tenant decided about the bills of one of its companies.
    """
    file = tenant.file
    return billing.Policy(
        series=file.company(company_code).series,
        line_rounding=LineRounding(file.billing.line_precision),
        due_days=file.billing.due_days,
        collection_days=file.payments.collection_days,
        second_person_approves=file.billing.second_person_approves,
        site=tenant.url,
        plans=bill_plans(file),
    )


def bill_plans(file: TenantFile) -> Plans:
    """
    Return how a utility closes what nobody read, and what its prices refer to.
    """
    return Plans(
        estimates=plans_of(file),
        allocations=allocation_plans_of(file),
        conversions={service.code: conversions_of(service) for service in file.services},
        taxes=taxes_of(file),
        timetables=timetables_of(file),
        electronic=file.delivery.default_mode == "electronic",
        back_billing_months=months_claimed(
            country=file.locale.country, chosen=file.billing.back_billing_months
        ),
        reasons={category: words for tax in file.taxes for category, words in tax.reasons.items()},
        sellers={
            company.code: company.einvoices.as_facts()
            for company in file.companies
            if company.einvoices
        },
        late_on_next_bill=file.billing.late_readings is LateReadings.NEXT_BILL,
        budget=budget_plan(file),
    )


def budget_plan(file: TenantFile) -> BudgetPlan | None:
    """
    Return how a utility charges fixed amounts, or None where it offers none.
    """
    chosen = file.budget_billing
    if chosen is None:
        return None
    return BudgetPlan(chosen.tax, chosen.settles_month, chosen.label, chosen.label_billed)


def start(
    *, tenant: TenantInfo, company: Company, period: Period, started_by: str, now: datetime
) -> BillRun:
    """
    Start a run for a period, to be issued on the tenant's today; again returns the same run.

    :raises billing.NobodyToBill: if no contract falls into the period.
    :raises billing.OverlappingRun: if another run bills some of the same days.
    """
    mandate_loss.apply(tenant=tenant, now=now)
    return billing.start_run(
        company_id=company.pk,
        period=period,
        issue_date=tenant.date_of(now),
        currency=tenant.file.locale.currency,
        policy=policy_of(tenant=tenant, company_code=company.code),
        started_by=started_by,
        now=now,
    )


def start_apart(
    *,
    tenant: TenantInfo,
    kind: RunKind,
    account_id: int,
    until: date,
    started_by: str,
    actor: str,
    now: datetime,
) -> BillRun:
    """
    Start a final or interim bill of an account up to, not including, a day; again the same run.

    :raises apart.NothingLeft: if all of these days are billed.
    :raises apart.DayNotPast: if the day is not over.
    :raises Account.DoesNotExist: if there is no such account.
    """
    account = Account.objects.select_related("company").get(pk=account_id)
    mandate_loss.apply(tenant=tenant, now=now)
    return apart.start_apart(
        kind=kind,
        account_id=account_id,
        until=until,
        today=tenant.date_of(now),
        policy=policy_of(tenant=tenant, company_code=account.company.code),
        started_by=started_by,
        actor=actor,
        now=now,
    )


def rehearse(
    *,
    tenant: TenantInfo,
    run: BillRun,
    now: datetime | None = None,
    progress: Callable[[], None] = lambda: None,
) -> BillRun:
    """
    Rate every waiting chunk of a run; other workers may do the same at once.

    Without `now` each chunk is rehearsed at the tenant's own time.
    """
    policy = policy_of(tenant=tenant, company_code=run.company.code)
    while rehearsing.rehearse_next(run_id=run.pk, policy=policy, now=now or tenant.now()):
        progress()
    run.refresh_from_db()
    return run


def approve(
    *,
    tenant: TenantInfo,
    run: BillRun,
    approved_by: str,
    now: datetime,  # noqa: ARG001 - every step of a run is told when it is taken.
) -> BillRun:
    """
    Approve a rehearsed run; a worker issues it.

    :raises billing.WrongStage: if it was not rehearsed.
    :raises billing.SamePerson: if the tenant wants a second person.
    """
    return billing.approve(
        run_id=run.pk,
        policy=policy_of(tenant=tenant, company_code=run.company.code),
        approved_by=approved_by,
    )


def issue(
    *,
    tenant: TenantInfo,
    run: BillRun,
    now: datetime,
    progress: Callable[[], None] = lambda: None,
) -> BillRun:
    """
    Issue every rehearsed chunk of an approved run, and have its messages sent.

    :raises billing.ContentChanged: once all others are issued, naming the accounts whose bills
        would have differed from what was approved.
    """
    run = _issue(tenant=tenant, run=run, now=now, progress=progress)
    changed = refused(run_id=run.pk)
    if changed:
        raise billing.ContentChanged(changed)
    return run


def _issue(
    *, tenant: TenantInfo, run: BillRun, now: datetime, progress: Callable[[], None]
) -> BillRun:
    policy = policy_of(tenant=tenant, company_code=run.company.code)
    while _issue_next(run, policy, now):
        progress()
    run.refresh_from_db()
    if run.stage == RunStage.ISSUED:
        # What was overpaid, or paid for a bill that was credited, pays these.
        releasing.use_credit_on_run(run_id=run.pk)
        notifications.SEND_MESSAGES.send()
        einvoices.FILE_BILLS.send()
    return run


def _issue_next(run: BillRun, policy: billing.Policy, now: datetime) -> bool:
    """
    Issue the next chunk. Where another bill took some of its days or amounts at the same moment,
    it is drafted once more, and whoever differs by now is refused by name.
    """
    try:
        return issuing.issue_next(run_id=run.pk, policy=policy, now=now)
    except BilledMeanwhile:
        return issuing.issue_next(run_id=run.pk, policy=policy, now=now)


def refused(*, run_id: int) -> list[str]:
    """
    Return the numbers of the accounts of a run that were refused because they changed.
    """
    ids = overview.changed_accounts(run_id=run_id)
    names = customers.numbers_of(account_ids=ids)
    return [names[account_id][0] if account_id in names else str(account_id) for account_id in ids]


def take_up(*, tenant: TenantInfo, run_id: int, taken_up_by: str, now: datetime) -> int:
    """
    Make what remains of an issued run a draft again, to be issued today; return how many accounts.

    :raises billing.WrongStage: if the run was never issued, or was cancelled.
    """
    today = tenant.date_of(now)
    mandate_loss.apply(tenant=tenant, now=now)
    return rehearsing.take_up(
        run_id=run_id,
        issue_date=today,
        due_date=today + timedelta(days=tenant.file.billing.due_days),
        taken_up_by=taken_up_by,
        now=now,
    )


def period_before(*, tenant: TenantInfo, today: date) -> Period:
    """
    Return the billing period that ended last, by the tenant's months per bill.
    """
    months = tenant.file.billing.months_per_bill
    first = today.replace(day=1)
    end = first.replace(month=(first.month - 1) // months * months + 1)
    return Period(add_months(end, -months), end)


def proposed(*, tenant: TenantInfo, today: date) -> tuple[str, Period]:
    """
    Return the company (its code) and the period that a new run is most likely for.

    The first company without a run for the period that ended last; once all have one, the first
    company and the period that follows.
    """
    period = period_before(tenant=tenant, today=today)
    codes = [company.code for company in tenant.file.companies]
    billed = set(
        BillRun.objects.filter(
            kind=RunKind.REGULAR, period_start__lt=period.end, period_end__gt=period.start
        )
        .exclude(stage=RunStage.CANCELLED)
        .values_list("company__code", flat=True)
    )
    waiting = [code for code in codes if code not in billed]
    if waiting:
        return waiting[0], period
    return codes[0], Period(period.end, add_months(period.end, tenant.file.billing.months_per_bill))


def work_on(*, tenant: TenantInfo, run_id: int, now: datetime) -> None:
    """
    Do whatever a run waits for: rehearse what is drafted, issue what is approved.

    A paused run waits for nobody. Accounts that are refused are seen where the run is.
    """
    run = BillRun.objects.select_related("company").get(pk=run_id)
    if run.paused_at is not None:
        return
    if run.stage == RunStage.DRAFT:
        rehearse(tenant=tenant, run=run)
    elif run.stage == RunStage.APPROVED:
        _issue(tenant=tenant, run=run, now=now, progress=lambda: None)
    elif run.stage == RunStage.ISSUED:
        billing.mark_sent(run_id=run.pk, now=now)
