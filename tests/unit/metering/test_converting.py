from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period
from mains.core.units import UnitsDiffer
from mains.metering.rules.converting import (
    Conversion,
    DatedFactor,
    NoFactor,
    converted,
    with_converted,
)

D = Decimal
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
GAS = Conversion(
    quantity="gas",
    unit="m3",
    to="energy",
    to_unit="kWh",
    decimals=0,
    factors=(
        DatedFactor(date(2026, 10, 11), D("11.10")),
        DatedFactor(date(2026, 1, 1), D("10.50")),
    ),
)


def test_gas_of_two_calorific_values_is_shared_by_days() -> None:
    # 62 m³ in 31 days: 20 at 10.50 and 42 at 11.10.
    first, second = converted(D(62), days=OCTOBER, conversion=GAS)
    assert (first.days.end, first.used, first.result) == (date(2026, 10, 11), 20, 210)
    assert (second.used, second.factor, second.result) == (42, D("11.10"), 466)


def test_one_factor_all_the_time_is_one_part() -> None:
    september = Period(date(2026, 9, 1), date(2026, 10, 1))
    (only,) = converted(D("12.345"), days=september, conversion=GAS)
    assert (only.days, only.result) == (september, 130)


def test_a_day_before_the_first_factor_is_refused() -> None:
    with pytest.raises(NoFactor, match="2025-12-01"):
        converted(D(1), days=Period(date(2025, 12, 1), date(2026, 2, 1)), conversion=GAS)


def test_heat_is_converted_by_the_table_of_units() -> None:
    # 1 Gcal = 4.1868 GJ.
    heat = Conversion(quantity="heat", unit="GJ", to="heat_gcal", to_unit="Gcal", decimals=3)
    (only,) = converted(D("4.1868"), days=OCTOBER, conversion=heat)
    assert only.result == 1


def test_volume_is_no_energy_without_a_factor() -> None:
    wrong = Conversion(quantity="gas", unit="m3", to="energy", to_unit="kWh", decimals=0)
    with pytest.raises(UnitsDiffer):
        converted(D(1), days=OCTOBER, conversion=wrong)


def test_what_is_counted_stays_beside_what_is_priced() -> None:
    found = with_converted({"gas": D(62), "other": D(5)}, days=OCTOBER, conversions=[GAS])
    assert found == {"gas": 62, "other": 5, "energy": 676}
    assert with_converted({"other": D(5)}, days=OCTOBER, conversions=[GAS]) == {"other": 5}


@given(used=st.decimals(-10_000, 100_000, places=3))
def test_no_counted_unit_is_lost_where_the_factor_changes(used: Decimal) -> None:
    parts = converted(used, days=OCTOBER, conversion=GAS)
    assert sum(part.used for part in parts) == used
