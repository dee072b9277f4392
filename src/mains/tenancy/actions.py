"""Writes to the registry of tenants; all of them run while serving the public schema."""

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Max

from mains.tenancy import queries
from mains.tenancy.models import (
    Configuration,
    ConfigurationState,
    Membership,
    Tenant,
    TenantState,
)
from mains.tenancy.tenantfile import TenantFile

log = structlog.get_logger()


class PublishedMeanwhile(Exception):
    """Another version was published since the one that a change was made from."""


class ClockOfLiveTenant(Exception):
    """Only a sandbox may move its clock: money and law depend on a live tenant's."""


@transaction.atomic(durable=True)
def publish_configuration(
    *,
    schema_name: str,
    file: TenantFile,
    author: str,
    note: str = "",
    based_on: int | None = None,
    now: datetime,
) -> int:
    """
    Publish a configuration and return its version; the same content again changes nothing.

    `based_on` is the version that the change was made from, where there was one.

    :raises PublishedMeanwhile: if another one is published by now.
    """
    tenant = Tenant.objects.select_for_update().get(schema_name=schema_name)
    data = file.model_dump(mode="json")
    live = tenant.configurations.filter(state=ConfigurationState.PUBLISHED).first()
    if live is not None and live.data == data:
        return live.version
    if based_on is not None and (live is None or live.version != based_on):
        raise PublishedMeanwhile(schema_name)
    latest = tenant.configurations.aggregate(latest=Max("version"))["latest"] or 0
    if live is not None:
        live.state = ConfigurationState.RETIRED
        live.save(update_fields=["state"])
    Configuration.objects.create(
        tenant=tenant,
        version=latest + 1,
        state=ConfigurationState.PUBLISHED,
        data=data,
        note=note,
        author=author,
        created_at=now,
        published_at=now,
    )
    tenant.name = file.brand.name
    tenant.save(update_fields=["name"])
    transaction.on_commit(queries.forget)
    return latest + 1


@transaction.atomic(durable=True)
def move_clock(*, schema_name: str, offset_seconds: int) -> None:
    """
    Move a sandbox tenant's clock by seconds against the real one.

    :raises ClockOfLiveTenant: for a live tenant.
    """
    tenant = Tenant.objects.select_for_update().get(schema_name=schema_name)
    if tenant.state != "SANDBOX":
        raise ClockOfLiveTenant(schema_name)
    tenant.clock_offset_seconds = offset_seconds
    tenant.save(update_fields=["clock_offset_seconds"])
    transaction.on_commit(queries.forget)


def add_member(*, user_id: int, schema_name: str | None, role: str) -> Any:
    """
    Give a member of staff a role in a tenant, or on the platform where no tenant is named.
    """
    tenant = Tenant.objects.get(schema_name=schema_name) if schema_name else None
    membership, _made = Membership.objects.update_or_create(
        user_id=user_id, tenant=tenant, defaults={"role": role}
    )
    return membership


class ReasonMissing(Exception):
    """A tenant's state changes only with a reason that can be read later."""


@transaction.atomic(durable=True)
def change_state(*, schema_name: str, state: TenantState, reason: str, author: str) -> bool:
    """
    Make a tenant a sandbox, live or suspended, and tell whether it was something else before.

    Who did it and why is kept in the log of the platform. A live tenant lives in real time.

    :raises ReasonMissing: without a reason.
    """
    if not reason.strip():
        raise ReasonMissing(schema_name)
    tenant = Tenant.objects.select_for_update().get(schema_name=schema_name)
    if tenant.state == state:
        return False
    before, tenant.state = tenant.state, state
    if state == TenantState.LIVE:
        tenant.clock_offset_seconds = 0
    tenant.save(update_fields=["state", "clock_offset_seconds"])
    transaction.on_commit(queries.forget)
    transaction.on_commit(
        lambda: log.info(
            "tenant.state_changed",
            tenant=schema_name,
            before=before,
            after=str(state),
            author=author,
            reason=reason.strip(),
        )
    )
    return True
