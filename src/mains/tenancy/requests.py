"""What middleware puts on every request."""

from datetime import date, datetime

from django.http import HttpRequest

from mains.branding.context import Brand
from mains.tenancy.queries import TenantInfo


class TenantRequest(HttpRequest):
    """
    A request of a tenant's host: `now` in UTC and `today` in its zone are read once.
    """

    tenant: TenantInfo
    surface: str
    brand: Brand
    languages: tuple[str, ...]
    now: datetime
    today: date
