"""
Every published case, typed into the console's forms field by field, and billed to the cent.

The tenant file is tried with the same cases in tests/journeys/tariffs. What belongs to the utility
and not to its tariff, such as the conversion of gas, the index of hourly prices and the months of a
bill, is in its file; each component is typed.
"""

from datetime import date
from decimal import Decimal

import pytest
from tests.journeys.tariffs import published, pvpc, world
from tests.journeys.tariffs_console import desk

pytestmark = pytest.mark.usefixtures("unblocked")
PLACEHOLDER = {"kind": "fixed", "code": "old", "price": "1", "vat": "10"}


def entered(staff, components, start: date) -> desk.Draft:
    """
    Replace what the utility charges by components that are typed, from a day on, and publish them.
    """
    draft = desk.begun(staff)
    draft.type({"start_date": start.isoformat()}, do="remove-0")
    for component in components:
        draft.enter(world.named(component))
    assert draft.problems() == []
    assert desk.published(staff, draft)["Location"] == "/willow/tariffs/of/home/"
    desk.back_in()
    return draft


def billed(case: published.Case, components=None) -> dict:
    with desk.opened(case.file(PLACEHOLDER), **case.home) as (home, staff):
        entered(staff, components or case.components, case.period[0])
        return case.bill(home)


@pytest.mark.parametrize("case", published.CASES, ids=lambda case: case.name)
def test_to_the_cent(case):
    facts = billed(case)
    assert world.nets(facts) == case.nets
    assert world.sums(facts) == case.sums


def test_a_year_of_gross_prices_each_from_a_month_on():
    """
    Publish another price for each month, and bill one unit in each of them.
    """
    first = published.GROSS_CASES[0]
    with desk.opened(first.file(PLACEHOLDER)) as (home, staff):
        entered(staff, first.components, first.period[0])
        for case in published.GROSS_CASES[1:]:
            draft = desk.begun(staff)
            price = case.components[0]["price"]
            draft.type({"start_date": case.period[0].isoformat(), "c0-price": price})
            assert desk.published(staff, draft).status_code == 302
        desk.back_in()
        home.hang("heat", unit="GJ")
        home.read("heat", first.period[0], "100")
        found = {}
        for shown, case in enumerate(published.GROSS_CASES, start=101):
            home.read("heat", case.period[1], str(shown))
            found[case.name] = world.sums(home.bill(*case.period))
    assert found == {case.name: case.sums for case in published.GROSS_CASES}


class TestHourlyPrices:
    def test_a_real_month_to_the_cent(self):
        with desk.opened(pvpc.file(PLACEHOLDER), **pvpc.HOME) as (home, staff):
            entered(staff, pvpc.PVPC, pvpc.START)
            facts = pvpc.bill_real_month(home)
        assert world.nets(facts) == pvpc.REAL_NETS
        assert world.sums(facts) == pvpc.REAL_SUMS

    def test_made_up_hours(self, tmp_path):
        with desk.opened(pvpc.file(PLACEHOLDER), **pvpc.HOME) as (home, staff):
            entered(staff, pvpc.PVPC, pvpc.START)
            lines = world.nets(pvpc.bill_made_up_month(home, tmp_path))
        assert (lines["energy"], lines["toll"]) == ("60.00", "31.70")


def test_the_two_that_contradict_their_own_formula_are_billed_by_the_formula():
    power = published.DISTRIBUTOR_CASE.nets["power"]
    assert Decimal(power) - Decimal(published.DISTRIBUTOR_PRINTS) == Decimal("0.0001")
    net, cut_off = published.CONTRADICTORY
    gross = next(case for case in published.GROSS_CASES if case.components[0]["price"] == net)
    assert Decimal(gross.sums[2]) - Decimal(cut_off) == Decimal("0.01")


# A component of each tariff, and what is typed into it by mistake.
SLIPS = [
    (published.DISTRIBUTOR_CASE, 0, {"price": "16.83313"}),
    (published.SOCIAL_CASE, 4, {"percent": "5.21269632"}),
    (published.WATER_CASES[-1], 1, {"bounds_per": "month"}),
    (published.HEAT_CASES[0], 3, {"factor": "0.24"}),
    (published.GAS_CASE, 0, {"price": "0.061"}),
]


@pytest.mark.parametrize(("case", "position", "slip"), SLIPS, ids=[case.name for case, *_ in SLIPS])
def test_control_one_field_typed_otherwise_makes_another_total(case, position, slip):
    wrong = [dict(component) for component in case.components]
    wrong[position] |= slip
    assert world.sums(billed(case, wrong)) != case.sums


def test_control_a_field_that_the_form_lacks_is_noticed():
    case = published.GAS_CASE
    with desk.opened(case.file(PLACEHOLDER)) as (_home, staff):
        draft = desk.begun(staff)
        with pytest.raises(AssertionError, match=r"no field for .*colour"):
            draft.enter(world.named({**published.GAS[0], "colour": "red"}))
