from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.units import UNITS, UnitsDiffer, UnknownUnit, convert, gas_energy_kwh


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        ("1", "MWh", "kWh", "1000"),
        ("1", "GJ", "kWh", "277.7777777777777777777777777777778"),
        ("3.6", "GJ", "MWh", "1"),
        ("1", "Gcal", "MWh", "1.163"),
        ("1", "Gcal", "GJ", "4.1868"),
        ("2500", "l", "m3", "2.5"),
    ],
)
def test_converts_exactly(value: str, unit: str, to: str, expected: str) -> None:
    assert convert(Decimal(value), unit=unit, to=to) == Decimal(expected)


def test_turns_gas_into_energy() -> None:
    # The formula printed on British gas bills: volume x 1.02264 x calorific value / 3.6.
    energy = gas_energy_kwh(
        Decimal(100), calorific_mj_per_m3=Decimal("39.5"), correction=Decimal("1.02264")
    )
    assert round(energy, 2) == Decimal("1122.06")


def test_refuses_what_cannot_be_compared() -> None:
    with pytest.raises(UnitsDiffer, match="calorific"):
        convert(Decimal(1), unit="m3", to="kWh")
    with pytest.raises(UnknownUnit):
        convert(Decimal(1), unit="kwh", to="MWh")


@given(st.decimals(0, 10**6, places=6), st.sampled_from(sorted(UNITS - {"m3", "l"})))
def test_comes_back_the_same_when_printed(value: Decimal, unit: str) -> None:
    there = convert(value, unit="kWh", to=unit)
    assert round(convert(there, unit=unit, to="kWh"), 6) == value
