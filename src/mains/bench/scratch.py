"""A database of a bench's own, so that no tenant of the running one is touched."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from mains.bench.leftovers import interruptible
from mains.tenancy import owner, setup


class NotTheOwner(Exception):
    """The process serves people; only one started with MAINS_AS_OWNER=1 may migrate."""


@contextmanager
def database() -> Iterator[psycopg.Connection[Any]]:
    """
    Make a database with a public schema, serve it for a block, and drop it with its roles.

    :raises NotTheOwner: in a process that does not migrate.
    :raises OwnerLoginMissing: in a process without the owner's login.
    """
    if settings.DATABASES["default"]["ENGINE"] != "mains.guard.owner":
        raise NotTheOwner("Set MAINS_AS_OWNER=1 for this process; `mains bench` does it.")
    # No underscore in between, so that its roles cannot be a tenant's of the running database.
    name = f"{settings.DATABASES['default']['NAME']}bench"
    with interruptible(), owner.connect() as outside:
        outside.autocommit = True
        _drop(outside, name)
        try:
            outside.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            with _serving(name), owner.connect() as inside:
                setup.migrate_public(inside)
                inside.commit()
                yield inside
        finally:
            _drop(outside, name)


@contextmanager
def _serving(name: str) -> Iterator[None]:
    database, login = settings.DATABASES["default"], settings.OWNER_DATABASE
    assert login is not None
    before = dict(database)
    connection.close()
    database.update(NAME=name, ROLE_PREFIX=name)
    settings.OWNER_DATABASE = dataclasses.replace(login, name=name)
    try:
        yield
    finally:
        connection.close()
        database.update(before)
        settings.OWNER_DATABASE = login


def _drop(outside: psycopg.Connection[Any], name: str) -> None:
    # Not by force: the owner may not end an autovacuum worker, but the plain form makes it leave.
    outside.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
    roles = outside.execute(
        "select rolname from pg_roles where starts_with(rolname, %s)", [f"{name}_"]
    ).fetchall()
    for (role,) in roles:
        outside.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))
