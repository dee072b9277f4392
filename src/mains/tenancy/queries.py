"""Which tenant a host belongs to, and what that tenant decided; cached in the process."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from mains.core.sealing import Sealed
from mains.guard import context
from mains.tenancy import record
from mains.tenancy.models import Configuration, Domain, Membership, Role, Tenant
from mains.tenancy.tenantfile import TenantFile, parse

# Other processes see a published change after this many seconds at most.
CACHE_SECONDS = 2.0


class UnknownHost(Exception):
    """No tenant and no surface of the platform has this host."""


class UnknownTenant(Exception):
    """No tenant has this schema name."""


@dataclass(frozen=True, slots=True)
class TenantInfo:
    """
    A tenant as a request needs it; `file` is its published configuration.
    """

    id: int
    schema_name: str
    state: str
    host: str
    schema_version: str
    clock_offset_seconds: int
    version: int
    file: TenantFile
    # What its owners typed and the file names, sealed, by name.
    kept: Mapping[str, Sealed] = field(default_factory=dict, repr=False)

    @property
    def is_behind(self) -> bool:
        return self.schema_version != record.version()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.file.locale.timezone)

    def now(self) -> datetime:
        """
        Return the tenant's instant in UTC; a sandbox may have moved its clock.
        """
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset_seconds)

    def date_of(self, instant: datetime) -> date:
        """
        Return the civil date of an instant in the tenant's zone.
        """
        return instant.astimezone(self.zone).date()

    @property
    def url(self) -> str:
        """
        Return the portal's own address; links in messages are made from it, never from a request.
        """
        port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
        return f"{settings.PUBLIC_SCHEME}://{self.host}{port}"


_cache: dict[tuple[str, str], tuple[float, Any]] = {}


def _cached[Value](kind: str, key: str, load: Callable[[], Value]) -> Value:
    database = settings.DATABASES["default"]["NAME"]
    slot = (f"{database}:{kind}", key)
    found = _cache.get(slot)
    # Whoever is in the middle of writing goes on with what it began with: nothing can be asked of
    # another schema there.
    if found is not None and (found[0] > time.monotonic() or context.is_bound()):
        return found[1]
    with context.inside(context.PUBLIC):
        value = load()
    _cache[slot] = (time.monotonic() + CACHE_SECONDS, value)
    return value


def forget() -> None:
    """
    Drop what this process has cached, after it changed a tenant.
    """
    _cache.clear()


def tenant_of_host(*, host: str) -> TenantInfo:
    """
    Return the tenant that a host belongs to.

    :raises UnknownHost: if no tenant has it.
    """

    def load() -> str | None:
        row = Domain.objects.filter(domain=host.lower()).select_related("tenant").first()
        return row.tenant.schema_name if row else None

    schema_name = _cached("host", host.lower(), load)
    if schema_name is None:
        raise UnknownHost(host)
    return tenant(schema_name)


def tenant(schema_name: str) -> TenantInfo:
    """
    Return a tenant with its published configuration.

    :raises UnknownTenant: if there is none, or it has published nothing yet.
    """
    info = _cached("tenant", schema_name, lambda: _load(schema_name))
    if info is None:
        raise UnknownTenant(schema_name)
    return info


def current_tenant() -> TenantInfo:
    """
    Return the tenant being served.

    :raises UnknownTenant: in the public schema.
    """
    return tenant(context.required())


def tenants(*, with_suspended: bool = False) -> list[str]:
    """
    Return the schema names of all tenants, oldest first; without those that are suspended.
    """
    with context.inside(context.PUBLIC):
        rows = Tenant.objects.all() if with_suspended else Tenant.objects.exclude(state="SUSPENDED")
        return list(rows.order_by("pk").values_list("schema_name", flat=True))


def _load(schema_name: str) -> TenantInfo | None:
    configuration = (
        Configuration.objects.filter(tenant__schema_name=schema_name, state="PUBLISHED")
        .select_related("tenant")
        .first()
    )
    if configuration is None:
        return None
    row = configuration.tenant
    host = row.domains.filter(is_primary=True).values_list("domain", flat=True).first()
    return TenantInfo(
        id=row.pk,
        schema_name=row.schema_name,
        state=row.state,
        host=host or "",
        schema_version=row.schema_version,
        clock_offset_seconds=row.clock_offset_seconds,
        version=configuration.version,
        file=parse(configuration.data, source=f"{schema_name} v{configuration.version}"),
        kept={
            one.name: Sealed(bytes(one.sealed_key), bytes(one.sealed))
            for one in row.kept_secrets.all()
        },
    )


def role_in(*, user_id: int, tenant_id: int) -> Role | None:
    """
    Return the role of a member of staff in a tenant; called while serving the public schema.
    """
    role = (
        Membership.objects.filter(user_id=user_id, tenant_id=tenant_id)
        .values_list("role", flat=True)
        .first()
    )
    return Role(role) if role else None


def is_platform_staff(*, user_id: int) -> bool:
    """
    Tell whether a user belongs to the platform's own staff.
    """
    return Membership.objects.filter(user_id=user_id, role=Role.PLATFORM).exists()


def tenants_of(*, user_id: int) -> list[tuple[str, str, str]]:
    """
    Return schema name, name and role of each tenant a member of staff works for.
    """
    return list(
        Membership.objects.filter(user_id=user_id, tenant__isnull=False)
        .order_by("tenant__name")
        .values_list("tenant__schema_name", "tenant__name", "role")
    )
