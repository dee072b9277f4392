"""Add one column to many tenants: fanned out as SQL, beside `migrate_schemas`."""

from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import connection

from mains.bench import peer, release, scratch
from mains.bench.result import Result
from mains.bench.stopwatch import Spent, measured, peak_mb
from mains.tenancy import fleet, provisioning, record

FLOOR, AIM, IDLE_SECONDS = 10, 15, 2.0
SAMPLE = 5


def measure(*, tenants: int = 200, **_others: object) -> Result:
    """
    Measure how many tenants a CPU-second migrates by one added column.

    :raises NotTheOwner: in a process that does not migrate.
    """
    with scratch.database() as owner:
        for number in range(tenants):
            _create(owner, f"fleet{number}")
        with release.ahead(documents=release.ONE_COLUMN):
            theirs = _one_by_one(owner, [f"fleet{number}" for number in range(SAMPLE)])
            connection.ensure_connection()
            pids = owner.info.backend_pid, connection.connection.info.backend_pid
            with measured(*pids) as ours:
                outcome = fleet.migrate(owner)
            with measured(*pids) as idle:
                again = fleet.migrate(owner)
            complete = _with_column(owner) == tenants
    migrated = len(outcome.migrated)
    ratio = (theirs.cpu / SAMPLE) / (ours.cpu / max(migrated, 1))
    right = complete and not outcome.failed and not again.migrated
    return Result(
        name="tenant-migrate",
        unit="tenants",
        ours=migrated / ours.cpu,
        yardstick=SAMPLE / theirs.cpu,
        peak_mb=peak_mb(),
        detail={
            "floor": FLOOR,
            "aim": AIM,
            "passed": ratio >= FLOOR and idle.wall < IDLE_SECONDS and right,
            "tenants": migrated,
            "failed": outcome.failed,
            "every_tenant_has_the_column": complete,
            "nothing_to_do_s": round(idle.wall, 4),
            "floor_nothing_to_do_s": IDLE_SECONDS,
            "fan_out": ours.to_json(),
            "migrate_schemas": theirs.to_json(),
            "yardstick_is": f"migrate_schemas of django-tenants on {SAMPLE} of the tenants",
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


def _one_by_one(owner: psycopg.Connection[Any], schema_names: list[str]) -> Spent:
    spent = peer.migrate_schemas(schema_names=schema_names)
    # The yardstick keeps no register of versions; without this, they would be migrated twice.
    owner.execute(
        "update public.tenancy_tenant set schema_version = %s where schema_name = any(%s)",
        [record.version(), schema_names],
    )
    owner.commit()
    return spent


def _with_column(owner: psycopg.Connection[Any]) -> int:
    row = owner.execute(
        "select count(*) from information_schema.columns"
        " where table_name = 'documents_storedfile' and column_name = 'note'"
    ).fetchone()
    return int(row[0]) if row else 0
