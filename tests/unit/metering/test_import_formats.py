"""One small file of every format: its intervals, their sum, and where they stand in the day."""

import json
from decimal import Decimal

import pytest
from tests.factories import meter_files

from mains.metering.imports.profile import Container
from mains.metering.imports.profiles import PROFILES
from mains.metering.rules.intervals import Quality

E, M, C = Quality.ESTIMATED, Quality.MEASURED, Quality.CORRECTED


def filled(day: tuple[str, ...]) -> dict[int, tuple[str, int]]:
    """
    Return the values of a day by their place in it, from 0, as written, with their quality.
    """
    values, qualities = (text.strip("{}").split(",") for text in day[5:])
    assert len(values) == len(qualities)
    return {
        slot: (value, int(mark))
        for slot, (value, mark) in enumerate(zip(values, qualities, strict=True))
        if value != "NULL"
    }


def length(day: tuple[str, ...]) -> int:
    return day[5].count(",") + 1


def test_p1d_tells_the_repeated_hour_by_its_flag(read):
    content = read(meter_files.P1D, "es-p1d")
    assert content.refusals == []
    assert content.totals["1.8.0"] == Decimal("3.75")
    assert content.totals["5.8.0"] == Decimal(1)
    day = content.days[0]
    assert day[:5] == ("ES0000000000000001AA1P", "1.8.0", "2021-10-31", "60", "3")
    assert length(day) == 25
    assert filled(day) == {1: ("1250", M), 2: ("2500", M)}


def test_f5d_counts_wh_and_ends_a_day_at_the_next_ones_midnight(read):
    content = read(meter_files.F5D, "es-f5d")
    (day,) = content.days
    assert (content.intervals, content.totals) == (3, {"1.8.0": Decimal("0.486")})
    assert day[2] == "2026-10-25"
    assert filled(day) == {1: ("189", M), 2: ("157", M), 24: ("140", E)}


def test_mcilqh_has_quarters_of_an_hour_of_production(read):
    (day,) = read(meter_files.MCILQH, "es-mcilqh").days
    assert day[1:5] == ("2.8.0", "2026-05-01", "15", "3")
    assert length(day) == 96
    assert filled(day) == {0: ("500", M)}


def test_numbered_hours_go_to_25(read):
    content = read(meter_files.NUMBERED, "es-csv")
    assert content.totals == {"1.8.0": Decimal("0.35")}
    assert filled(content.days[0]) == {0: ("100", M), 24: ("250", E)}


def test_a_holder_who_feeds_in_has_both_directions_beside_each_other(read):
    text = (
        "CUPS;Fecha;Hora;AE_kWh;AS_KWh;AE_AUTOCONS_kwh;REAL/ESTIMADO\n"
        "ES1;31/10/2021;25;0,5;0,125;0,1;R\nES1;28/03/2022;1;0,5;;;E\n"
    )
    content = read(text, "es-csv-own")
    assert content.totals == {"1.8.0": Decimal(1), "2.8.0": Decimal("0.125")}
    assert [(day[1], filled(day)) for day in content.days] == [
        ("1.8.0", {24: ("500", M)}), ("2.8.0", {24: ("125", M)}), ("1.8.0", {0: ("500", E)}),
    ]  # fmt: skip


def test_wh_of_hours_that_begin_are_told_apart_by_their_order(read):
    text = "CUPS;FechaHora;CONSUMO Wh\nES1;2021/10/31 02:00;100\nES1;2021/10/31 02:00;200\n"
    content = read(text, "es-csv-wh")
    assert filled(content.days[0]) == {2: ("100", M), 3: ("200", M)}


def test_datadis_csv_ends_its_hours_and_repeats_one(read):
    text = (
        "CUPS;Fecha;Hora;consumo_kWh;metodoObtencion;energiaVertida_kWh\n"
        "ES1;2021/10/31;03:00;0,1;Real;0\nES1;2021/10/31;03:00;0,2;Estimada;0\n"
        "ES1;2021/10/31;24:00;0,3;Real;0,05\n"
    )
    content = read(text, "datadis-csv")
    assert filled(content.days[0]) == {2: ("100", M), 3: ("200", E), 24: ("300", M)}
    assert content.totals == {"1.8.0": Decimal("0.6"), "2.8.0": Decimal("0.05")}


def test_datadis_storage_keeps_its_digits_over_a_day_of_23_hours(read):
    content = read(meter_files.DATADIS, "datadis-json")
    assert content.totals == {"1.8.0": Decimal("0.102")}
    assert length(content.days[0]) == 23
    assert filled(content.days[0]) == {1: ("100", M), 2: ("2", E)}


