"""The databases of the tests: one for each test process, with two tenants in it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

NAME = "mains_test"
TENANTS = ("alder", "birch")
_server: list[tuple[Any, Path]] = []


@contextmanager
def owner(name: str | None = None) -> Iterator[psycopg.Connection[Any]]:
    """
    Connect as the owner of the schemas, to this process's database or a named one.
    """
    url = os.environ["OWNER_DATABASE_URL"]
    with psycopg.connect(with_name(url, name) if name else url) as connection:
        yield connection


def create_tenant(connection: psycopg.Connection[Any], schema_name: str) -> None:
    from mains.tenancy import provisioning

    provisioning.create(connection, **_facts(schema_name))
    connection.commit()


def _facts(schema_name: str) -> dict[str, Any]:
    return {
        "schema_name": schema_name,
        "name": schema_name.title(),
        "hosts": [f"{schema_name}.localhost"],
        "state": "SANDBOX",
        "now": datetime(2026, 1, 1, tzinfo=UTC),
    }


def drop_tenant(connection: psycopg.Connection[Any], schema_name: str) -> None:
    from mains.tenancy import provisioning

    provisioning.drop(connection, schema_name=schema_name)
    connection.commit()


# What a new tenant's schema has no rows in is emptied, and its numbers begin at one again.
_EMPTY = """
do $$
declare
  one text; has_rows boolean; filled text[] := '{}';
begin
  for one in select format('%I.%I', schemaname, tablename) from pg_tables
             where schemaname = '@schema@' and tablename <> 'django_migrations' loop
    execute 'select exists (select from ' || one || ')' into has_rows;
    if has_rows then filled := filled || one; end if;
  end loop;
  if filled <> '{}' then
    execute 'truncate ' || array_to_string(filled, ', ') || ' cascade';
  end if;
  for one in select format('%I.%I', schemaname, sequencename) from pg_sequences
             where schemaname = '@schema@' and last_value is not null loop
    execute 'alter sequence ' || one || ' restart';
  end loop;
end $$
"""


def fresh_tenant(connection: psycopg.Connection[Any], schema_name: str) -> None:
    """
    Give a tenant as nobody used it before: a schema that is there is emptied, which takes a third
    of the time in which it is made.
    """
    from mains.tenancy import provisioning

    retire_tenant(connection, schema_name)
    known = connection.execute("select to_regnamespace(%s)", [schema_name]).fetchone()
    if known is None or known[0] is None:
        create_tenant(connection, schema_name)
        return
    connection.execute(_EMPTY.replace("@schema@", schema_name))
    provisioning._register(connection, **_facts(schema_name))
    connection.commit()


def retire_tenant(connection: psycopg.Connection[Any], schema_name: str) -> None:
    """
    Let nobody meet a tenant any more; its schema stays for whoever takes the name next.
    """
    from mains.tenancy import provisioning

    provisioning._strike_off(connection, schema_name=schema_name)
    connection.commit()


def with_name(url: str, name: str) -> str:
    """
    Return a database address with another database name.
    """
    return f"{url.rsplit('/', 1)[0]}/{name}"


def forget_staff(owner: psycopg.Connection) -> None:
    """
    Remove everybody who works for a provider or the platform, with what was sent to them.
    """
    owner.execute(
        "truncate public.identity_user, public.tenancy_membership,"
        " public.tenancy_staffinvitation, public.notifications_message cascade"
    )


def renew(*schema_names: str) -> None:
    """
    Give the next module empty tenants, and nobody who works for them.
    """
    with owner() as connection:
        for schema_name in schema_names:
            fresh_tenant(connection, schema_name)
        forget_staff(connection)
        connection.commit()


def start_server() -> None:
    """
    Start a database server of this run's own, unless the environment names one.
    """
    if os.environ.get("DATABASE_URL"):
        return
    from mains.embedded import Postgres

    folder = Path(tempfile.mkdtemp(prefix="mains-tests-"))
    folder.chmod(0o755)
    # Rows of a test that is running count as none for it, and joins of thousands of rows are then
    # planned as if there were one.
    server = Postgres(folder, fast=True, settings={"autovacuum": "off"})
    _server.append((server, folder))
    os.environ.update(server.start().environment())


def stop_server() -> None:
    """
    Stop the server that `start_server` started, and remove its data.
    """
    while _server:
        server, folder = _server.pop()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def make(name: str) -> None:
    """
    Make a test process its own database anew, with two tenants.

    Roles belong to the server, so each process has its own as well: their names start with the
    database's.
    """
    with owner("postgres") as connection:
        connection.autocommit = True
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name}")
    subprocess.run(
        [sys.executable, "-m", "tests.databases"],
        check=True,
        env={**os.environ, "MAINS_AS_OWNER": "1"},
    )


def _fill() -> None:
    import django

    django.setup()
    from mains.tenancy import setup

    with owner() as connection:
        setup.migrate_public(connection)
        connection.commit()
        for schema_name in TENANTS:
            create_tenant(connection, schema_name)


if __name__ == "__main__":
    _fill()
