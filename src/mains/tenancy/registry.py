"""What staff look up in the registry: tenants, their versions, members and applications."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from mains.guard.context import PUBLIC, inside
from mains.identity import queries as identity
from mains.identity.queries import Person
from mains.tenancy import record
from mains.tenancy.middleware import PLATFORM_SURFACES
from mains.tenancy.models import (
    Configuration,
    Domain,
    Membership,
    ProviderApplication,
    Role,
    StaffInvitation,
    Tenant,
)
from mains.tenancy.provisioning import RESERVED
from mains.tenancy.tenantfile import TenantFile, parse

# First labels of hosts, and first parts of the console's addresses, that no tenant may have.
HOST_NAMES = frozenset({
    "account", "api", "app", "blog", "brand", "docs", "ftp", "help", "imap", "invited", "mail",
    "mains", "mx", "ns", "outbox", "platform", "pop", "portal", "postgres", "root", "smtp",
    "static", "status", "support", "system", "webhooks", "welcome", "www",
})  # fmt: skip


def surface_url(surface: str = "") -> str:
    """
    Return the address of a surface of the platform, e.g. of `console`.
    """
    host = f"{surface}.{settings.PLATFORM_HOST}" if surface else settings.PLATFORM_HOST
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{host}{port}"


def site_url(request: Any) -> str:
    """
    Return the address of the portal or surface that serves a request, for links in messages.

    It is ours: never made from the host or the headers that a browser sent.
    """
    tenant = getattr(request, "tenant", None)
    return tenant.url if tenant is not None else surface_url(request.surface)


def host_of(slug: str) -> str:
    """
    Return the host of a tenant's portal under the platform's own.
    """
    return f"{slug}.{settings.PLATFORM_HOST}"


def is_reserved(slug: str) -> bool:
    """
    Tell whether the platform keeps a short name for itself.
    """
    return slug in RESERVED | HOST_NAMES | PLATFORM_SURFACES.keys()


def is_taken(slug: str) -> bool:
    """
    Tell whether a tenant, a host or an application has a short name.
    """
    with inside(PUBLIC):
        return (
            Tenant.objects.filter(schema_name=slug).exists()
            or Domain.objects.filter(domain=host_of(slug)).exists()
            or ProviderApplication.objects.filter(slug=slug).exists()
        )


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: int
    state: str
    author: str
    note: str
    created_at: datetime


def versions(*, schema_name: str, limit: int = 50) -> list[VersionRow]:
    """
    Return the versions of a tenant's configuration, newest first.
    """
    with inside(PUBLIC):
        rows = Configuration.objects.filter(tenant__schema_name=schema_name).order_by("-version")
        return [
            VersionRow(row.version, row.state, row.author, row.note, row.created_at)
            for row in rows.defer("data")[:limit]
        ]


def configuration(*, schema_name: str, version: int) -> TenantFile | None:
    """
    Return one version of a tenant's configuration, or None.
    """
    with inside(PUBLIC):
        row = Configuration.objects.filter(tenant__schema_name=schema_name, version=version).first()
    return parse(row.data, source=f"{schema_name} v{version}") if row else None


def published(*, schema_name: str) -> tuple[int, TenantFile | None]:
    """
    Return version and content of what a tenant has published now, whatever a cache says; 0 and None
    where nothing is.
    """
    with inside(PUBLIC):
        rows = Configuration.objects.filter(tenant__schema_name=schema_name, state="PUBLISHED")
        row = rows.first()
    if row is None:
        return 0, None
    return row.version, parse(row.data, source=f"{schema_name} v{row.version}")


@dataclass(frozen=True, slots=True)
class TenantRow:
    """
    A tenant as the back office lists it; `version` is 0 where nothing is published.
    """

    schema_name: str
    name: str
    state: str
    is_behind: bool
    version: int
    hosts: tuple[str, ...]
    created_at: datetime


def tenant_rows() -> list[TenantRow]:
    """
    Return all tenants, newest first; called while serving the public schema.
    """
    published = dict(
        Configuration.objects.filter(state="PUBLISHED").values_list("tenant_id", "version")
    )
    rows = Tenant.objects.prefetch_related("domains").order_by("-created_at", "-pk")
    return [_tenant_row(row, published) for row in rows]


def tenant_row(*, schema_name: str) -> TenantRow | None:
    """
    Return one tenant, or None; called while serving the public schema.
    """
    row = Tenant.objects.prefetch_related("domains").filter(schema_name=schema_name).first()
    if row is None:
        return None
    published = row.configurations.filter(state="PUBLISHED").values_list("tenant_id", "version")
    return _tenant_row(row, dict(published))


def _tenant_row(row: Any, published: dict[int, int]) -> TenantRow:
    return TenantRow(
        schema_name=row.schema_name,
        name=row.name,
        state=row.state,
        is_behind=row.schema_version != record.version(),
        version=published.get(row.pk, 0),
        hosts=tuple(
            domain.domain
            for domain in sorted(row.domains.all(), key=lambda one: not one.is_primary)
        ),
        created_at=row.created_at,
    )


@dataclass(frozen=True, slots=True)
class MemberRow:
    id: int
    email: str
    name: str
    role: str
    last_login: datetime | None


def members(*, schema_name: str) -> list[MemberRow]:
    """
    Return who works for a tenant, by e-mail; called while serving the public schema.
    """
    roles = dict(
        Membership.objects.filter(tenant__schema_name=schema_name).values_list("user_id", "role")
    )
    return [
        MemberRow(person.id, person.email, person.name, roles[person.id], person.last_login)
        for person in identity.people(user_ids=list(roles))
    ]


def members_of(*, schema_name: str) -> list[MemberRow]:
    """
    Return who works for the tenant being served, by e-mail.
    """
    with inside(PUBLIC):
        return members(schema_name=schema_name)


def platform_members() -> list[MemberRow]:
    """
    Return who works for the platform, by e-mail; called while serving the public schema.
    """
    ids = list(Membership.objects.filter(role=Role.PLATFORM).values_list("user_id", flat=True))
    return [
        MemberRow(person.id, person.email, person.name, Role.PLATFORM, person.last_login)
        for person in identity.people(user_ids=ids)
    ]


def owners_of(*, schema_name: str) -> list[Person]:
    """
    Return who owns a tenant, by e-mail.
    """
    with inside(PUBLIC):
        return identity.people(user_ids=owner_ids(schema_name=schema_name))


def invited_by(*, schema_name: str, user_id: int) -> set[int]:
    """
    Return the ids of the logins by whose invitations somebody works for a tenant.
    """
    with inside(PUBLIC):
        rows = StaffInvitation.objects.filter(tenant__schema_name=schema_name, accepted_by=user_id)
        return set(rows.values_list("invited_by", flat=True))


def owner_ids(*, schema_name: str) -> list[int]:
    """
    Return the ids of the logins that own a tenant; called while serving the public schema.
    """
    rows = Membership.objects.filter(tenant__schema_name=schema_name, role=Role.OWNER)
    return list(rows.values_list("user_id", flat=True))


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    id: int
    slug: str
    name: str
    email: str
    preset: str
    step: str
    created_at: datetime
    ready_at: datetime | None


def applications(*, limit: int = 50) -> list[ApplicationRow]:
    """
    Return the latest provider applications; called while serving the public schema.
    """
    rows = ProviderApplication.objects.order_by("-created_at", "-pk")[:limit]
    return [_application_row(row) for row in rows]


def application(*, token_hash: str) -> ApplicationRow | None:
    """
    Return the application with a token, or None; called while serving the public schema.
    """
    row = ProviderApplication.objects.filter(token_hash=token_hash).first()
    return _application_row(row) if row else None


def unfinished_applications() -> list[int]:
    """
    Return the ids of the applications whose portal is not made yet, oldest first.
    """
    with inside(PUBLIC):
        rows = ProviderApplication.objects.exclude(step__in=["READY", "TAKEN"]).order_by("pk")
        return list(rows.values_list("pk", flat=True))


def _application_row(row: ProviderApplication) -> ApplicationRow:
    return ApplicationRow(
        row.pk, row.slug, row.name, row.email, row.preset, row.step, row.created_at, row.ready_at
    )
