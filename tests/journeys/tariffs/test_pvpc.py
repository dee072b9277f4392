"""
Spain's regulated hourly price (PVPC), a real month of 720 hours: 77.08 EUR.

A unit test of hourly prices that needs no file is in tests/unit/tariffs/test_kinds.py, and a month
of made-up hours is billed here.
"""

import pytest
from tests.journeys.tariffs import pvpc, world

pytestmark = pytest.mark.usefixtures("unblocked")


def utility():
    return world.opened(pvpc.file(), **pvpc.HOME)


def test_a_real_month_to_the_cent():
    with utility() as home:
        facts = pvpc.bill_real_month(home)
    assert world.nets(facts) == pvpc.REAL_NETS
    assert world.sums(facts) == pvpc.REAL_SUMS
    measured = facts["contracts"][0]["measured"]
    # Published as 472.93.
    assert [(one["meter"], one["used"]) for one in measured] == [("M-energy", "472.931")]


class TestMadeUpHours:
    def test_are_billed_hour_by_hour(self, tmp_path):
        with utility() as home:
            facts = pvpc.bill_made_up_month(home, tmp_path)
        lines = world.nets(facts)
        # 30 x (8 x 0.05 + 16 x 0.10); 720 x 0.044027.
        assert (lines["energy"], lines["toll"]) == ("60.00", "31.70")
        energy = next(line for line in facts["lines"] if line["code"] == "energy")
        assert (energy["quantity"], energy["unit_price"]) == ("720", "0.08333333")

    def test_control_a_day_without_prices_holds_the_bill(self, tmp_path):
        refused = pytest.raises(AssertionError, match=r"NOT_RATABLE.*`pvpc`.*2020-03-18")
        with utility() as home, refused:
            pvpc.bill_made_up_month(home, tmp_path, lost_price=True)
