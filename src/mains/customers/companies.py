"""The companies of a tenant."""

from mains.customers.models import Company


def all_companies() -> list[Company]:
    """
    Return the tenant's companies by code.
    """
    return list(Company.objects.order_by("code"))
