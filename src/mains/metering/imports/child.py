"""
The child process that reads one file: `python -m mains.metering.imports.child`, a job on stdin.

It leaves in its folder: `days` (see `dayfile`), `readings`, `refusals`, `summary`, and `rows`,
those that are spoken of, if the job wants them. A job may want a look at the first rows only.
"""

import gc
import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mains.metering.imports import dayfile
from mains.metering.imports.caps import Caps
from mains.metering.imports.days import Days
from mains.metering.imports.profile import Container, Profile, Table
from mains.metering.imports.profiles import PROFILES
from mains.metering.imports.profiles.table import profile_of
from mains.metering.imports.readers import delimited, p1, records
from mains.metering.imports.refusals import FileRefused, Refusal
from mains.metering.imports.tabular import Reading
from mains.metering.imports.wide import WideReading, Write

REFUSED = 3
# Rows that are kept to be shown beside what is wrong with them.
MOST_KEPT = 20_000


def main() -> int:
    """
    Read the file of a job, and return 0, or 3 if the whole file is refused.
    """
    job = json.load(sys.stdin)
    caps = Caps(**job["caps"])
    resource.setrlimit(resource.RLIMIT_CPU, (caps.seconds, caps.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (caps.memory, caps.memory))
    # Nothing here makes cycles, and looking for them doubles the cost of a million short lists.
    gc.disable()
    folder = Path(job["folder"])
    file, home = Path(job["file"]), ZoneInfo(job["zone"])
    try:
        if job["look"]:
            from mains.metering.imports import looking

            summary = {"refused": None, **looking.look(file, home=home, caps=caps)}
        else:
            profile = _profile(job)
            summary = read(file, profile=profile, home=home, caps=caps, folder=folder)
            if job["keep_rows"]:
                _keep_rows(file, profile, caps, folder, summary)
    except FileRefused as refused:
        (folder / "summary").write_text(json.dumps({"refused": asdict(refused.trouble)}))
        return REFUSED
    (folder / "summary").write_text(json.dumps(summary))
    return 0


def _profile(job: dict[str, Any]) -> Profile:
    return profile_of(Table(**job["table"])) if job["table"] else PROFILES[job["profile"]]


def read(
    path: Path, *, profile: Profile, home: ZoneInfo, caps: Caps, folder: Path
) -> dict[str, Any]:
    """
    Read a file into a folder, and return what was found.

    :raises FileRefused: if the whole file cannot be read.
    """
    days = Days()
    if profile.gives_readings:
        rows = _readings(path, home, caps, days, folder)
    else:
        with (folder / "days").open("wb", buffering=1 << 18) as file:
            rows = _intervals(path, profile, home, caps, days, file.write)
    with (folder / "refusals").open("w") as file:
        file.writelines(f"{json.dumps(asdict(refusal))}\n" for refusal in days.refusals)
    return {
        "rows": rows,
        "intervals": days.intervals,
        "refused": None,
        "first_day": days.first_day and days.first_day.isoformat(),
        "last_day": days.last_day and days.last_day.isoformat(),
        "refusals": len(days.refusals),
        "totals": {code: str(days.total(code)) for code, _unit in days.totals},
        "sums": [[code, unit, str(days.sum(code, unit))] for code, unit in days.totals],
        "sources": [asdict(source) for source in days.sources.values()],
    }


def _intervals(
    path: Path, profile: Profile, home: ZoneInfo, caps: Caps, days: Days, write: Write
) -> int:
    match profile.container:
        case Container.ESPI:
            from mains.metering.imports.readers import espi

            values = espi.values(path, caps=caps)
            count = records.read(values, profile=profile, home=home, days=days)
        case Container.MSCONS:
            from mains.metering.imports.readers import mscons

            values = mscons.values(path, caps=caps)
            count = records.read(values, profile=profile, home=home, days=days)
        case _ if profile.day_row is not None:
            rows = _rows(path, profile, caps)
            count = WideReading(profile, home=home, days=days, write=write).read(rows)
        case _:
            count = Reading(profile, home=home, days=days).read(_rows(path, profile, caps))
    for source, day, held in days.closed():
        write(dayfile.row_of(source.number, day, held))
    return count


def _keep_rows(
    path: Path, profile: Profile, caps: Caps, folder: Path, summary: dict[str, Any]
) -> None:
    """
    Keep the rows that refusals name, or may name once registers are looked up, as they were sent.
    """
    if profile.label is None or profile.container is Container.DATADIS:
        return
    wanted = {source["row"] for source in summary["sources"][:MOST_KEPT]}
    with (folder / "refusals").open() as lines:
        wanted.update(json.loads(line)["row"] for line in islice(lines, MOST_KEPT))
    with (folder / "rows").open("w") as file:
        for number, fields in _rows(path, profile, caps):
            if number in wanted or (number == 1 and profile.header):
                file.write(f"{json.dumps([number, fields])}\n")


def _rows(path: Path, profile: Profile, caps: Caps) -> Iterator[delimited.Row]:
    if profile.container is Container.SHEET:
        from mains.metering.imports.readers import sheet

        return sheet.rows(path, caps=caps)
    if profile.container is Container.DATADIS:
        from mains.metering.imports.readers import datadis

        return datadis.rows(path, caps=caps)
    return delimited.rows(path, delimiter=profile.delimiter, caps=caps)


def _readings(path: Path, home: ZoneInfo, caps: Caps, days: Days, folder: Path) -> int:
    count = 0
    with (folder / "readings").open("w") as file:
        for item in p1.shown(path, zone=home, caps=caps):
            count += 1
            if isinstance(item, Refusal):
                days.refusals.append(item)
            else:
                days.source(item.meter, item.code, unit=item.unit, row=item.row)
                file.write(f"{json.dumps(asdict(item))}\n")
    return count


if __name__ == "__main__":
    sys.exit(main())
