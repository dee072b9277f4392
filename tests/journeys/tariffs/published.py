"""
Published tariffs and bills: what is entered, what is used, and what a bill must come to.

The tenant file and the console's forms are both tried with these. Sources: gisce/switching
F1_exemple.xml (an issued distributor's invoice); CNMC's simulator as reported by luzfija.es;
somajasa.es, Mengíbar; szolnok.mvmtavho.hu; askcpag.org.uk for the way from cubic metres of gas to
kilowatt-hours. Every figure is typed here from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tests.journeys.tariffs import world

type Component = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """
    The components of a tariff, a home that used something in a period, and its bill.

    :param more: other parts of the tenant file, such as how many months a bill has.
    :param used: by quantity, what a meter counted and what the meter is like.
    """

    name: str
    components: Sequence[Component]
    period: tuple[date, date]
    used: dict[str, tuple[str, dict[str, str]]]
    nets: dict[str, str]
    sums: tuple[str, str, str]
    more: dict[str, Any] = field(default_factory=dict)
    home: dict[str, Any] = field(default_factory=dict)

    def file(self, *components: Component) -> Any:
        """
        Return a tenant file with these components, or with those of the case.
        """
        return world.file_of(*(components or self.components), **self.more)

    def bill(self, home: world.Home) -> dict[str, Any]:
        """
        Measure what was used, and bill the period.
        """
        for quantity, (value, meter) in self.used.items():
            home.used(quantity, *self.period, value, **meter)
        return home.bill(*self.period)


# Spain, an issued invoice of a distributor, 2010: 7.7 kW and 1,279 kWh in March and April.
DISTRIBUTOR = [
    {"kind": "attribute", "code": "power", "attribute": "power_kw", "unit": "kW",
     "price": "16.63313", "vat": "16"},
    {"kind": "unit", "code": "energy", "quantity": "energy", "unit": "kWh",
     "price": "0.057969", "vat": "16"},
    {"kind": "fixed", "code": "rent", "price": "6.26", "per": "period", "vat": "16"},
]  # fmt: skip
# The invoice prints 21.3458 for the power: 7.7 x 16.63313 x 2 / 12 is 21.34585, so its printed
# price is itself rounded, and the last place does not follow from it.
DISTRIBUTOR_PRINTS = "21.3458"
DISTRIBUTOR_CASE = Case(
    name="distributor",
    components=DISTRIBUTOR,
    period=(date(2010, 3, 1), date(2010, 5, 1)),
    used={"energy": ("1279", {})},
    nets={"power": "21.3459", "energy": "74.1424", "rent": "6.26"},
    sums=("101.75", "16.28", "118.03"),
    more={"billing": {"line_precision": "four_decimals", "months_per_bill": 2}},
    home={"attributes": {"power_kw": "7.7"}},
)

# Spain, 2026: fixed charges, energy, the share that finances the social discount, the discount
# itself, the tax on electricity on what is left and at least 0.001 EUR a kWh, rent outside of it.
SOCIAL = [
    {"kind": "fixed", "code": "fixed", "price": "8.94", "vat": "10"},
    {"kind": "unit", "code": "energy", "quantity": "energy", "unit": "kWh",
     "price": "0.21475113", "vat": "10"},
    {"kind": "fixed", "code": "financing", "price": "0.57", "vat": "10", "book": "levy"},
    {"kind": "fixed", "code": "social", "price": "-12.81", "vat": "10", "book": "subsidy",
     "classes": ["vulnerable"]},
    {"kind": "percentage", "code": "iee", "percent": "5.11269632", "vat": "10", "book": "levy",
     "of": ["fixed", "energy", "financing", "social"],
     "floor_quantity": "energy", "floor_price": "0.001"},
    {"kind": "fixed", "code": "meter", "price": "0.83", "vat": "10"},
]  # fmt: skip
SOCIAL_CASE = Case(
    name="social discount",
    components=SOCIAL,
    period=(date(2026, 5, 1), date(2026, 6, 1)),
    used={"energy": ("221", {})},
    nets={"fixed": "8.94", "energy": "47.46", "financing": "0.57", "social": "-12.81",
          "iee": "2.26", "meter": "0.83"},
    sums=("47.25", "4.73", "51.98"),
    home={"contract_class": "vulnerable"},
)  # fmt: skip

WATER = [
    {"kind": "fixed", "code": "quota", "per": "period", "by": "meter_size", "vat": "10",
     "sizes": [{"size": "13", "price": "6.21"}, {"size": "15", "price": "9.31"}]},
    {"kind": "blocks", "code": "use", "quantity": "water", "unit": "m3", "vat": "10",
     "blocks": [{"start": "0", "up_to": "18", "price": "0.35"},
                {"start": "18", "up_to": "30", "price": "0.70"},
                {"start": "30", "up_to": "48", "price": "1.10"},
                {"start": "48", "price": "1.50"}]},
]  # fmt: skip
# What was used, the lines, net, tax and total.
MENGIBAR = {
    "0": ("0.00", ("9.31", "0.93", "10.24")),
    "18": ("6.30", ("15.61", "1.56", "17.17")),
    "19": ("6.30 + 0.70", ("16.31", "1.63", "17.94")),
    "30": ("6.30 + 8.40", ("24.01", "2.40", "26.41")),
    "45": ("6.30 + 8.40 + 16.50", ("40.51", "4.05", "44.56")),
    "48": ("6.30 + 8.40 + 19.80", ("43.81", "4.38", "48.19")),
    "60": ("6.30 + 8.40 + 19.80 + 18.00", ("61.81", "6.18", "67.99")),
}
WATER_CASES = [
    Case(
        name=f"Mengíbar {used} m³",
        components=WATER,
        period=(date(2026, 4, 1), date(2026, 7, 1)),
        used={"water": (used, {"unit": "m3", "size": "15"})},
        nets={"quota": "9.31", "use": lines},
        sums=sums,
        more={"billing": {"months_per_bill": 3}},
    )
    for used, (lines, sums) in MENGIBAR.items()
]

HEAT = [
    {"kind": "attribute", "code": "heating_base", "attribute": "heated_m3", "unit": "lm3",
     "price": "281.30", "vat": "5"},
    {"kind": "unit", "code": "heating", "quantity": "heat", "unit": "GJ", "price": "2829.30",
     "vat": "5"},
    {"kind": "unit", "code": "hot_water", "quantity": "hot_water", "unit": "m3",
     "price": "126.40", "vat": "5"},
    {"kind": "derived", "code": "water_heat", "source": "hot_water", "factor": "0.23",
     "unit": "GJ", "price": "2829.30", "vat": "5"},
]  # fmt: skip
# Volume, heat, hot water; the lines; net, tax and total; what is paid in coins.
SZOLNOK = [
    ("130", "4.215", "3.5", ["3047", "11925", "442", "2278"], ("17692", "885", "18577"), "18575"),
    ("145", "0", "4", ["3399", "0", "506", "2603"], ("6508", "325", "6833"), "6835"),
]
HEAT_CASES = [
    Case(
        name=f"Szolnok {volume} lm³",
        components=HEAT,
        period=(date(2026, 1, 1), date(2026, 2, 1)),
        used={"heat": (heat, {"unit": "GJ"}), "hot_water": (water, {"unit": "m3"})},
        nets=dict(zip(("heating_base", "heating", "hot_water", "water_heat"), lines, strict=True)),
        sums=sums,
        more={"country": "HU", "currency": "HUF", "zone": "Europe/Budapest"},
        home={"attributes": {"heated_m3": volume}},
    )
    for volume, heat, water, lines, sums, _cash in SZOLNOK
]

# Great Britain: m³ x 1.02264 x calorific value / 3.6, here 39.5 MJ/m³; then 5 % VAT.
GAS = [
    {"kind": "unit", "code": "gas", "quantity": "gas_kwh", "unit": "kWh", "price": "0.06",
     "vat": "5"},
]  # fmt: skip
GAS_FACTOR = Decimal("1.02264") * Decimal("39.5") / Decimal("3.6")
GAS_KWH = "1122.06"


class ConvertedCase(Case):
    """
    A case whose utility bills cubic metres as kilowatt-hours.
    """

    def file(self, *components: Component) -> Any:
        from mains.tenancy.tenantfile import parse

        content = super().file(*components).model_dump(mode="json", exclude_none=True)
        content["services"][0]["conversions"] = [
            {"quantity": "gas", "unit": "m3", "to": "gas_kwh", "to_unit": "kWh", "decimals": 2,
             "factors": [{"start_date": "2009-01-01", "factor": f"{GAS_FACTOR:.12f}"}]}
        ]  # fmt: skip
        return parse(content, source="test")


GAS_CASE = ConvertedCase(
    name="British gas",
    components=GAS,
    period=(date(2026, 1, 1), date(2026, 2, 1)),
    used={"gas": ("100", {"unit": "m3"})},
    nets={"gas": "67.32"},
    sums=("67.32", "3.37", "70.69"),
    more={"country": "GB", "zone": "Europe/London"},
)

CASES = [DISTRIBUTOR_CASE, SOCIAL_CASE, *WATER_CASES, *HEAT_CASES, GAS_CASE]

# Net and gross prices as Hungarian operators publish them, at 5 % VAT.
GROSS_PRICES = {
    "281.30": "295.37", "2829.30": "2970.77", "126.40": "132.72", "8816": "9256.80",
    "163.59": "171.77", "363.66": "381.84", "2799.06": "2939.01", "600.04": "630.04",
    "275.64": "289.42", "356.16": "373.97", "300.96": "316.01",
}  # fmt: skip
# Published so; 667.32 x 1.05 is 700.686, which no rounding makes 700.68 but cutting off. So VAT
# is added to what a bill comes to, never to a price.
CONTRADICTORY = ("667.32", "700.68")
NOT_CUT_OFF = "700.69"


def gross_case(net: str, gross: str, *, month: int = 1) -> Case:
    """
    Return a bill of one unit at a price, in euros for the sake of the cents.
    """
    tax = f"{Decimal(gross) - Decimal(net):.2f}"
    after = date(2026 + month // 12, month % 12 + 1, 1)
    return Case(
        name=f"one unit at {net}",
        components=[{"kind": "unit", "code": "heat", "quantity": "heat", "unit": "GJ",
                     "price": net, "vat": "5"}],
        period=(date(2026, month, 1), after),
        used={"heat": ("1", {"unit": "GJ"})},
        nets={"heat": f"{Decimal(net):.2f}"},
        sums=(f"{Decimal(net):.2f}", tax, gross),
    )  # fmt: skip


GROSS_CASES = [
    gross_case(net, gross, month=month)
    for month, (net, gross) in enumerate(
        [*GROSS_PRICES.items(), (CONTRADICTORY[0], NOT_CUT_OFF)], start=1
    )
]
