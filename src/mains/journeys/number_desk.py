"""The numbers of a tenant's documents: where they stand, and where they begin."""

from datetime import datetime

from mains.billing import numbering
from mains.billing.numbering import Series
from mains.customers.models import Company
from mains.tenancy.queries import TenantInfo


class UnknownSeries(Exception):
    """The company numbers nothing in this series, or there is no such company."""


def all_series(*, tenant: TenantInfo, year: int) -> list[tuple[str, Series]]:
    """
    Return the series of a tenant's companies in a year and the next, each with its company's code.
    """
    found = []
    for company in Company.objects.order_by("code"):
        own = tenant.file.company(company.code)
        codes = [own.series, own.series_of_credits]
        found += [
            (company.code, one)
            for one in numbering.series(company_id=company.pk, codes=codes, years=[year, year + 1])
        ]
    return found


def begin_at(
    *,
    tenant: TenantInfo,
    company_code: str,
    code: str,
    year: int,
    next_number: int,
    actor: str,
    now: datetime,
) -> bool:
    """
    Let a series go on from a number, and tell whether that changed anything.

    :raises UnknownSeries: if the company has no such series.
    :raises numbering.NumberTooLarge: if it is no number of a document.
    :raises numbering.NumbersTaken: if Mains has numbered in it already.
    :raises numbering.NotUpward: if its next number is higher.
    """
    company = Company.objects.filter(code=company_code).first()
    own = next((one for one in tenant.file.companies if one.code == company_code), None)
    if company is None or own is None or code not in {own.series, own.series_of_credits}:
        raise UnknownSeries(f"{company_code} {code}")
    return numbering.begin_at(
        company_id=company.pk,
        code=code,
        year=year,
        next_number=next_number,
        actor=actor,
        now=now,
    )
