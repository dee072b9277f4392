"""
Published tariffs and bills, entered as a provider would, through a real bill run, to the cent.

Sources: gisce/switching F1_exemple.xml (an issued distributor's invoice); CNMC's simulator as
reported by luzfija.es; somajasa.es, Mengíbar; szolnok.mvmtavho.hu. Each case is typed here from
there; `test_the_published_file_says_the_same` compares it with the list of published cases.
"""

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from tests.journeys.tariffs import world

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "tariffs" / "worked_cases.json"
pytestmark = pytest.mark.usefixtures("unblocked")


def published(case_id: str) -> dict:
    if not PUBLISHED.exists():
        pytest.skip("the published cases are not beside this copy of the project")
    cases = json.loads(PUBLISHED.read_text(encoding="utf-8"))["cases"]
    return next(case for case in cases if case["id"] == case_id)["expected"]


# Spain, an issued invoice of a distributor, 2010: 7.7 kW and 1,279 kWh in March and April.
DISTRIBUTOR = [
    {"kind": "attribute", "code": "power", "attribute": "power_kw", "unit": "kW",
     "price": "16.63313", "vat": "16"},
    {"kind": "unit", "code": "energy", "quantity": "energy", "unit": "kWh",
     "price": "0.057969", "vat": "16"},
    {"kind": "fixed", "code": "rent", "price": "6.26", "per": "period", "vat": "16"},
]  # fmt: skip


class TestDistributor:
    def bill(self) -> dict:
        file = world.file_of(
            *DISTRIBUTOR, billing={"line_precision": "four_decimals", "months_per_bill": 2}
        )
        with world.opened(file, attributes={"power_kw": "7.7"}) as home:
            home.used("energy", date(2010, 3, 1), date(2010, 5, 1), "1279")
            return home.bill(date(2010, 3, 1), date(2010, 5, 1))

    def test_to_the_cent(self):
        facts = self.bill()
        # The invoice prints 21.3458 for the power: 7.7 x 16.63313 x 2 / 12 is 21.34585, so its
        # printed price is itself rounded, and the last place does not follow from it.
        assert world.nets(facts) == {"power": "21.3459", "energy": "74.1424", "rent": "6.26"}
        assert world.sums(facts) == ("101.75", "16.28", "118.03")

    def test_the_published_file_says_the_same(self):
        expected = published("es-f1-atr-2010-10005604")
        facts = self.bill()
        assert world.sums(facts) == (expected["taxable"], expected["vat"], expected["total"])
        lines = world.nets(facts)
        assert lines["energy"] == expected["energy"]
        # The one figure of the file that contradicts its own formula.
        assert Decimal(lines["power"]) - Decimal(expected["power"]) == Decimal("0.0001")


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


class TestSocialDiscount:
    def bill(self, contract_class: str = "vulnerable", used: str = "221") -> dict:
        with world.opened(world.file_of(*SOCIAL), contract_class=contract_class) as home:
            home.used("energy", date(2026, 5, 1), date(2026, 6, 1), used)
            return home.bill(date(2026, 5, 1), date(2026, 6, 1))

    def test_to_the_cent(self):
        facts = self.bill()
        assert world.nets(facts) == {
            "fixed": "8.94", "energy": "47.46", "financing": "0.57", "social": "-12.81",
            "iee": "2.26", "meter": "0.83",
        }  # fmt: skip
        assert world.sums(facts) == ("47.25", "4.73", "51.98")
        iee = next(line for line in facts["lines"] if line["code"] == "iee")
        assert iee["quantity"] == "44.16"

    def test_the_published_file_says_the_same(self):
        expected = published("es-cnmc-2026-221kWh-bono-social")
        facts = self.bill()
        lines = world.nets(facts)
        discounted = [Decimal(lines[code]) for code in ("fixed", "energy", "financing", "social")]
        assert str(sum(discounted[:3])) == expected["subtotal"]
        assert str(sum(discounted)) == expected["iee_base"]
        assert (lines["iee"], facts["net"]) == (expected["iee"], expected["vat_base"])

    def test_only_the_class_that_has_it_gets_the_discount(self):
        assert "social" not in world.nets(self.bill("home"))

    def test_the_tax_has_a_least_amount_for_each_unit(self):
        facts = self.bill(used="0")
        # 8.94 + 0.57 - 12.81 is below zero: at least 0.001 for each of no kWh.
        assert world.nets(facts)["iee"] == "0.00"


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
MENGIBAR = [
    ("0", ["0.00"], ("9.31", "0.93", "10.24")),
    ("18", ["6.30"], ("15.61", "1.56", "17.17")),
    ("19", ["6.30", "0.70"], ("16.31", "1.63", "17.94")),
    ("30", ["6.30", "8.40"], ("24.01", "2.40", "26.41")),
    ("45", ["6.30", "8.40", "16.50"], ("40.51", "4.05", "44.56")),
    ("48", ["6.30", "8.40", "19.80"], ("43.81", "4.38", "48.19")),
    ("60", ["6.30", "8.40", "19.80", "18.00"], ("61.81", "6.18", "67.99")),
]


