"""Collect what customers agreed to: told before, by card at once, by bank in files."""

from datetime import datetime

import structlog

from mains.bankfiles.direct_debits.debits import RefusedDebit
from mains.customers.models import Company, Scheme
from mains.payments import mandates
from mains.payments.autopay import announcing, charging, failing
from mains.payments.direct_debits import filing
from mains.tenancy.queries import TenantInfo

log = structlog.get_logger()


def sweep(*, tenant: TenantInfo, now: datetime) -> None:
    """
    Announce, follow up and collect what is due; again nobody is told or charged twice.
    """
    choice = tenant.file.payments
    if not choice.enabled or not (choice.autopay or choice.direct_debit):
        return
    announcing.announce_due(tenant=tenant, now=now)
    failing.follow_up_all(tenant=tenant, now=now)
    charging.collect_due(tenant=tenant, now=now)


def nightly(*, tenant: TenantInfo, now: datetime) -> None:
    """
    Prepare the files of direct debits that the bank has to get today, and end unused mandates.
    """
    mandates.end_unused(now=now, today=tenant.date_of(now))
    if not (tenant.file.payments.enabled and tenant.file.payments.direct_debit):
        return
    for company in Company.objects.order_by("pk"):
        for scheme in (Scheme.CORE, Scheme.B2B):
            try:
                prepare(tenant=tenant, company_id=company.pk, scheme=scheme, now=now)
            except RefusedDebit as refusal:
                # Staff see why when they prepare it themselves.
                log.error("debits.refused", refusal=str(refusal), company=company.pk)


def prepare(*, tenant: TenantInfo, company_id: int, scheme: Scheme, now: datetime) -> str:
    """
    Prepare a file of what is due and return its name; empty where there is nothing to collect.

    :raises RefusedDebit: if no bank would take one of the debits; nothing is prepared.
    """
    try:
        return filing.prepare(
            tenant=tenant, company_id=company_id, scheme=scheme, by="system", now=now
        )
    except (filing.NothingToCollect, filing.NoCreditor):
        return ""
