"""The demo's tenants as their files have them, without a database."""

from functools import cache
from pathlib import Path

from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import load

TENANTS = Path(__file__).resolve().parents[2] / "tenants"


@cache
def demo_tenant(slug: str) -> TenantInfo:
    """
    Return a demo tenant as a request would have it.
    """
    file = load(TENANTS / f"{slug}.toml")
    return TenantInfo(1, slug, "SANDBOX", f"{slug}.localhost", "", 0, 1, file)
