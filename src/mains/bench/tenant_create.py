"""Open a tenant from the recorded schema, beside migrating an empty schema."""

from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from mains.bench import peer, scratch
from mains.bench.result import Result
from mains.bench.stopwatch import Spent, measured, peak_mb
from mains.tenancy import provisioning

FLOOR, AIM, SECONDS = 5, 8, 3.0
# An empty database is an odd place: its first tenants cost three times the later ones (measured).
NEIGHBOURS, OURS, THEIRS = 40, 10, 2


def measure(**_others: object) -> Result:
    """
    Measure how many tenants a CPU-second makes; both ways end in the same tables.

    :raises NotTheOwner: in a process that does not migrate.
    """
    with scratch.database() as owner:
        for number in range(NEIGHBOURS):
            _create(owner, f"neighbour{number}")
        with measured(owner.info.backend_pid) as ours:
            for number in range(OURS):
                _create(owner, f"replayed{number}")
        theirs = _migrated(owner)
        same = _tables(owner, "replayed0") == _tables(owner, "migrated0")
    ratio = (theirs.cpu / THEIRS) / (ours.cpu / OURS)
    wall = ours.wall / OURS
    return Result(
        name="tenant-create",
        unit="tenants",
        ours=OURS / ours.cpu,
        yardstick=THEIRS / theirs.cpu,
        peak_mb=peak_mb(),
        detail={
            "floor": FLOOR,
            "aim": AIM,
            "passed": ratio >= FLOOR and wall <= SECONDS and same,
            "seconds_per_tenant": round(wall, 3),
            "floor_seconds": SECONDS,
            "same_tables": same,
            "replay": ours.to_json(),
            "migrate_schemas": theirs.to_json(),
            "yardstick_is": "migrate_schemas of django-tenants on an empty schema",
        },
    )


def _create(owner: psycopg.Connection[Any], schema_name: str) -> None:
    provisioning.create(
        owner,
        schema_name=schema_name,
        name=schema_name.title(),
        hosts=[f"{schema_name}.localhost"],
        state="SANDBOX",
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    owner.commit()


def _migrated(owner: psycopg.Connection[Any]) -> Spent:
    names = [f"migrated{number}" for number in range(THEIRS)]
    for name in names:
        owner.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))
    owner.commit()
    return peer.migrate_schemas(schema_names=names)


def _tables(owner: psycopg.Connection[Any], schema_name: str) -> list[Any]:
    return owner.execute(
        "select table_name, column_name, data_type, ordinal_position"
        " from information_schema.columns where table_schema = %s order by 1, 4",
        [schema_name],
    ).fetchall()
