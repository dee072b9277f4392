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
NEIGHBOURS, ROUNDS, OURS, THEIRS = 40, 5, 5, 1


def measure(**_others: object) -> Result:
    """
    Measure how many tenants a CPU-second makes; both ways end in the same tables.

    Both ways take turns, and the median round of each counts: creating hundreds of files is where
    a shared machine is noisiest.

    :raises NotTheOwner: in a process that does not migrate.
    """
    with scratch.database() as owner:
        for number in range(NEIGHBOURS):
            _create(owner, f"neighbour{number}")
        rounds = [(_replayed(owner, turn), _migrated(owner, turn)) for turn in range(ROUNDS)]
        same = _tables(owner, "replayed0_0") == _tables(owner, "migrated0_0")
    ours = _median([replayed for replayed, _migrated in rounds])
    theirs = _median([migrated for _replayed, migrated in rounds])
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
            "rounds": [
                round((migrated.cpu / THEIRS) / (replayed.cpu / OURS), 2)
                for replayed, migrated in rounds
            ],
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


def _replayed(owner: psycopg.Connection[Any], turn: int) -> Spent:
    with measured(owner.info.backend_pid) as spent:
        for number in range(OURS):
            _create(owner, f"replayed{turn}_{number}")
    return spent


def _migrated(owner: psycopg.Connection[Any], turn: int) -> Spent:
    names = [f"migrated{turn}_{number}" for number in range(THEIRS)]
    for name in names:
        owner.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))
    owner.commit()
    return peer.migrate_schemas(schema_names=names)


def _median(rounds: list[Spent]) -> Spent:
    return sorted(rounds, key=lambda spent: spent.cpu)[len(rounds) // 2]


def _tables(owner: psycopg.Connection[Any], schema_name: str) -> list[Any]:
    return owner.execute(
        "select table_name, column_name, data_type, ordinal_position"
        " from information_schema.columns where table_schema = %s order by 1, 4",
        [schema_name],
    ).fetchall()
