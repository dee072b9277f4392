"""Fill the demo: five tenants with customers, bills, payments and people who can sign in."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from django.conf import settings

from mains.billing.models import BillRun
from mains.core.calendars import Period, add_months
from mains.customers.companies import all_companies
from mains.customers.models import Account, Company
from mains.demo import incidents, logins
from mains.enrolment import legal
from mains.guard.context import PUBLIC, inside
from mains.journeys import bill_run, sample_customers
from mains.journeys.open_tenant import open_tenant
from mains.payments import booking
from mains.tenancy import queries, registry
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile, load
from mains.tenancy.tenantfile.identity import CustomerType

AUTHOR = "demo"
Tell = Callable[[str], None]


def files() -> list[TenantFile]:
    """
    Return the tenant files of the demo, by name.
    """
    return [load(path) for path in sorted(Path(settings.TENANTS_DIR).glob("*.toml"))]


def fill(*, now: datetime, tell: Tell = lambda _name: None) -> None:
    """
    Open and fill every demo tenant as of an instant; what is there already stays.
    """
    for file in files():
        fill_tenant(file=file, now=now)
        tell(file.slug)
    with inside(PUBLIC):
        logins.add_staff(email=logins.PLATFORM_EMAIL, name="Platform", schema_name=None)


def fill_tenant(*, file: TenantFile, now: datetime) -> None:
    """
    Open one tenant with customers, past bills and logins.
    """
    open_demo(file=file, now=now)
    fill_schema(file=file, now=now)
    add_staff(file=file)


def open_demo(*, file: TenantFile, now: datetime) -> None:
    """
    Open a tenant without customers; what somebody published there stays.
    """
    if _nobody_published(file.slug):
        open_tenant(file=file, hosts=[host_of(file.slug)], author=AUTHOR, now=now)


def fill_schema(*, file: TenantFile, now: datetime) -> None:
    """
    Give an open tenant customers, past bills and a customer's login; twice changes nothing.
    """
    tenant = queries.tenant(file.slug)
    with inside(file.slug):
        if sample_customers.fill(file=file, today=tenant.date_of(now), now=now):
            incidents.forget_a_reading(tenant=tenant, now=now)
            for company in all_companies():
                _past_bills(tenant=tenant, company=company, now=now)
            incidents.leave_to_do(tenant=tenant, now=now)
            _customer(file=file, now=now)


def add_staff(*, file: TenantFile) -> None:
    """
    Let the provider's demo staff sign in.
    """
    with inside(PUBLIC):
        logins.add_staff(
            email=logins.staff_email(file.slug), name="Alex Staff", schema_name=file.slug
        )
        if file.approvals.demand_any:
            logins.add_staff(
                email=logins.second_owner_email(file.slug), name="Olga Owner", schema_name=file.slug
            )


def _nobody_published(slug: str) -> bool:
    """
    Tell whether a tenant is still as the demo opened it; what somebody published there stays.
    """
    latest = registry.versions(schema_name=slug, limit=1)
    return not latest or latest[0].author == AUTHOR


def host_of(slug: str) -> str:
    return f"{slug}.{settings.PLATFORM_HOST}"


def _past_bills(*, tenant: TenantInfo, company: Company, now: datetime) -> None:
    """
    Bill the last periods in their own time; all but the latest are paid by bank transfer.
    """
    months = tenant.file.billing.months_per_bill
    last = bill_run.period_before(tenant=tenant, today=tenant.date_of(now))
    count = 6 if months == 1 else 3
    for back in reversed(range(count)):
        start = add_months(last.start, -months * back)
        period = Period(start, add_months(start, months))
        issued = min(_morning(tenant, period), now)
        run = bill_run.start(
            tenant=tenant, company=company, period=period, started_by="demo", now=issued
        )
        run = bill_run.rehearse(tenant=tenant, run=run)
        run = bill_run.approve(tenant=tenant, run=run, approved_by="calendar", now=issued)
        run = bill_run.issue(tenant=tenant, run=run, now=issued)
        if back:
            _pay(run=run, now=min(issued + timedelta(days=9), now), tenant=tenant)


def _morning(tenant: TenantInfo, period: Period) -> datetime:
    """
    Return nine o'clock of the second day after a period, in UTC.
    """
    day = period.end + timedelta(days=1)
    return datetime.combine(day, time(9), tzinfo=tenant.zone).astimezone(UTC)


def _pay(*, run: BillRun, now: datetime, tenant: TenantInfo) -> None:
    for bill in run.bills.order_by("pk"):
        if bill.total_minor > 0:
            booking.book_bank_transfer(
                bill_id=bill.pk,
                amount_minor=bill.total_minor,
                bank_reference=f"demo-{bill.number}",
                value_date=tenant.date_of(now),
                booked_by="demo",
                now=now,
            )


def _customer(*, file: TenantFile, now: datetime) -> None:
    numbers = [
        sample_customers.account_number(file, 0, position)
        for position in range(len({service.company for service in file.services}))
    ]
    accounts = list(Account.objects.filter(number__in=numbers).select_related("customer"))
    logins.add_customer(
        email=logins.customer_email(file.slug),
        accounts=accounts,
        agreed=legal.documents(
            file=file, customer_type=CustomerType.PRIVATE, language=file.locale.languages[0]
        ),
        language=file.locale.languages[0],
        now=now,
        today=queries.tenant(file.slug).date_of(now),
    )
