"""Create and drop tenants: schema, role, grants and registry rows in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from mains.guard.context import PUBLIC, SCHEMA_NAME, UnusableSchemaName
from mains.tenancy import record
from mains.tenancy.owner import ensure_role, role_name

RESERVED = frozenset({PUBLIC, "ext", "recording", "information_schema", "console", "admin", "www"})


class SchemaNameTaken(Exception):
    """A tenant of that name exists already."""


def create(
    owner: psycopg.Connection[Any],
    *,
    schema_name: str,
    name: str,
    hosts: Sequence[str],
    state: str,
    now: datetime,
) -> int:
    """
    Create a tenant from the recorded schema and return its id; the first host is the primary one.

    :raises UnusableSchemaName: for a name that is reserved or has unusual characters.
    :raises SchemaNameTaken: if the tenant or one of its hosts exists; nothing is left behind.
    """
    if not SCHEMA_NAME.fullmatch(schema_name) or _is_reserved(schema_name):
        raise UnusableSchemaName(schema_name)
    try:
        with owner.transaction():
            ensure_role(owner, schema_name=schema_name)
            owner.execute("set local client_min_messages = warning")
            owner.execute(record.creation_sql(schema_name=schema_name, role=role_name(schema_name)))
            return _register(
                owner, schema_name=schema_name, name=name, hosts=hosts, state=state, now=now
            )
    except (psycopg.errors.DuplicateSchema, psycopg.errors.UniqueViolation) as error:
        raise SchemaNameTaken(schema_name) from error


def _is_reserved(schema_name: str) -> bool:
    # PostgreSQL keeps the prefix for itself.
    return schema_name in RESERVED or schema_name.startswith("pg_")


def _register(
    owner: psycopg.Connection[Any],
    *,
    schema_name: str,
    name: str,
    hosts: Sequence[str],
    state: str,
    now: datetime,
) -> int:
    row = owner.execute(
        "insert into public.tenancy_tenant"
        " (schema_name, name, state, schema_version, clock_offset_seconds, created_at)"
        " values (%s, %s, %s, %s, 0, %s) returning id",
        [schema_name, name, state, record.version(), now],
    ).fetchone()
    assert row is not None
    for position, host in enumerate(hosts):
        owner.execute(
            "insert into public.tenancy_domain (domain, tenant_id, is_primary) values (%s, %s, %s)",
            [host, row[0], position == 0],
        )
    return int(row[0])


def drop(owner: psycopg.Connection[Any], *, schema_name: str) -> None:
    """
    Drop a tenant with everything in it; dropping it again does nothing.
    """
    role = sql.Identifier(role_name(schema_name))
    with owner.transaction():
        owner.execute(
            sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema_name))
        )
        _strike_off(owner, schema_name=schema_name)
        found = owner.execute(
            "select 1 from pg_roles where rolname = %s", [role_name(schema_name)]
        ).fetchone()
        if found is not None:
            owner.execute(sql.SQL("drop role {}").format(role))


def _strike_off(owner: psycopg.Connection[Any], *, schema_name: str) -> None:
    """
    Take a tenant out of the registry, with all that is kept there of it.
    """
    known = owner.execute(
        "select id from public.tenancy_tenant where schema_name = %s", [schema_name]
    ).fetchone()
    for table in ("domain", "configuration", "membership", "keptsecret"):
        owner.execute(
            f"delete from public.tenancy_{table} where tenant_id = %s",  # noqa: S608
            [known and known[0]],
        )
    owner.execute("delete from public.tenancy_tenant where schema_name = %s", [schema_name])