class TestMengibar:
    @pytest.mark.parametrize(("used", "lines", "expected"), MENGIBAR)
    def test_to_the_cent(self, used, lines, expected):
        with world.opened(world.file_of(*WATER, billing={"months_per_bill": 3})) as home:
            home.used("water", date(2026, 4, 1), date(2026, 7, 1), used, unit="m3", size="15")
            facts = home.bill(date(2026, 4, 1), date(2026, 7, 1))
        assert world.nets(facts) == {"quota": "9.31", "use": " + ".join(lines)}
        assert world.sums(facts) == expected

    @pytest.mark.parametrize("used", ["0", "18", "30", "48"])
    def test_the_published_file_says_the_same(self, used):
        expected = published(f"es-water-mengibar-{used}m3-15mm")
        mine = next(case for case in MENGIBAR if case[0] == used)
        assert [line[2] for line in expected["lines"]] == mine[1]
        assert (expected["net"], expected["vat"], expected["total"]) == mine[2]


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
SZOLNOK = [
    ("130", "4.215", "3.5", ["3047", "11925", "442", "2278"], ("17692", "885", "18577"), "18575"),
    ("145", "0", "4", ["3399", "0", "506", "2603"], ("6508", "325", "6833"), "6835"),
]


class TestSzolnok:
    @pytest.mark.parametrize(("volume", "heat", "water", "lines", "expected", "cash"), SZOLNOK)
    def test_to_the_forint(self, volume, heat, water, lines, expected, cash):
        from mains.billing.rules.totals import CashRounding, cash_amount
        from mains.core.money import Money

        file = world.file_of(*HEAT, country="HU", currency="HUF", zone="Europe/Budapest")
        with world.opened(file, attributes={"heated_m3": volume}) as home:
            home.used("heat", date(2026, 1, 1), date(2026, 2, 1), heat, unit="GJ")
            home.used("hot_water", date(2026, 1, 1), date(2026, 2, 1), water, unit="m3")
            facts = home.bill(date(2026, 1, 1), date(2026, 2, 1))
        assert list(world.nets(facts).values()) == lines
        assert world.sums(facts) == expected
        total = Money(int(facts["total"]), "HUF")
        assert cash_amount(total, policy=CashRounding.HUF_5).minor == int(cash)

    @pytest.mark.parametrize("position", [0, 1])
    def test_the_published_file_says_the_same(self, position):
        volume, heat, water, lines, expected, cash = SZOLNOK[position]
        found = published(f"hu-szolnok-tavho-{volume}lm3-{heat}GJ-{water}vm3")
        names = ("heating_base_monthly", "heating_energy", "hmv_base", "hmv_heat")
        assert [found[name] for name in names] == lines
        assert (found["net"], found["vat5"], found["gross"]) == expected
        assert str(found["cash_payable_rounded_to_5"]) == cash


# Net and gross prices as Hungarian operators publish them, at 5 % VAT.
GROSS_PRICES = {
    "281.30": "295.37", "2829.30": "2970.77", "126.40": "132.72", "8816": "9256.80",
    "163.59": "171.77", "363.66": "381.84", "2799.06": "2939.01", "600.04": "630.04",
    "275.64": "289.42", "356.16": "373.97", "300.96": "316.01",
}  # fmt: skip
# Published so; 667.32 x 1.05 is 700.686, which no rounding makes 700.68 but cutting off. So VAT
# is added to what a bill comes to, never to a price.
CONTRADICTORY = ("667.32", "700.68")


