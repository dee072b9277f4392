"""
Published tariffs and bills, entered in the tenant file, through a real bill run, to the cent.

The cases are in `published`; here they are compared with the list of published cases too.
"""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from tests.journeys.tariffs import published, world

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "tariffs" / "worked_cases.json"
pytestmark = pytest.mark.usefixtures("unblocked")


def listed() -> dict[str, dict]:
    if not PUBLISHED.exists():
        pytest.skip("the published cases are not beside this copy of the project")
    cases = json.loads(PUBLISHED.read_text(encoding="utf-8"))["cases"]
    return {case["id"]: case["expected"] for case in cases}


@pytest.mark.parametrize("case", published.CASES, ids=lambda case: case.name)
def test_to_the_cent(case):
    with world.opened(case.file(), **case.home) as home:
        facts = case.bill(home)
    assert world.nets(facts) == case.nets
    assert world.sums(facts) == case.sums


@pytest.mark.parametrize("case", published.GROSS_CASES, ids=lambda case: case.name)
def test_one_unit_costs_what_is_published(case):
    with world.opened(case.file()) as home:
        assert world.sums(case.bill(home)) == case.sums


class TestSocialDiscount:
    def bill(self, contract_class: str = "vulnerable", used: str = "221") -> dict:
        case = published.SOCIAL_CASE
        with world.opened(case.file(), contract_class=contract_class) as home:
            home.used("energy", *case.period, used)
            return home.bill(*case.period)

    def test_the_tax_is_on_what_the_discount_leaves(self):
        iee = next(line for line in self.bill()["lines"] if line["code"] == "iee")
        assert iee["quantity"] == "44.16"

    def test_only_the_class_that_has_it_gets_the_discount(self):
        assert "social" not in world.nets(self.bill("home"))

    def test_the_tax_has_a_least_amount_for_each_unit(self):
        # 8.94 + 0.57 - 12.81 is below zero: at least 0.001 for each of no kWh.
        assert world.nets(self.bill(used="0"))["iee"] == "0.00"


@pytest.mark.parametrize("position", [0, 1])
def test_in_coins_szolnok_is_paid_to_the_nearest_five_forint(position):
    from mains.billing.rules.totals import CashRounding, cash_amount
    from mains.core.money import Money

    *_, sums, cash = published.SZOLNOK[position]
    total = Money(int(sums[2]), "HUF")
    assert cash_amount(total, policy=CashRounding.HUF_5).minor == int(cash)


class TestThePublishedListSaysTheSame:
    """
    Each literal figure of `published` stands in the list as well.
    """

    def test_of_the_distributor_but_for_what_contradicts_its_own_formula(self):
        expected, case = listed()["es-f1-atr-2010-10005604"], published.DISTRIBUTOR_CASE
        assert case.sums == (expected["taxable"], expected["vat"], expected["total"])
        assert case.nets["energy"] == expected["energy"]
        assert expected["power"] == published.DISTRIBUTOR_PRINTS
        assert Decimal(case.nets["power"]) - Decimal(expected["power"]) == Decimal("0.0001")

    def test_of_the_social_discount(self):
        expected, case = listed()["es-cnmc-2026-221kWh-bono-social"], published.SOCIAL_CASE
        codes = ("fixed", "energy", "financing", "social")
        discounted = [Decimal(case.nets[code]) for code in codes]
        assert str(sum(discounted[:3])) == expected["subtotal"]
        assert str(sum(discounted)) == expected["iee_base"]
        assert (case.nets["iee"], case.sums[0]) == (expected["iee"], expected["vat_base"])

    @pytest.mark.parametrize("used", ["0", "18", "30", "48"])
    def test_of_mengibar(self, used):
        expected = listed()[f"es-water-mengibar-{used}m3-15mm"]
        lines, sums = published.MENGIBAR[used]
        assert " + ".join(line[2] for line in expected["lines"]) == lines
        assert (expected["net"], expected["vat"], expected["total"]) == sums

    @pytest.mark.parametrize("position", [0, 1])
    def test_of_szolnok(self, position):
        volume, heat, water, lines, sums, cash = published.SZOLNOK[position]
        found = listed()[f"hu-szolnok-tavho-{volume}lm3-{heat}GJ-{water}vm3"]
        names = ("heating_base_monthly", "heating_energy", "hmv_base", "hmv_heat")
        assert [found[name] for name in names] == lines
        assert (found["net"], found["vat5"], found["gross"]) == sums
        assert str(found["cash_payable_rounded_to_5"]) == cash

    def test_of_gross_prices_but_for_one_that_was_cut_off(self):
        contradictory = dict([published.CONTRADICTORY])
        expected = listed()["hu-published-gross-unit-prices"]
        assert expected == published.GROSS_PRICES | contradictory
        net, gross = published.CONTRADICTORY
        exact = Decimal(net) * Decimal("1.05")
        assert str(exact.quantize(Decimal("0.01"), "ROUND_DOWN")) == gross
        assert str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP)) == published.NOT_CUT_OFF

    def test_of_gas(self):
        expected = listed()["uk-gas-m3-to-kwh"]
        assert expected["kwh_2dp"] == published.GAS_KWH
        exact = (published.GAS_FACTOR * 100).quantize(Decimal("0.000001"), ROUND_HALF_UP)
        assert exact == Decimal(expected["kwh_exact"]).quantize(Decimal("0.000001"))

    def test_and_every_published_case_is_here(self):
        """
        Name the published cases, so that a new one does not go by unseen.
        """
        water = {f"es-water-mengibar-{used}m3-15mm" for used in ("0", "18", "30", "48")}
        heat = {f"hu-szolnok-tavho-{one[0]}lm3-{one[1]}GJ-{one[2]}vm3" for one in published.SZOLNOK}
        others = {
            "es-f1-atr-2010-10005604", "es-pvpc-2020-02-18_GEN_4.6kW_IVA",
            "es-cnmc-2026-221kWh-bono-social", "hu-published-gross-unit-prices",
            "uk-gas-m3-to-kwh",
        }  # fmt: skip
        assert listed().keys() == water | heat | others


def test_gas_is_billed_in_kilowatt_hours_to_the_hundredth():
    case = published.GAS_CASE
    with world.opened(case.file()) as home:
        (line,) = case.bill(home)["lines"]
    assert line["quantity"] == published.GAS_KWH
