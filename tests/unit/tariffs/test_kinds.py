"""Each kind of component by itself, with figures counted by hand."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period
from mains.core.money import Money
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds import ComponentWrong
from mains.tariffs.rules.lines import (
    PricesMissing,
    QuantityMissing,
    RatedLine,
    RatingInput,
)
from mains.tariffs.rules.rating import compile_tariff, explain, rate

D = Decimal
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
COMMON = {"label": "line", "service": "power", "vat": "21", "unit": "kWh"}


def rated(*rows: dict[str, Any], months: str = "1", period: Period = MARCH, **more: Any) -> list:
    components = read_components([{**COMMON, "code": f"c{n}", **row} for n, row in enumerate(rows)])
    given_ = RatingInput(period=period, months=D(months), **more)
    lines = rate(compile_tariff(components, currency="EUR"), given_)
    assert all(explain(line).holds for line in lines)
    return list(lines)


def nets(lines: list[RatedLine]) -> list[tuple[str, str]]:
    return [(line.code, line.net.as_text()) for line in lines]


UNIT = {"kind": "unit", "quantity": "kwh", "price": "0.20"}


class TestFixed:
    def test_by_the_year_a_day_is_a_365th_and_in_leap_years_a_366th(self):
        row = {"kind": "fixed", "price": "9.72", "per": "year"}
        leap = Period(date(2020, 2, 18), date(2020, 3, 19))
        assert nets(rated(row, period=leap)) == [("c0", "0.80")]
        common = Period(date(2026, 1, 1), date(2027, 1, 1))
        assert nets(rated(row, period=common)) == [("c0", "9.72")]

    def test_once_for_each_dwelling(self):
        row = {"kind": "fixed", "price": "2.50", "each": "dwellings"}
        (line,) = rated(row, months="3", attributes={"dwellings": D(12)})
        assert (line.quantity, line.times, line.net) == (D(3), D(12), Money(9000, "EUR"))

    def test_part_of_a_period_costs_its_days(self):
        row = {"kind": "fixed", "price": "31", "per": "period"}
        part = Period(MARCH.start, MARCH.start + timedelta(days=10))
        assert nets(rated(row, period=part, whole=MARCH)) == [("c0", "10.00")]

    def test_a_size_has_one_price(self):
        sizes = [{"size": "15", "price": "1"}, {"size": "15", "price": "2"}]
        with pytest.raises(ComponentWrong, match="two prices for one size"):
            rated({"kind": "fixed", "by": "size", "sizes": sizes})


def blocks(**more: Any) -> dict[str, Any]:
    return {
        "kind": "blocks",
        "quantity": "kwh",
        "blocks": [{"up_to": "100", "price": "0.10"}, {"up_to": None, "price": "0.30"}],
        **more,
    }


class TestBlocks:
    def test_bounds_for_each_person(self):
        lines = rated(blocks(each="persons"), quantities={"kwh": D(350)},
                      attributes={"persons": D(3)})  # fmt: skip
        assert [line.quantity for line in lines] == [D(300), D(50)]

    def test_a_yearly_allowance_goes_on_where_the_last_bill_stopped(self):
        def used(before: str, now: str) -> list[Decimal]:
            lines = rated(blocks(bounds_per="year"), quantities={"kwh": D(now)},
                          earlier={"kwh": D(before)})  # fmt: skip
            return [(line.quantity, line.unit_price) for line in lines]

        assert used("0", "60") == [(D(60), D("0.10"))]
        assert used("60", "60") == [(D(40), D("0.10")), (D(20), D("0.30"))]
        assert used("100", "60") == [(D(60), D("0.30"))]
        assert used("400", "60") == [(D(60), D("0.30"))]
        assert used("100", "0") == [(D(0), D("0.30"))]

    def test_a_year_of_bills_adds_up_to_one_yearly_bill(self):
        months = [D(n) for n in (30, 0, 44, 26, 10, 5, 0, 77, 1, 90, 3, 8)]
        once = rated(blocks(bounds_per="year"), quantities={"kwh": sum(months)})
        exact, before = D(0), D(0)
        for used in months:
            lines = rated(blocks(bounds_per="year"), quantities={"kwh": used},
                          earlier={"kwh": before})  # fmt: skip
            exact += sum(line.exact for line in lines)
            before += used
        assert exact == sum(line.exact for line in once)

    def test_the_share_of_a_yearly_allowance_by_days(self):
        lines = rated(blocks(bounds_per="year_days"), quantities={"kwh": D(20)})
        # 100 x 31 / 365.
        assert [line.quantity for line in lines] == [D("8.493151"), D("11.506849")]

    def test_all_at_the_price_of_the_block_that_is_reached(self):
        whole = blocks(mode="whole")
        assert nets(rated(whole, quantities={"kwh": D(100)})) == [("c0", "10.00")]
        assert nets(rated(whole, quantities={"kwh": D(101)})) == [("c0", "30.30")]

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ([{"start": "0", "up_to": "18", "price": "1"}, {"start": "20", "up_to": None,
              "price": "2"}], r"c0\.blocks\[1\] leaves a gap: it starts at 20, not at 18"),
            ([{"start": "0", "up_to": "18", "price": "1"}, {"start": "17", "up_to": None,
              "price": "2"}], r"c0\.blocks\[1\] overlaps the block before: it starts at 17"),
            ([{"up_to": "18", "price": "1"}, {"up_to": "18", "price": "3"},
              {"up_to": None, "price": "2"}], r"c0\.blocks\[1\] is never reached: it ends at 18"),
            ([{"up_to": "18", "price": "1"}], r"c0\.blocks\[0\] needs no bound"),
            ([{"up_to": None, "price": "1"}, {"up_to": None, "price": "2"}],
             r"c0\.blocks\[0\] needs a bound"),
        ],
    )  # fmt: skip
    def test_a_table_with_a_mistake_is_refused_with_its_place(self, rows, message):
        with pytest.raises(ComponentWrong, match=message):
            rated({"kind": "blocks", "quantity": "kwh", "blocks": rows})

    @given(st.decimals(0, 10_000, places=3), st.decimals(0, 100, places=3))
    def test_more_use_never_costs_less(self, used: Decimal, more: Decimal) -> None:
        rows = blocks(blocks=[{"up_to": "10", "price": "0.5"}, {"up_to": "99", "price": "0.2"},
                              {"up_to": None, "price": "0.9"}])  # fmt: skip
        cost = [
            sum(line.exact for line in rated(rows, quantities={"kwh": quantity}))
            for quantity in (used, used + more)
        ]
        assert cost[0] <= cost[1]
        if more:
            assert cost[0] < cost[1]


class TestTimeOfUse:
    ROW = {
        "kind": "time_of_use",
        "quantity": "kwh",
        "calendar": "td20",
        "prices": [{"period": "P1", "price": "0.20"}, {"period": "P2", "price": "0.05"}],
    }

    def test_each_period_at_its_price(self):
        lines = rated(self.ROW, quantities={"kwh@td20.P1": D(100), "kwh@td20.P2": D(40)})
        assert nets(lines) == [("c0.P1", "20.00"), ("c0.P2", "2.00")]

    def test_a_period_that_was_not_measured_is_named(self):
        with pytest.raises(QuantityMissing, match=r"kwh@td20\.P2"):
            rated(self.ROW, quantities={"kwh@td20.P1": D(1)})


class TestHourly:
    ROW = {"kind": "hourly", "quantity": "kwh", "index": "spot", "factor": "1.1", "extra": "0.01"}
    DAY = Period(MARCH.start, MARCH.start + timedelta(days=1))

    def used(self, values: list[str], prices: list[str]) -> list[RatedLine]:
        return rated(
            self.ROW,
            period=self.DAY,
            intervals={"kwh": {MARCH.start: [D(value) for value in values]}},
            prices={"spot": {MARCH.start: [D(price) for price in prices]}},
        )

    def test_each_hour_at_its_price(self):
        (line,) = self.used(["1", "2"], ["0.10", "0.30"])
        # (1 x 0.10 + 2 x 0.30) x 1.1 + 3 x 0.01.
        assert (line.exact, line.quantity) == (D("0.80"), D(3))
        assert line.unit_price == D("0.26666667")

    def test_quarters_have_the_price_of_their_hour(self):
        (line,) = self.used(["1"] * 4 + ["2"] * 4, ["0.10", "0.30"])
        assert line.exact == D("0.4") * D("1.1") + D("2.4") * D("1.1") + D("0.12")

    def test_negative_prices_pay(self):
        (line,) = self.used(["10"], ["-0.05"])
        assert line.exact == D("-0.45")

    @pytest.mark.parametrize("prices", [[], ["0.10"], ["0.10"] * 3])
    def test_a_day_without_its_prices_is_named(self, prices):
        values = ["1"] * (2 if len(prices) != 1 else 0) or ["1", "1", "1"]
        if len(prices) == 1:
            prices = ["0.10", "0.20"]
        with pytest.raises(PricesMissing, match=r"`spot`.* 2026-03-01"):
            self.used(values, prices)

    def test_a_day_that_was_not_measured_is_named(self):
        with pytest.raises(QuantityMissing, match="2026-03-01"):
            rated(self.ROW, period=self.DAY, intervals={"kwh": {}}, prices={"spot": {}})


class TestDemand:
    ROW = {
        "kind": "demand",
        "measured": "kwh@peak",
        "contracted": "power_kw",
        "price": "3",
        "minimum_percent": "85",
        "excess_from_percent": "105",
        "excess_price": "6",
        "unit": "kW",
    }

    @pytest.mark.parametrize(
        ("peak", "expected"),
        [
            ("5", [("c0", "25.50")]),  # 85 % of 10 kW.
            ("9", [("c0", "27.00")]),
            ("10.5", [("c0", "31.50")]),
            ("12", [("c0", "36.00"), ("c0.excess", "9.00")]),  # 1.5 kW above 105 %.
        ],
    )
    def test_at_least_a_share_and_more_for_the_excess(self, peak, expected):
        lines = rated(self.ROW, quantities={"kwh@peak": D(peak)}, attributes={"power_kw": D(10)})
        assert nets(lines) == expected

    def test_the_highest_power_alone(self):
        row = {"kind": "demand", "measured": "kw", "price": "3"}
        assert nets(rated(row, months="2", quantities={"kw": D(4)})) == [("c0", "24.00")]

    def test_a_share_of_nothing_is_refused(self):
        with pytest.raises(ComponentWrong, match="contracted"):
            rated({"kind": "demand", "measured": "kw", "price": "3", "excess_price": "1"})


class TestPercentage:
    def test_of_named_lines_as_they_are_printed(self):
        lines = rated(
            {"kind": "fixed", "price": "15.51"},
            {**UNIT, "price": "0.0937426"},
            {"kind": "percentage", "of": ["c0", "c1"], "percent": "5.11269632"},
            {"kind": "fixed", "price": "0.80"},
            quantities={"kwh": D("472.93")},
        )
        assert nets(lines)[1:3] == [("c1", "44.33"), ("c2", "3.06")]
        assert lines[2].unit == "%"

    def test_of_all_lines_before_it(self):
        tenth = {"kind": "percentage", "percent": "10"}
        lines = rated({"kind": "fixed", "price": "10"}, UNIT, tenth, quantities={"kwh": D(50)})
        assert nets(lines)[2] == ("c2", "2.00")

    def test_at_least_a_price_for_each_unit(self):
        row = {"kind": "percentage", "percent": "0.5", "floor_quantity": "kwh",
               "floor_price": "0.001"}  # fmt: skip
        small = rated({"kind": "fixed", "price": "10"}, row, quantities={"kwh": D(221)})
        assert nets(small)[1] == ("c1", "0.22")
        large = rated({"kind": "fixed", "price": "100"}, row, quantities={"kwh": D(221)})
        assert nets(large)[1] == ("c1", "0.50")

    def test_below_zero_it_is_a_discount(self):
        lines = rated({"kind": "fixed", "price": "40"},
                      {"kind": "percentage", "percent": "-25"})  # fmt: skip
        assert nets(lines)[1] == ("c1", "-10.00")

    def test_for_the_first_units_only(self):
        row = {"kind": "percentage", "percent": "-50", "limit_quantity": "kwh",
               "limit_per_month": "100"}  # fmt: skip
        used = {"quantities": {"kwh": D(400)}}
        # 400 x 0.20 = 80.00; a quarter of it counts.
        assert nets(rated(UNIT, row, **used))[1] == ("c1", "-10.00")
        assert nets(rated(UNIT, row, months="4", **used))[1] == ("c1", "-40.00")

    def test_never_more_than_a_cap(self):
        row = {"kind": "percentage", "percent": "-25", "at_most": "4"}
        assert nets(rated({"kind": "fixed", "price": "40"}, row))[1] == ("c1", "-4.00")
        assert nets(rated({"kind": "fixed", "price": "12"}, row))[1] == ("c1", "-3.00")

    def test_rests_on_what_comes_before_it(self):
        with pytest.raises(ComponentWrong, match=r"components\[0\]: c0 rests on c1"):
            rated({"kind": "percentage", "of": ["c1"], "percent": "1"}, UNIT)

    @pytest.mark.parametrize("half", [{"floor_price": "1"}, {"limit_per_month": "1"}])
    def test_half_a_rule_is_refused(self, half):
        with pytest.raises(ComponentWrong, match="or neither"):
            rated(UNIT, {"kind": "percentage", "percent": "1", **half})


class TestBounds:
    LEAST = {"kind": "minimum", "per_month": "10"}
    MOST = {"kind": "maximum", "per_month": "50"}

    @pytest.mark.parametrize(
        ("used", "expected"),
        [
            ("20", [("c0", "4.00"), ("c1", "6.00")]),
            ("50", [("c0", "10.00")]),
            ("250", [("c0", "50.00")]),
            ("251", [("c0", "50.20"), ("c2", "-0.20")]),
        ],
    )
    def test_the_least_and_the_most(self, used, expected):
        assert nets(rated(UNIT, self.LEAST, self.MOST, quantities={"kwh": D(used)})) == expected

    def test_for_two_months_twice_as_much(self):
        assert nets(rated(UNIT, self.LEAST, months="2", quantities={"kwh": D(20)})) == [
            ("c0", "4.00"), ("c1", "16.00"),
        ]  # fmt: skip


class TestWhoIsCharged:
    def test_classes_zones_and_conditions(self):
        row = {"kind": "fixed", "price": "1", "classes": ["home"], "zones": ["north"],
               "when": ["electronic", "mandate"]}  # fmt: skip
        here = {"contract_class": "home", "zone": "north"}
        both = frozenset({"electronic", "mandate"})
        assert len(rated(row, attributes=here, conditions=both)) == 1
        assert rated(row, attributes=here, conditions=frozenset({"mandate"})) == []
        assert rated(row, attributes={**here, "zone": "south"}, conditions=both) == []
        assert rated(row, attributes={**here, "contract_class": "shop"}, conditions=both) == []

    def test_what_is_collected_for_others_has_a_book_of_its_own(self):
        lines = rated(UNIT, {**UNIT, "price": "0.01", "book": "levy"}, quantities={"kwh": D(1)})
        assert [line.book for line in lines] == ["sales", "levy"]
