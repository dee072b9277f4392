"""Twelve months of a whole company: a large one takes half a minute to add up, so not twice."""

from dataclasses import fields
from datetime import datetime
from zlib import crc32

from django.core.cache import cache

from mains.payments.statements.report import Basis, Report, ServiceYear, of_company
from mains.tenancy.queries import TenantInfo

# The months are full ones, so only what is booked late changes them.
_KEPT_SECONDS = 86_400
# What another release kept may have other fields.
_SHAPE = crc32(repr([one.name for kind in (Report, ServiceYear) for one in fields(kind)]).encode())


def reports(
    *, tenant: TenantInfo, company_code: str, basis: Basis, again: bool = False, now: datetime
) -> tuple[datetime, list[Report]]:
    """
    Return the reports of a company, one for each currency, and as of when; a day old at most.

    With `again` they are added up now.
    """
    today = tenant.date_of(now)
    key = f"company-year:{_SHAPE}:{company_code}:{basis}:{today}"
    known: tuple[datetime, list[Report]] | None = None if again else cache.get(key)
    if known is None:
        known = now, of_company(company_code=company_code, basis=basis, today=today)
        cache.set(key, known, _KEPT_SECONDS)
    return known


def make_ready(*, tenant: TenantInfo, now: datetime) -> None:
    """
    Add up the reports of the day before anybody asks; again, what was added up is left.
    """
    for company in tenant.file.companies:
        for basis in Basis:
            reports(tenant=tenant, company_code=company.code, basis=basis, now=now)
