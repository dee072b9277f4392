"""A utility with customers, readings and bills, made by the product's own journeys."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mains.billing.models import Bill, BillRun
from mains.core.calendars import Period
from mains.customers.models import Company
from mains.guard import context
from mains.journeys import bill_run, configure, sample_customers
from mains.tenancy import queries
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile, load

TENANTS = Path(__file__).parents[2] / "tenants"
NOW = datetime(2026, 11, 4, 9, tzinfo=UTC)
OCTOBER = Period(NOW.date().replace(month=10, day=1), NOW.date().replace(day=1))


@dataclass(frozen=True, slots=True)
class Utility:
    tenant: TenantInfo
    run: BillRun

    @property
    def bills(self) -> list[Bill]:
        return list(Bill.objects.filter(run=self.run).select_related("account").order_by("pk"))


def file_of(name: str, *, schema_name: str, **changed: Any) -> TenantFile:
    """
    Return one of the shipped tenant files as the file of another tenant.
    """
    file = load(TENANTS / f"{name}.toml")
    return renamed(file, schema_name, **changed)


def renamed(file: TenantFile, slug: str, **changed: Any) -> TenantFile:
    """
    Return a file as that of another tenant: its secrets are kept where that one's are.
    """
    gateways = tuple(
        one.model_copy(
            update={"secret": f"env:MAINS_SECRET_{slug.upper()}__{one.secret.rpartition('__')[2]}"}
        )
        if one.secret
        else one
        for one in file.payments.gateways
    )
    own = {
        "slug": slug,
        "hosts": (f"{slug}.localhost",),
        "payments": file.payments.model_copy(update={"gateways": gateways}),
    }
    return file.model_copy(update={**own, **changed})


def configured(name: str, *, schema_name: str = "alder", **changed: Any) -> TenantInfo:
    """
    Publish a shipped tenant file for a tenant.
    """
    file = file_of(name, schema_name=schema_name, **changed)
    # Another utility's whole file may take the place of one that demands a second owner.
    configure.publish(file=file, author="test", approved=True, now=NOW)
    queries.forget()
    return queries.tenant(schema_name)


def billed(name: str, *, schema_name: str = "alder", count: int = 4, **changed: Any) -> Utility:
    """
    Publish a tenant file, add sample customers and issue their bills for October 2026.
    """
    tenant = configured(name, schema_name=schema_name, **changed)
    with context.inside(schema_name):
        sample_customers.fill(file=tenant.file, today=NOW.date(), now=NOW, count=count)
        run = issued(tenant=tenant, period=OCTOBER)
    return Utility(tenant, run)


def started(*, tenant: TenantInfo, period: Period = OCTOBER) -> BillRun:
    """
    Start, rehearse and approve a run of the tenant's first company.
    """
    company = Company.objects.get(code=tenant.file.companies[0].code)
    run = bill_run.start(tenant=tenant, company=company, period=period, started_by="ana", now=NOW)
    run = bill_run.rehearse(tenant=tenant, run=run)
    return bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=NOW)


def issued(*, tenant: TenantInfo, period: Period = OCTOBER) -> BillRun:
    """
    Take a run of the tenant's first company all the way to its bills.
    """
    run = started(tenant=tenant, period=period)
    return bill_run.issue(tenant=tenant, run=run, now=NOW)
