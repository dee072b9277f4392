"""
Spain's regulated hourly price (PVPC): a tariff, a real month of 720 hours, and a made-up one.

Source: azogue/pvpcbill, tests/ejemplos_consumo, February 18 to March 18, 2020, tariff GEN, 4.6 kW.
"""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.journeys.tariffs import world

DATA = Path(__file__).parents[4] / "shared" / "data" / "tariffs" / "es-pvpc" / "pvpcbill-2020"
START, END = date(2020, 2, 18), date(2020, 3, 19)
# The toll of access per kWh, the power and its margin per kW and year, the tax on electricity, the
# rent of the meter per year; VAT on everything.
PVPC = [
    {"kind": "attribute", "code": "power_toll", "attribute": "power_kw", "unit": "kW",
     "price": "38.043426", "charged_by": "day"},
    {"kind": "attribute", "code": "margin", "attribute": "power_kw", "unit": "kW",
     "price": "3.113", "charged_by": "day"},
    {"kind": "unit", "code": "toll", "quantity": "energy", "unit": "kWh", "price": "0.044027"},
    {"kind": "hourly", "code": "energy", "quantity": "energy", "index": "pvpc", "unit": "kWh"},
    {"kind": "percentage", "code": "iee", "percent": "5.11269632",
     "of": ["power_toll", "margin", "toll", "energy"]},
    {"kind": "fixed", "code": "meter", "price": "9.72", "per": "year"},
]  # fmt: skip
INDEX = [{"code": "pvpc", "label": {"lv": "PVPC", "en": "PVPC"}, "unit": "kWh"}]
HOME = {"attributes": {"power_kw": "4.6"}}
REAL_NETS = {
    "power_toll": "14.34", "margin": "1.17", "toll": "20.82", "energy": "23.51", "iee": "3.06",
    "meter": "0.80",
}  # fmt: skip
REAL_SUMS = ("63.70", "13.38", "77.08")


def file(*components: dict):
    return world.file_of(*(components or PVPC), indexes=INDEX)


def bill_real_month(home: world.Home) -> dict:
    """
    Take in the hours that were used and their prices, as published, and bill them.
    """
    if not DATA.exists():
        pytest.skip("the published hours are not beside this copy of the project")
    with (DATA / "pvpc_test_data.csv").open(encoding="utf-8") as rows:
        # Without the toll, which is a line of its own; per MWh as published.
        prices = [
            (row[""].replace(" ", "T"), (Decimal(row["GEN"]) - Decimal(row["TEUGEN"])) / 1000)
            for row in csv.DictReader(rows)
        ]
    home.hang("energy")
    take_use(home, next(DATA.glob("consumo_facturado*.csv")))
    take_prices(prices)
    return home.bill(START, END)


def bill_made_up_month(home: world.Home, folder: Path, *, lost_price: bool = False) -> dict:
    """
    Bill 30 days of one kWh an hour, at 0.05 EUR by night and 0.10 from 8 o'clock on.
    """
    path = folder / "use.csv"
    days = [START + timedelta(days=n) for n in range((END - START).days)]
    rows = [
        f"ES0012345678901234SN;{day:%d/%m/%Y};{hour};1,000;R"
        for day in days
        for hour in range(1, 25)
    ]
    path.write_text("CUPS;Fecha;Hora;Consumo_kWh;Metodo_obtencion\n" + "\n".join(rows) + "\n")
    start = datetime(2020, 2, 17, 23, tzinfo=UTC)
    prices = [
        ((start + timedelta(hours=n)).isoformat(), Decimal("0.05" if n % 24 < 8 else "0.10"))
        for n in range(len(days) * 24)
    ]
    home.hang("energy")
    take_use(home, path)
    take_prices(prices[: -24 if lost_price else None])
    return home.bill(START, END)


def take_use(home, path: Path) -> None:
    from zoneinfo import ZoneInfo

    from mains.metering import importing
    from mains.metering.imports.profiles import PROFILES

    outcome = importing.import_file(
        path=path,
        file_name=path.name,
        profile=PROFILES["es-csv"],
        arrival=importing.Arrival(by="staff:1", now=world.at(END), zone=ZoneInfo("Europe/Madrid")),
        dry_run=False,
    )
    assert not outcome.refusals


def take_prices(prices: list[tuple[str, Decimal]]) -> None:
    from zoneinfo import ZoneInfo

    from mains.tariffs.indexes import store_prices
    from mains.tariffs.rules.price_file import read_prices

    text = "\n".join(["instant;price", *(f"{instant};{price}" for instant, price in prices)])
    days = read_prices(text, zone=ZoneInfo("Europe/Madrid"))
    store_prices(index="pvpc", days=days, by="staff:1", now=world.at(END))
