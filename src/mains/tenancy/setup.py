"""Prepare a database: the public schema, its role, and the record of a tenant's schema."""

from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from psycopg import sql

from mains.guard.context import PUBLIC
from mains.tenancy import record
from mains.tenancy.owner import ensure_role, role_name

EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")


def prepare_database(owner: psycopg.Connection[Any]) -> None:
    """
    Create the extensions in a schema of their own, and close `public` to everybody else.
    """
    with owner.transaction():
        owner.execute("create schema if not exists ext")
        owner.execute("grant usage on schema ext to public")
        for extension in EXTENSIONS:
            owner.execute(f"create extension if not exists {extension} schema ext")
        owner.execute("revoke all on schema public from public")


def migrate_public(owner: psycopg.Connection[Any]) -> None:
    """
    Migrate the public schema and give its role its rights; the process must be the owner's.
    """
    prepare_database(owner)
    owner.commit()
    call_command("migrate_schemas", shared=True, verbosity=0)
    role = sql.Identifier(role_name(PUBLIC))
    with owner.transaction():
        ensure_role(owner, schema_name=PUBLIC)
        owner.execute(sql.SQL("grant usage on schema public to {}").format(role))
        owner.execute(
            sql.SQL(
                "grant select, insert, update, delete on all tables in schema public to {}"
            ).format(role)
        )
        owner.execute(sql.SQL("grant usage on all sequences in schema public to {}").format(role))
        owner.execute(
            sql.SQL("revoke insert, update, delete on public.django_migrations from {}").format(
                role
            )
        )
        for table in record.append_only_tables(labels=_shared_labels()):
            owner.execute(
                sql.SQL("revoke update, delete on public.{} from {}").format(
                    sql.Identifier(table), role
                )
            )


def _shared_labels() -> set[str]:
    shared = settings.SHARED_APPS
    return {config.label for config in apps.get_app_configs() if config.name in shared}


def dump_migrated(owner: psycopg.Connection[Any], *, pg_dump: Path) -> str:
    """
    Migrate a scratch schema from nothing and return its recorded form.
    """
    scratch = sql.Identifier(record.SCRATCH)
    with owner.transaction():
        owner.execute(sql.SQL("drop schema if exists {} cascade").format(scratch))
        owner.execute(sql.SQL("create schema {}").format(scratch))
    owner.commit()
    try:
        call_command("migrate_schemas", schema_name=record.SCRATCH, tenant=True, verbosity=0)
        return record.dump(owner, schema_name=record.SCRATCH, pg_dump=pg_dump)
    finally:
        owner.rollback()
        owner.execute(sql.SQL("drop schema if exists {} cascade").format(scratch))
        owner.commit()