class TestGrossPrices:
    @pytest.mark.parametrize(("net", "gross"), [*GROSS_PRICES.items(), CONTRADICTORY])
    def test_one_unit_costs_what_is_published(self, net, gross):
        """
        Bill one unit at each price, in euros for the sake of the cents.
        """
        heat = {"kind": "unit", "code": "heat", "quantity": "heat", "unit": "GJ",
                "price": net, "vat": "5"}  # fmt: skip
        with world.opened(world.file_of(heat)) as home:
            home.used("heat", date(2026, 1, 1), date(2026, 2, 1), "1", unit="GJ")
            facts = home.bill(date(2026, 1, 1), date(2026, 2, 1))
        if (net, gross) == CONTRADICTORY:
            assert Decimal(facts["total"]) == Decimal("700.69")
            cut_off = (Decimal(net) * Decimal("1.05")).quantize(Decimal("0.01"), "ROUND_DOWN")
            assert str(cut_off) == gross
        else:
            assert Decimal(facts["total"]) == Decimal(gross)

    def test_the_published_file_says_the_same(self):
        assert published("hu-published-gross-unit-prices") == GROSS_PRICES | dict([CONTRADICTORY])


# Great Britain: m³ x 1.02264 x calorific value / 3.6, here 39.5 MJ/m³; then 5 % VAT.
GAS = {"kind": "unit", "code": "gas", "quantity": "gas_kwh", "unit": "kWh", "price": "0.06",
       "vat": "5"}  # fmt: skip
FACTOR = Decimal("1.02264") * Decimal("39.5") / Decimal("3.6")


class TestGas:
    def used(self) -> dict:
        file = world.file_of(GAS, country="GB", zone="Europe/London")
        content = file.model_dump(mode="json", exclude_none=True)
        content["services"][0]["conversions"] = [
            {"quantity": "gas", "unit": "m3", "to": "gas_kwh", "to_unit": "kWh", "decimals": 2,
             "factors": [{"start_date": "2009-01-01", "factor": f"{FACTOR:.12f}"}]}
        ]  # fmt: skip
        from mains.tenancy.tenantfile import parse

        with world.opened(parse(content, source="test")) as home:
            home.used("gas", date(2026, 1, 1), date(2026, 2, 1), "100", unit="m3")
            return home.bill(date(2026, 1, 1), date(2026, 2, 1))

    def test_to_the_hundredth_of_a_unit(self):
        facts = self.used()
        (line,) = facts["lines"]
        assert (line["quantity"], line["net"]) == ("1122.06", "67.32")
        assert world.sums(facts) == ("67.32", "3.37", "70.69")

    def test_the_published_file_says_the_same(self):
        expected = published("uk-gas-m3-to-kwh")
        (line,) = self.used()["lines"]
        assert line["quantity"] == expected["kwh_2dp"]
        exact = (FACTOR * 100).quantize(Decimal("0.000001"), ROUND_HALF_UP)
        assert exact == Decimal(expected["kwh_exact"]).quantize(Decimal("0.000001"))


def test_every_published_case_is_here():
    """
    Name the published cases, so that a new one does not go by unseen.
    """
    if not PUBLISHED.exists():
        pytest.skip("the published cases are not beside this copy of the project")
    cases = json.loads(PUBLISHED.read_text(encoding="utf-8"))["cases"]
    found = {case["id"] for case in cases}
    water = {f"es-water-mengibar-{used}m3-15mm" for used in ("0", "18", "30", "48")}
    heat = {f"hu-szolnok-tavho-{one[0]}lm3-{one[1]}GJ-{one[2]}vm3" for one in SZOLNOK}
    others = {
        "es-f1-atr-2010-10005604", "es-pvpc-2020-02-18_GEN_4.6kW_IVA",
        "es-cnmc-2026-221kWh-bono-social", "hu-published-gross-unit-prices", "uk-gas-m3-to-kwh",
    }  # fmt: skip
    assert found == water | heat | others
