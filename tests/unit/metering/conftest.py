"""Files read by a profile in the child process, as an import reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

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
            names = {str(one.number): (one.point, one.code) for one in found.sources}
            days = found.folder / "days"
            lines = days.read_text().splitlines() if days.exists() else []
            readings = found.folder / "readings"
            return Content(
                rows=found.rows,
                intervals=found.intervals,
                totals=found.totals,
                days=[
                    (*names[number], *rest)
                    for number, *rest in (line.split("\t") for line in lines)
                ],
                readings=readings.read_text().splitlines() if readings.exists() else [],
                refusals=found.refusals,
            )

    return content
