"""Every published file of the data folder, against a count made without a line of the product."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.factories.meter_files import crc

METERING = Path(__file__).parents[4] / "shared/data/metering"
pytestmark = pytest.mark.skipif(
    not METERING.is_dir(), reason="needs ../shared/data: real files, which never enter the project"
)

D = Decimal
# File, profile, zone, then of a column of values: which, what a unit of it is in kWh.
CURVES = [
    ("es/P1D_0031_0762_20190608.1", "es-p1d", "1.8.0", 4, D(1)),
    ("es/P1D_0031_0762_20190608.1", "es-p1d", "5.8.0", 8, D(1)),
    ("es/P2D_0031_0762_20190615.2", "es-p2d", "1.8.0", 4, D(1)),
    ("es/F1_0031_20190430_20190507.1", "es-f1", "1.8.0", 4, D(1)),
    ("es/F5D_0237_0762_20211008.0", "es-f5d", "1.8.0", 3, D("0.001")),
    ("es/A5D_0189_0373_20210219.0", "es-a5d", "2.8.0", 3, D("0.001")),
    ("es/B5D_0189_0373_20210219.0", "es-b5d", "2.8.0", 4, D("0.001")),
    ("es/MHCIL_H2_4444_A1_20211201.0", "es-mhcil", "2.8.0", 6, D(1)),
    ("es/MCILQH_20240501_demo", "es-mcilqh", "2.8.0", 7, D(1)),
]


@pytest.mark.parametrize(("name", "profile", "code", "column", "unit"), CURVES)
def test_a_spanish_curve_keeps_every_interval_and_the_sum(read, name, profile, code, column, unit):
    rows = [line for line in (METERING / name).read_text().splitlines() if line]
    expected = sum(D(row.split(";")[column]) for row in rows) * unit
    content = read(METERING / name, profile)
    assert content.refusals == []
    assert content.rows == len(rows)
    assert content.totals[code] == expected
    values = [day[5] for day in content.days if day[1] == code]
    assert sum(text.count(",") + 1 - text.count("NULL") for text in values) == len(rows)


def test_the_datadis_storage_keeps_5497_hours_with_their_23_hour_day(read):
    path = METERING / "es/datadis/edata.storage_TEST.json"
    entries = json.loads(path.read_text(), parse_float=D)["consumptions"]
    content = read(path, "datadis-json")
    assert content.refusals == []
    assert content.intervals == len(entries) == 5497
    assert content.totals == {"1.8.0": sum(entry["value_kWh"] for entry in entries)}
    (spring,) = [day for day in content.days if day[2] == "2022-03-27"]
    assert spring[5].count(",") + 1 == 23
    assert "NULL" not in spring[5]
    estimated = sum(day[6].strip("{}").split(",").count("1") for day in content.days)
    assert estimated == sum(not entry["real"] for entry in entries) > 0


@pytest.mark.parametrize(
    ("name", "days", "intervals", "total"),
    [("test_usage_data_1.xml", 5, 480, "511.688"), ("test_usage_data_11.xml", 1, 92, "109.403")],
)
def test_a_green_button_feed_keeps_its_quarters(read, name, days, intervals, total):
    text = (METERING / "espi" / name).read_text()
    counted = [
        int(part.split("<value>")[1].split("</value>")[0])
        for part in text.split("<IntervalReading>")[1:]
    ]
    content = read(METERING / "espi" / name, "green-button", "America/New_York")
    assert content.refusals == []
    assert (len(content.days), content.intervals) == (days, intervals)
    assert (len(counted), D(sum(counted)) / 1000) == (intervals, D(total))
    assert content.totals == {"1.8.0": D(total)}


def test_the_mscons_message_keeps_its_month(read):
    content = read(METERING / "mscons/mscons_13016_sample.edi", "mscons", "Europe/Berlin")
    assert content.refusals == []
    assert (content.intervals, content.totals) == (1, {"1.8.0": D(10123)})
    (day,) = content.days
    assert day[:4] == ("12345678901", "1.8.0", "2024-05-02", str(31 * 24 * 60))


# The registers each shows, in the order of the file; None where it has no checksum at all.
TELEGRAMS = {
    "TELEGRAM_ESY5Q3DA1004_V304.txt": None,
    "TELEGRAM_FLUVIUS_V171.txt": "0.034 15.758 0.000 0.011 112.384 872.234",
    "TELEGRAM_ISKRA_IE.txt": "10.181 10.182 10.281 10.282",
    "TELEGRAM_UNPADDED_CRC.txt": "240.860",
    "TELEGRAM_V3.txt": None,
    "TELEGRAM_V5.txt": "4.426 2.399 2.444 0.000 0.107",
    "TELEGRAM_V5_TWO_MBUS.txt": "2130.115 245.467 0.000 0.000 246.138",
}


@pytest.mark.parametrize(
    "path", sorted((METERING / "dsmr").glob("*.txt")), ids=lambda path: path.stem
)
def test_a_telegram_with_a_checksum_is_read_and_without_one_refused(read, path):
    before, _, rest = path.read_bytes().decode("latin-1").partition("!")
    written = rest.split("\r\n")[0]
    content = read(path, "p1", "Europe/Amsterdam")
    expected = TELEGRAMS[path.name]
    if expected is None:
        assert written == ""
        assert content.readings == []
        assert [trouble for _, column, trouble in content.troubles] == [
            "The telegram carries no checksum; type its readings by hand, or read a meter of DSMR "
            "4 or later."
        ]
        return
    assert crc(before + "!") == written.rjust(4, "0")
    shown = [json.loads(line) for line in content.readings]
    assert [one["value"] for one in shown] == expected.split()
    if path.name != "TELEGRAM_V5_TWO_MBUS.txt":
        assert content.refusals == []
        return
    # Its first channel has no meter: the number is empty, and 1970 is when nothing was read.
    assert content.troubles == [
        (37, "meter", "The meter on this channel has no number; pair it with the smart meter anew.")
    ]


def test_every_telegram_of_the_folder_has_an_expectation():
    assert {path.name for path in (METERING / "dsmr").glob("*.txt")} == set(TELEGRAMS)


@pytest.mark.parametrize(
    ("name", "hours"),
    [("PVPC_CURV_DD_2021_10_31.json", 25), ("PVPC_CURV_DD_2022_03_27.json", 23)],
)
def test_the_grid_of_a_golden_day_has_the_hours_that_were_published(name, hours):
    from datetime import date
    from zoneinfo import ZoneInfo

    from mains.metering.rules.daygrid import day_grid

    published = json.loads((METERING.parent / "tariffs/es-pvpc/esios" / name).read_text())["PVPC"]
    year, month, day = map(int, name.removesuffix(".json").split("_")[-3:])
    assert len(published) == hours
    assert day_grid(date(year, month, day), ZoneInfo("Europe/Madrid"), 60).slots == hours
