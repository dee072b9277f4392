"""
Bring every tenant to the code's version.

One query tells who is behind. Migrations that are SQL only are written out once per group of
tenants at the same version and run in one transaction per tenant; Python migrations fall back to
`migrate_schemas`. Stopping at any point leaves each tenant either before or after, never between.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython, SeparateDatabaseAndState
from psycopg import sql

from mains.tenancy import record
from mains.tenancy.owner import role_name

Progress = Callable[[int, int], None]
_CREATES = re.compile(r"CREATE (UNLOGGED )?TABLE|SEQUENCE|IDENTITY", re.IGNORECASE)


@dataclass(slots=True)
class Outcome:
    migrated: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The pending migrations of one group: their SQL, or None where Python has to run."""

    migrations: tuple[tuple[str, str], ...]
    statements: str | None

    @property
    def needs_grants(self) -> bool:
        """
        Tell whether the role may lack rights afterwards: on new tables or sequences, or unknown.
        """
        return self.statements is None or bool(_CREATES.search(self.statements))


def behind(owner: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """
    Return the tenants that are behind the code, by the version they have.
    """
    groups: dict[str, list[str]] = {}
    rows = owner.execute(
        "select schema_version, schema_name from public.tenancy_tenant"
        " where schema_version <> %s order by id",
        [record.version()],
    )
    for schema_version, schema_name in rows:
        groups.setdefault(schema_version, []).append(schema_name)
    return groups


def migrate(owner: psycopg.Connection[Any], *, progress: Progress = lambda _d, _t: None) -> Outcome:
    """
    Migrate every tenant that is behind, the first of each group as a canary.

    A failing canary stops its group; a tenant that fails later is reported and the rest go on.
    """
    groups = behind(owner)
    owner.commit()
    total = sum(map(len, groups.values()))
    outcome = Outcome()
    for schemas in groups.values():
        step = plan(schemas[0])
        for position, schema_name in enumerate(schemas):
            try:
                _apply(owner, step, schema_name)
            except Exception as error:
                outcome.failed[schema_name] = str(error).splitlines()[0]
                if position == 0:
                    break
            else:
                outcome.migrated.append(schema_name)
            progress(len(outcome.migrated), total)
    return outcome


def plan(schema_name: str) -> Step:
    """
    Work out what a tenant lacks; the connection must be the owner's.
    """
    connection.set_schema(schema_name)  # type: ignore[attr-defined]
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        migrations = tuple((step.app_label, step.name) for step, _backwards in pending)
        if not all(_is_sql(step) for step, _backwards in pending):
            return Step(migrations, None)
        return Step(migrations, _written_out(executor, [step for step, _backwards in pending]))
    finally:
        connection.set_schema_to_public()  # type: ignore[attr-defined]


def _written_out(executor: MigrationExecutor, migrations: Iterable[Migration]) -> str:
    # Django's own collect_sql begins with what the first migration depends on, so one of another
    # app that comes later would not know the tables that stand already.
    loader, statements = executor.loader, []
    state = loader.project_state(
        [key for key in loader.applied_migrations if key in loader.graph.nodes]
    )
    for migration in migrations:
        with connection.schema_editor(collect_sql=True, atomic=True) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        statements += editor.collected_sql
    return "\n".join(line for line in statements if not line.startswith("--"))


def _apply(owner: psycopg.Connection[Any], step: Step, schema_name: str) -> None:
    if step.statements is None:
        call_command("migrate_schemas", schema_name=schema_name, tenant=True, verbosity=0)
    with owner.transaction():
        path = sql.SQL("set local search_path = {}, ext").format(sql.Identifier(schema_name))
        owner.execute(path)
        if step.statements is not None:
            owner.execute(step.statements.encode() or b"select 1")
            owner.cursor().executemany(
                "insert into django_migrations (app, name, applied) values (%s, %s, now())",
                step.migrations,
            )
        if step.needs_grants:
            owner.execute(
                record.grants_sql(schema_name=schema_name, role=role_name(schema_name)).encode()
            )
        owner.execute(
            "update public.tenancy_tenant set schema_version = %s where schema_name = %s",
            [record.version(), schema_name],
        )


def _is_sql(migration: Migration) -> bool:
    return bool(migration.atomic) and not any(
        isinstance(operation, RunPython) for operation in _flatten(migration.operations)
    )


def _flatten(operations: Iterable[Any]) -> Iterable[Any]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flatten(operation.database_operations)
        else:
            yield operation
