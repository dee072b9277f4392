"""Whatever a file holds, it is read or refused by name; and two layouts of it come to the same."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import meter_files

from mains.metering.imports import dayfile
from mains.metering.imports.caps import DOCUMENT_CAPS
from mains.metering.imports.child import read
from mains.metering.imports.profile import Container
from mains.metering.imports.profiles import PROFILES
from mains.metering.imports.refusals import FileRefused
from mains.metering.rules.daygrid import day_grid

MADRID = ZoneInfo("Europe/Madrid")
SAMPLES = {
    "es-p1d": meter_files.P1D, "es-f5d": meter_files.F5D, "es-mcilqh": meter_files.MCILQH,
    "es-csv": meter_files.NUMBERED, "datadis-json": meter_files.DATADIS,
    "green-button": meter_files.FEED, "mscons": meter_files.MSCONS, "p1": meter_files.telegram(),
    "csv": meter_files.PLAIN, "csv-days": f"M1;1.8.0;2026-05-01;M;{';'.join(['0.1'] * 24)}\n",
}  # fmt: skip
noise = st.text("0123456789;:.,-+/ \n\r\"'{}[]()<>!?*=SWRMET\0é\u0661€", max_size=8)


def summary(content: str, profile: str) -> tuple[dict, list]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file").write_text(content, newline="")
        found = read(
            folder / "file", profile=PROFILES[profile], home=MADRID, caps=DOCUMENT_CAPS,
            folder=folder,
        )  # fmt: skip
        days = folder / "days"
        return found, list(dayfile.days(days)) if days.exists() else []


def or_refused(content: str, profile: str) -> tuple[dict, list]:
    """
    Return what a file holds, nothing if it is refused; any other end is a failure.
    """
    try:
        return summary(content, profile)
    except FileRefused:
        return {"sources": [], "totals": {}, "intervals": 0}, []


@pytest.mark.parametrize("profile", SAMPLES)
@given(data=st.data())
@settings(max_examples=60)
def test_a_damaged_file_is_read_or_refused_and_counted_truly(profile, data):
    whole = SAMPLES[profile]
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 12)))
    damaged = whole[:start] + data.draw(noise) + whole[end:]
    found, days = or_refused(damaged, profile)
    json.dumps(found)
    totals = {source["number"]: source["code"] for source in found["sources"]}
    sums: dict[str, Decimal] = {}
    for number, _day, held in days:
        sums[totals[number]] = sums.get(totals[number], Decimal(0)) + held.total()
    assert {code: Decimal(total) for code, total in found["totals"].items()} == sums
    assert found["intervals"] == sum(
        sum(value is not None for value in held.values) for _number, _day, held in days
    )


@given(content=st.text(max_size=400), profile=st.sampled_from(sorted(PROFILES)))
@settings(max_examples=200)
def test_any_text_is_read_or_refused(content, profile):
    found, days = or_refused(content.encode("utf-8", "replace").decode(), profile)
    assert found["intervals"] >= len(days)


def test_the_samples_cover_every_container_of_text():
    covered = {PROFILES[profile].container for profile in SAMPLES}
    assert covered == set(Container) - {Container.SHEET}


values = st.decimals(0, 2000, places=3) | st.decimals(0, 2000, places=6) | st.integers(0, 2000)


@given(
    day=st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 5, 1)]),
    data=st.data(),
)
def test_a_day_a_row_and_a_value_a_row_come_to_the_same(day, data):
    grid = day_grid(day, MADRID, 60)
    drawn = data.draw(
        st.lists(values | st.none(), min_size=grid.slots, max_size=grid.slots).filter(any)
    )
    texts = ["" if value is None else f"{value:f}" for value in map(_decimal, drawn)]
    mark = data.draw(st.sampled_from("MEC"))
    wide, wide_days = summary(f"M1;1.8.0;{day};{mark};{';'.join(texts)}\n", "csv-days")
    starts = [grid.start_of(slot).astimezone(MADRID).isoformat() for slot in range(grid.slots)]
    rows = [
        f"M1;{start};{text};{mark}\n" for start, text in zip(starts, texts, strict=True) if text
    ]
    tall, tall_days = summary("point;start;value;quality\n" + "".join(rows), "csv")
    assert wide_days == tall_days
    assert wide["totals"] == tall["totals"]
    assert wide["refusals"] == tall["refusals"] == 0


def _decimal(value):
    return None if value is None else Decimal(value)


def test_a_day_file_is_read_in_blocks_of_any_size(monkeypatch):
    monkeypatch.setattr(dayfile, "_BLOCK", 7)
    row = ";".join(["0.1"] * 24)
    content = "".join(f"M1;1.8.0;{date(2026, 5, 1) + timedelta(n)};M;{row}\n" for n in range(9))
    found, days = summary(content, "csv-days")
    assert len(days) == 9
    assert found["totals"] == {"1.8.0": "21.600000"}
