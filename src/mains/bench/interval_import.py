"""Import a month of hourly values through the product's own action, beside a bare COPY."""

import random
import resource
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from django.db import connection

from mains.bench.leftovers import cleaned_up
from mains.bench.result import Result
from mains.bench.stopwatch import Spent, measured, peak_mb
from mains.guard import context
from mains.metering import importing
from mains.metering.imports.profiles import PROFILES
from mains.tenancy import provisioning, queries

SLUG = "bench_import"
FLOOR, AIM = 0.3, 0.5
WARM_UP = 1_000
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Madrid")
# May has no day of 23 or 25 hours, which the tests have instead.
FIRST, DAYS = date(2026, 5, 1), 31
# Days that were made up once; which of them a row takes differs.
PATTERNS = 5_000
# Both ways take turns, each first once, because a shared machine is never the same twice.
TURNS = 2
# A second file with one value a row, as many distributors write; longer would say the same.
MOST_VALUES = 1_000_000


@dataclass(slots=True)
class Side:
    """
    What one way of writing cost in all turns, and what stood in its table after each.
    """

    spent: Spent = field(default_factory=Spent)
    fingerprints: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, spent: Spent, fingerprint: tuple[object, ...]) -> None:
        self.spent.client += spent.client
        self.spent.backend += spent.backend
        self.spent.wall += spent.wall
        self.fingerprints.append(fingerprint)


