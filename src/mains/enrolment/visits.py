"""Who tries to prove something, where and when."""

from dataclasses import dataclass
from datetime import date, datetime

from mains.tenancy.tenantfile import TenantFile


@dataclass(frozen=True, slots=True)
class Visit:
    """
    One request: `address` is a network address, `now` in UTC, `today` the tenant's own day.
    """

    file: TenantFile
    language: str
    address: str
    now: datetime
    today: date
