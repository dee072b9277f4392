"""The second login: it owns the schemas, and only migrations and tenant creation have it."""

from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo


class OwnerLoginMissing(Exception):
    """This process was not given OWNER_DATABASE_URL, so it cannot create or migrate a tenant."""


def connect() -> psycopg.Connection[Any]:
    """
    Open a connection as the owner of the schemas.

    :raises OwnerLoginMissing: in a process without that login, such as a web process.
    """
    if settings.OWNER_DATABASE is None:
        raise OwnerLoginMissing(
            "This process has no OWNER_DATABASE_URL, so it cannot create or change schemas. "
            "Run the command where that variable is set."
        )
    return psycopg.connect(make_conninfo(**settings.OWNER_DATABASE.conninfo))


def role_name(schema_name: str) -> str:
    """
    Return the role of a schema; roles belong to the server, so the database's name is in it.
    """
    return f"{settings.DATABASES['default']['ROLE_PREFIX']}_{schema_name}"


def ensure_role(owner: psycopg.Connection[Any], *, schema_name: str) -> None:
    """
    Create the role of a schema and let the application's login become it, once.

    The role may log in because Citus opens its connections to workers as it; without a password
    nobody else can.
    """
    role = role_name(schema_name)
    if owner.execute("select from pg_roles where rolname = %s", [role]).fetchone() is None:
        owner.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
    owner.execute(
        sql.SQL("grant {} to {} with inherit false, set true").format(
            sql.Identifier(role), sql.Identifier(settings.APPLICATION_LOGIN)
        )
    )