def measure(*, rows: int = 1_000_000, **_others: object) -> Result:
    """
    Measure how many rows of the interval table a CPU-second imports, each a register's day.

    Ours reads a file of text, validates every value, resolves every meter, finds out what is
    stored, writes, and notes the import; the yardstick copies lines that are ready for the table.

    :raises OwnerLoginMissing: in a process that may not create schemas.
    :raises BackendOutOfSight: if the database is not on this machine.
    """
    with cleaned_up(schema_names=[SLUG]) as owner, tempfile.TemporaryDirectory() as folder:
        try:
            _open(owner, registers=max(rows, MOST_VALUES // 24) // DAYS + 1)
            path = Path(folder)
            # Once for nothing: what a process loads only once is not the cost of a row.
            _both(owner, path, min(rows, WARM_UP), "csv-days")
            ours, bare = _both(owner, path, rows, "csv-days")
            values = _both(owner, path, min(rows, MOST_VALUES // 24), "csv")
        finally:
            connection.close()
            queries.forget()
    return _result(rows, ours, bare, values)


def _open(owner: psycopg.Connection[Any], *, registers: int) -> None:
    provisioning.create(
        owner, schema_name=SLUG, name="Bench", hosts=["bench-import.localhost"], state="SUSPENDED",
        now=NOW,
    )  # fmt: skip
    owner.commit()
    queries.forget()
    with context.inside(SLUG), connection.cursor() as cursor:
        cursor.execute(
            "insert into metering_meter (id, serial, service, size)"
            " select n, 'E' || (10000000 + n), 'electricity', '' from generate_series(1, %s) n",
            [registers],
        )
        cursor.execute(
            "insert into metering_register (id, code, quantity, unit, digits, decimals, multiplier,"
            " meter_id) select n, '1.8.0', 'energy', 'kWh', 6, 3, 1, n"
            " from generate_series(1, %s) n",
            [registers],
        )
    for table in ("metering_meter", "metering_register"):
        owner.execute(f"analyze {SLUG}.{table}".encode())
    owner.commit()


def _both(
    owner: psycopg.Connection[Any], folder: Path, rows: int, profile: str
) -> tuple[Side, Side]:
    """
    Write the same rows both ways, compare what stands, and take it away again.
    """
    ready, file = folder / "ready", folder / "file"
    write = _whole_days if profile == "csv-days" else _single_values
    _write(ready, _ready(rows))
    _write(file, write(rows))
    ours, bare = Side(), Side()
    for turn in range(TURNS):
        if turn % 2:
            _bare(bare, owner, ready)
        _ours(ours, owner, file, profile)
        if not turn % 2:
            _bare(bare, owner, ready)
    return ours, bare


def _ours(side: Side, owner: psycopg.Connection[Any], file: Path, profile: str) -> None:
    with context.inside(SLUG):
        pid = connection.connection.info.backend_pid
        with measured(pid) as spent:
            importing.import_file(
                path=file, file_name="bench", profile=PROFILES[profile],
                arrival=importing.Arrival(by="bench", now=NOW, zone=ZONE),
            )  # fmt: skip
    side.add(spent, _fingerprint(owner, "metering_intervalday"))
    owner.execute(f"truncate {SLUG}.metering_intervalday, {SLUG}.metering_meterimport".encode())
    owner.commit()


def _bare(side: Side, owner: psycopg.Connection[Any], ready: Path) -> None:
    table = f"{SLUG}.scratch_interval"
    owner.execute(f"create table {table} (like {SLUG}.metering_intervalday including all)".encode())
    owner.commit()
    with measured(owner.info.backend_pid) as spent:
        with ready.open("rb") as file, owner.cursor().copy(
            f"copy {table} (import_id, register_id, day, minutes, decimals, \"values\", qualities)"
            " from stdin".encode()
        ) as copy:  # fmt: skip
            while block := file.read(1 << 18):
                copy.write(block)
        owner.commit()
    side.add(spent, _fingerprint(owner, "scratch_interval"))
    owner.execute(f"drop table {table}".encode())
    owner.commit()


def _fingerprint(owner: psycopg.Connection[Any], table: str) -> tuple[object, ...]:
    found = owner.execute(
        "select count(*), sum(hashtextextended((register_id, day, minutes, decimals,"  # noqa: S608
        f' "values", qualities)::text, 0)) from {SLUG}.{table}'.encode()
    ).fetchone()
    owner.commit()
    assert found is not None
    return tuple(found)


def _each(rows: int) -> Iterator[tuple[int, date, tuple[int, ...]]]:
    """
    Yield registers and days with their values in Wh, the same every time.
    """
    chance = random.Random(7)  # noqa: S311
    patterns = [tuple(chance.choices(range(4000), k=24)) for _ in range(PATTERNS)]
    for row in range(rows):
        register, day = divmod(row, DAYS)
        yield register + 1, FIRST + timedelta(days=day), patterns[row * 7919 % PATTERNS]


def _ready(rows: int) -> Iterator[str]:
    marks = ",".join(["2"] * 24)
    for register, day, values in _each(rows):
        joined = ",".join(map(str, values))
        yield f"1\t{register}\t{day}\t60\t3\t{{{joined}}}\t{{{marks}}}\n"


def _whole_days(rows: int) -> Iterator[str]:
    for register, day, values in _each(rows):
        texts = ";".join([f"{value // 1000}.{value % 1000:03d}" for value in values])
        yield f"E{10000000 + register};1.8.0;{day};M;{texts}\n"


def _single_values(rows: int) -> Iterator[str]:
    yield "point;start;value;quality\n"
    for register, day, values in _each(rows):
        for hour, value in enumerate(values):
            text = f"{value // 1000}.{value % 1000:03d}"
            yield f"E{10000000 + register};{day}T{hour:02d}:00+02:00;{text};M\n"


def _write(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", buffering=1 << 20) as file:
        file.writelines(lines)


def _result(rows: int, ours: Side, bare: Side, values: tuple[Side, Side]) -> Result:
    per_second: Callable[[Side], float] = lambda side: TURNS * rows / side.spent.cpu  # noqa: E731
    differences = [
        f"{name}: {mine.fingerprints} stand, not {theirs.fingerprints}"
        for name, (mine, theirs) in {"days": (ours, bare), "values": values}.items()
        if set(mine.fingerprints) != set(theirs.fingerprints)
    ]
    ratio = bare.spent.cpu / ours.spent.cpu
    child_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Result(
        name="import",
        unit="rows",
        ours=per_second(ours),
        yardstick=per_second(bare),
        peak_mb=max(peak_mb(), child_mb),
        detail={
            "floor": FLOOR,
            "aim": AIM,
            "passed": ratio >= FLOOR and not differences,
            "differences": differences,
            "rows": rows,
            "turns": TURNS,
            "row_is": "a register and civil day with 24 values, as the table holds it",
            "us_per_row": round(ours.spent.cpu / TURNS / rows * 1e6, 2),
            "import": ours.spent.to_json(),
            "copy": bare.spent.to_json(),
            "ratio_of_a_file_with_one_value_a_row": round(
                values[1].spent.cpu / values[0].spent.cpu, 3
            ),
            "one_value_a_row": values[0].spent.to_json(),
            "yardstick_is": "COPY of lines made ready for the same table, with the same key and "
            "checks, that resolves and validates nothing",
        },
    )
