"""Prices and taxes that change within a period: the parts add up to the whole."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.lines import RatingInput
from mains.tariffs.rules.parts import PricedPart, cut, inputs_of, months_in, rate_parts
from mains.tariffs.rules.prorating import part_of
from mains.tariffs.rules.rating import CompiledTariff, compile_tariff
from mains.tariffs.rules.taxes import (
    Category,
    NoTaxInForce,
    Tax,
    TaxVersion,
    category_of,
    changes,
    in_force,
    percent_of,
)

D = Decimal
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
COMMON = {"label": "line", "service": "water", "vat": "10", "unit": "m3"}

periods = st.builds(
    lambda start, days: Period(start, start + timedelta(days=days)),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 400),
)


def priced(price: str, *, bounds_per: str = "period") -> CompiledTariff:
    rows = [
        {"kind": "fixed", "code": "standing", "price": "9.31", "per": "period", **COMMON},
        {"kind": "blocks", "code": "use", "quantity": "m3", "bounds_per": bounds_per, **COMMON,
         "blocks": [{"up_to": "18", "price": price}, {"up_to": None, "price": "1"}]},
    ]  # fmt: skip
    return compile_tariff(read_components(rows), currency="EUR")


class TestCutting:
    def test_only_days_within_the_period_cut_it(self):
        days = [date(2025, 7, 1), date(2026, 1, 1), date(2026, 2, 10), date(2026, 4, 1)]
        assert cut(QUARTER, at=days) == (
            Period(date(2026, 1, 1), date(2026, 2, 10)),
            Period(date(2026, 2, 10), date(2026, 4, 1)),
        )
        assert cut(QUARTER, at=[]) == (QUARTER,)

    @given(periods, st.lists(st.integers(0, 420)), st.decimals(-10_000, 10_000, places=6))
    def test_splitting_never_changes_what_was_used(self, period, offsets, used):
        parts = cut(period, at=[period.start + timedelta(days=n) for n in offsets])
        assert sum(part_of(used, days=part, whole=period) for part in parts) == used
        assert sum(part.days for part in parts) == period.days
        whole = months_in(period, whole=period)
        assert sum(months_in(part, whole=period) for part in parts) == whole


class TestParts:
    def test_each_part_at_its_own_price(self):
        change = date(2026, 2, 1)
        parts = [
            PricedPart(Period(QUARTER.start, change), priced("0.35")),
            PricedPart(Period(change, QUARTER.end), priced("0.45")),
        ]
        lines = rate_parts(parts, RatingInput(QUARTER, D(3), {"m3": D(9)}))
        assert [(line.rated.code, str(line.days and line.days.start), line.rated.net.as_text())
                for line in lines] == [
            ("standing", "2026-01-01", "3.21"), ("use", "2026-01-01", "1.09"),
            ("standing", "2026-02-01", "6.10"), ("use", "2026-02-01", "2.66"),
        ]  # fmt: skip

    @given(st.integers(1, 89), st.decimals(0, 1000, places=3), st.sampled_from(["period", "month"]))
    def test_a_change_that_changes_no_price_costs_the_same(self, day, used, per):
        change = QUARTER.start + timedelta(days=day)
        same = priced("0.35", bounds_per=per)
        given_ = RatingInput(QUARTER, D(3), {"m3": used})
        whole = rate_parts([PricedPart(QUARTER, same)], given_)
        cut_up = rate_parts([PricedPart(part, same) for part in cut(QUARTER, at=[change])], given_)
        quantity = sum(line.rated.quantity for line in cut_up if line.rated.code == "use")
        assert quantity == used
        before, after = (sum(line.rated.exact for line in lines) for lines in (whole, cut_up))
        # Bounds and months of a part have six places.
        assert abs(before - after) < D("0.0001")

    def test_what_was_measured_for_a_part_is_not_shared_out(self):
        change = date(2026, 2, 1)
        parts = [PricedPart(part, priced("1")) for part in cut(QUARTER, at=[change])]
        known = {parts[0].days: {"m3": D(50)}, parts[1].days: {"m3": D(1)}}
        inputs = inputs_of(parts, RatingInput(QUARTER, D(3), {"m3": D(9)}), known=known)
        assert [one.quantities["m3"] for one in inputs] == [D(50), D(1)]

    def test_a_yearly_allowance_starts_anew_with_the_year(self):
        winter = Period(date(2025, 12, 1), date(2026, 2, 1))
        parts = [PricedPart(part, priced("0.35", bounds_per="year"))
                 for part in cut(winter, at=[date(2025, 12, 16), date(2026, 1, 1)])]  # fmt: skip
        given_ = RatingInput(winter, D(2), {"m3": D(62)}, earlier={"m3": D(10)})
        inputs = inputs_of(parts, given_)
        assert [one.earlier.get("m3", D(0)) for one in inputs] == [D(10), D(25), D(0)]


IVA = Tax(
    "iva",
    (
        TaxVersion(date(2020, 1, 1), D(21)),
        TaxVersion(date(2026, 2, 1), D("10.5")),
    ),
    otherwise={"reseller": Category.REVERSE_CHARGE, "embassy": Category.EXEMPT},
)


class TestTaxes:
    @pytest.mark.parametrize(
        ("day", "contract_class", "rate", "percent", "category"),
        [
            (date(2026, 1, 31), "home", "21", D(21), "S"),
            (date(2026, 2, 1), "home", "10.5", D("10.5"), "S"),
            (date(2026, 2, 1), "reseller", "0/AE", D(0), "AE"),
            (date(2026, 2, 1), "embassy", "0/E", D(0), "E"),
        ],
    )
    def test_by_the_day_and_the_class(self, day, contract_class, rate, percent, category):
        name = in_force("iva", {"iva": IVA}, day=day, contract_class=contract_class)
        assert (name, percent_of(name), category_of(name)) == (rate, percent, category)

    def test_a_percentage_is_itself(self):
        assert in_force("5.00", {}, day=QUARTER.start, contract_class="home") == "5"

    def test_no_rate_is_never_guessed(self):
        with pytest.raises(NoTaxInForce, match="2019"):
            in_force("iva", {"iva": IVA}, day=date(2019, 1, 1), contract_class="home")
        with pytest.raises(NoTaxInForce, match="igic"):
            in_force("igic", {"iva": IVA}, day=QUARTER.start, contract_class="home")

    def test_days_of_change(self):
        assert changes({"iva", "10"}, {"iva": IVA}) == {date(2020, 1, 1), date(2026, 2, 1)}
