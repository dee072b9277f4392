"""Open a tenant: schema, registry, configuration. Needs the owner's login."""

from collections.abc import Sequence
from datetime import datetime

from mains.journeys import configure
from mains.tenancy import owner, provisioning
from mains.tenancy.models import TenantState
from mains.tenancy.tenantfile import TenantFile


def open_tenant(*, file: TenantFile, hosts: Sequence[str] = (), author: str, now: datetime) -> bool:
    """
    Create a sandbox tenant from its file and tell whether it is new; again only publishes.

    :raises owner.OwnerLoginMissing: in a process that may not create schemas.
    """
    with owner.connect() as connection:
        try:
            provisioning.create(
                connection,
                schema_name=file.slug,
                name=file.brand.name,
                hosts=hosts or file.hosts,
                state=TenantState.SANDBOX,
                now=now,
            )
        except provisioning.SchemaNameTaken:
            made = False
        else:
            made = True
    configure.publish(file=file, author=author, note="opened", now=now)
    return made
