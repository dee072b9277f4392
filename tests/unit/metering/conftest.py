"""Files read by a profile in the child process, as an import reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mains.metering.imports import dayfile
from mains.metering.imports.profiles import PROFILES
from mains.metering.imports.refusals import Refusal
from mains.metering.imports.worker import reading


@dataclass(frozen=True, slots=True)
class Content:
    """
    What a file holds. `days` are lines: point, code, day, minutes, decimals, values, qualities.
    """

    rows: int
    intervals: int
    totals: dict[str, Decimal]
    days: list[tuple[str, ...]]
    readings: list[str]
    refusals: list[Refusal]

    @property
    def troubles(self) -> list[tuple[int, str, str]]:
        return [(one.row, one.column, str(one.trouble)) for one in self.refusals]


@pytest.fixture
def read(tmp_path) -> Callable[..., Content]:
    def content(source: str | bytes | Path, profile: str, zone: str = "Europe/Madrid", caps=None):
        path = source
        if not isinstance(source, Path):
            path = tmp_path / "upload"
            path.write_bytes(source.encode() if isinstance(source, str) else source)
        with reading(path, profile=PROFILES[profile], zone=ZoneInfo(zone), caps=caps) as found:
            names = {one.number: (one.point, one.code) for one in found.sources}
            readings = found.folder / "readings"
            return Content(
                rows=found.rows,
                intervals=found.intervals,
                totals=found.totals,
                days=[
                    (*names[number], *_texts(day, held))
                    for number, day, held in _days(found.folder / "days")
                ],
                readings=readings.read_text().splitlines() if readings.exists() else [],
                refusals=found.refusals,
            )

    return content


def _days(path: Path):
    return dayfile.days(path) if path.exists() else []


def _texts(day, held) -> tuple[str, ...]:
    values = ",".join("NULL" if value is None else str(value) for value in held.values)
    marks = ",".join(map(str, held.qualities))
    return str(day), str(held.minutes), str(held.decimals), f"{{{values}}}", f"{{{marks}}}"
