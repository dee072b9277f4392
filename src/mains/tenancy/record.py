"""
The recorded schema of a tenant: what migrations build, as one text that can be replayed.

Replaying costs a tenth of migrating (measured). The text is committed; a test compares it byte for
byte with the dump of a freshly migrated schema.
"""

import hashlib
import re
import subprocess
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings

from mains.tenancy.folding import folded

FILE = Path(__file__).parent / "schema" / "tenant.sql"
SCHEMA, ROLE = "@schema@", "@role@"
GRANTS = "-- grants"
SCRATCH = "recording"


class RecordIsStale(Exception):
    """The recorded schema is not what the migrations build today."""


def version() -> str:
    """
    Return the version that a tenant has when it was made from the recorded schema.
    """
    return _recorded().split("\n", 1)[0].removeprefix("-- version ")


def creation_sql(*, schema_name: str, role: str) -> str:
    """
    Return the statements that build a tenant's schema with its grants.
    """
    return _fill(_recorded(), schema_name=schema_name, role=role)


def grants_sql(*, schema_name: str, role: str) -> str:
    """
    Return the statements that give a role its rights on a schema that already stands.
    """
    return _fill(_recorded().split(GRANTS, 1)[1], schema_name=schema_name, role=role)


def _recorded() -> str:
    return _read(FILE, FILE.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _changed_ns: int) -> str:
    return path.read_text()


def version_of(migrations: list[tuple[str, str]]) -> str:
    """
    Return the version of a schema on which these migrations (app, name) were applied.
    """
    names = "\n".join(f"{app}.{name}" for app, name in sorted(migrations))
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def dump(owner: psycopg.Connection[Any], *, schema_name: str, pg_dump: Path) -> str:
    """
    Return the recorded form of a migrated schema.
    """
    migrations = owner.execute(
        f'select app, name from "{schema_name}".django_migrations order by id'  # noqa: S608
    ).fetchall()
    rows = ",\n".join(f"  ('{app}', '{name}', now())" for app, name in migrations)
    structure = _structure(schema_name=schema_name, pg_dump=pg_dump)
    return "\n".join(
        [
            f"-- version {version_of(migrations)}",
            f'CREATE SCHEMA "{SCHEMA}";',
            folded(structure),
            f'INSERT INTO "{SCHEMA}".django_migrations (app, name, applied) VALUES\n{rows};',
            GRANTS,
            *_grants(structure),
            "",
        ]
    )


def _structure(*, schema_name: str, pg_dump: Path) -> str:
    database = settings.OWNER_DATABASE
    assert database is not None
    text = subprocess.run(
        [
            str(pg_dump),
            f"--host={database.host}",
            f"--port={database.port}",
            f"--username={database.user}",
            f"--schema={schema_name}",
            "--schema-only",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            database.name,
        ],
        check=True,
        capture_output=True,
        text=True,
        env={"PGPASSWORD": database.password},
    ).stdout
    noise = re.compile(r"--|\\|SET |SELECT pg_catalog\.set_config|CREATE SCHEMA")
    lines = [line for line in text.splitlines() if line and not noise.match(line)]
    return re.sub(rf"\b{schema_name}\.", f'"{SCHEMA}".', "\n".join(lines))


def _grants(structure: str) -> list[str]:
    # Each by name: ON ALL TABLES IN SCHEMA reads the whole catalog, which grows with every tenant.
    schema = f'"{SCHEMA}"'
    tables = re.findall(rf"^CREATE TABLE {schema}\.(\w+) ", structure, re.MULTILINE)
    sequences = re.findall(rf"SEQUENCE NAME {schema}\.(\w+)", structure)
    statements = [
        f"GRANT USAGE ON SCHEMA {schema} TO {ROLE};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {_listed(tables)} TO {ROLE};",
        f"GRANT USAGE ON SEQUENCE {_listed(sequences)} TO {ROLE};",
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.django_migrations FROM {ROLE};",
    ]
    statements += [
        f"REVOKE UPDATE, DELETE ON {schema}.{table} FROM {ROLE};" for table in append_only_tables()
    ]
    return statements


def _listed(names: list[str]) -> str:
    return ",\n  ".join(f'"{SCHEMA}".{name}' for name in names)


def append_only_tables(*, labels: Collection[str] | None = None) -> list[str]:
    """
    Return the tables whose rows are written once and never changed, of all apps or some.
    """
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if getattr(model, "append_only", False)
        and (labels is None or model._meta.app_label in labels)
    )


def _fill(text: str, *, schema_name: str, role: str) -> str:
    return text.replace(SCHEMA, schema_name).replace(ROLE, f'"{role}"')