def test_a_green_button_feed_keeps_tenths_of_wh(read):
    content = read(meter_files.FEED, "green-button", "UTC")
    assert (content.intervals, content.totals) == (2, {"1.8.0": Decimal("0.1239")})
    (day,) = content.days
    assert day[:5] == ("P7", "1.8.0", "2026-01-01", "15", "4")
    assert filled(day) == {0: ("1234", M), 1: ("5", E)}


def test_mscons_counts_quarters_from_utc(read):
    content = read(meter_files.MSCONS, "mscons", "Europe/Berlin")
    assert content.totals == {"1.8.0": Decimal("0.375")}
    (day,) = content.days
    assert (day[0], day[2], length(day)) == ("DE0001", "2026-03-29", 92)
    # 00:45 UTC is 01:45 in winter, 01:00 UTC is 03:00 in summer.
    assert filled(day) == {7: ("125", M), 8: ("250", E)}


def test_mscons_of_a_month_is_one_value_on_its_first_day(read):
    first, _, second = meter_files.MSCONS.partition("QTY+67")
    month = first.replace("202603290045", "202603312200").replace("202603290100", "202604302200")
    content = read(month + second[second.index("UNT") :], "mscons", "Europe/Berlin")
    (day,) = content.days
    assert day[2:6] == ("2026-04-01", str(30 * 24 * 60), "3", "{125}")


def test_a_telegram_gives_readings_of_the_meter_and_of_those_behind_it(read):
    content = read(meter_files.telegram(), "p1", "Europe/Budapest")
    assert content.refusals == []
    assert [
        tuple(json.loads(line)[key] for key in ("row", "meter", "code", "at", "value", "unit"))
        for line in content.readings
    ] == [
        (5, "MAINS01", "1.8.1", "2025-10-26T01:30:00+00:00", "12.345", "kWh"),
        (6, "MAINS01", "2.8.1", "2025-10-26T01:30:00+00:00", "0.500", "kWh"),
        (8, "GAS0001", "24.2.1", "2025-10-26T00:30:00+00:00", "7.250", "m3"),
    ]


def test_plain_text_tells_the_repeated_hour_by_its_offset(read):
    content = read(meter_files.PLAIN, "csv")
    assert filled(content.days[0]) == {2: ("1500", M), 3: ("250", E)}
    assert content.totals == {"1.8.0": Decimal("1.75")}


def test_a_row_of_a_whole_day_has_as_many_values_as_the_day_hours(read):
    text = "".join(
        f"M1;1.8.0;{day};{mark};{';'.join(values)}\n"
        for day, mark, values in (
            ("2026-03-29", "M", ["0.1"] * 23),
            ("2026-03-30", "C", ["1"] * 24),
            ("2026-10-25", "E", ["0.0001", "", *["2"] * 23]),
            ("2026-10-26", "M", ["1"] * 25),
        )
    )
    content = read(text, "csv-days")
    assert [(day[2], day[4], length(day)) for day in content.days] == [
        ("2026-03-29", "3", 23), ("2026-03-30", "3", 24), ("2026-10-25", "4", 25),
    ]  # fmt: skip
    assert filled(content.days[2]) == {0: ("1", E), **{slot: ("20000", E) for slot in range(2, 25)}}
    assert content.totals == {"1.8.0": Decimal("72.3001")}
    assert content.intervals == 23 + 24 + 24
    assert content.troubles == [
        (4, "3", "2026-10-26 has 24 intervals and the row 25 values; give one value for each, also "
         "where clocks change.")
    ]  # fmt: skip


def test_a_workbook_says_dates_and_numbers_in_cells(read, tmp_path):
    from datetime import datetime

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["point", "start", "value", "quality"])
    sheet.append(["M1", datetime(2026, 5, 1, 0), 0.1, None])  # noqa: DTZ001
    sheet.append(["M1", datetime(2026, 5, 1, 1), 2, "E"])  # noqa: DTZ001
    sheet.append(["M1", "yesterday", 2, "E"])
    book.save(tmp_path / "book.xlsx")
    content = read(tmp_path / "book.xlsx", "xlsx")
    assert filled(content.days[0]) == {0: ("100", M), 1: ("2000", E)}
    assert [(row, column) for row, column, _ in content.troubles] == [(4, "start")]


@pytest.mark.parametrize("pack", ["bz2", "gzip", "zip"])
def test_a_packed_file_is_unpacked(read, pack):
    import bz2
    import gzip
    import io
    import zipfile

    text = meter_files.F5D.encode()
    if pack == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("F5D", text)
        text = buffer.getvalue()
    else:
        text = (bz2 if pack == "bz2" else gzip).compress(text)
    assert read(text, "es-f5d").totals == {"1.8.0": Decimal("0.486")}


def test_every_profile_declares_what_its_container_needs():
    for profile in PROFILES.values():
        tabular = profile.container in (Container.DELIMITED, Container.SHEET, Container.DATADIS)
        assert tabular is (profile.label is not None), profile.key
        assert tabular is bool(profile.magnitudes), profile.key
