"""Which value stands when another one comes for the same interval."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.metering.rules.intervals import (
    DayValues,
    LengthsDiffer,
    Quality,
    TooLarge,
    packed,
    superseded,
)

E, M, C, NONE = Quality.ESTIMATED, Quality.MEASURED, Quality.CORRECTED, Quality.MISSING
micros = st.integers(0, 2_000_000_000)
slots = st.tuples(micros, st.sampled_from([E, M, C])) | st.just((None, NONE))
two_days = st.integers(1, 25).flatmap(
    lambda size: st.tuples(*[st.lists(slots, min_size=size, max_size=size)] * 2)
)


def day(*pairs: tuple[int | None, int]) -> DayValues:
    return packed(
        minutes=60, micros=[value for value, _ in pairs], qualities=[mark for _, mark in pairs]
    )


@pytest.mark.parametrize(
    ("stored", "arrived", "stands"),
    [
        ((5000, E), (7000, M), (7000, M)),
        ((5000, M), (7000, C), (7000, C)),
        ((5000, M), (7000, M), (7000, M)),
        ((5000, C), (7000, M), (5000, C)),
        ((5000, M), (7000, E), (5000, M)),
        ((None, NONE), (7000, E), (7000, E)),
        ((5000, E), (None, NONE), (5000, E)),
    ],
)
def test_of_two_values_the_better_stands_and_of_equals_the_later(stored, arrived, stands):
    assert superseded(day(stored), day(arrived)) == day(stands)


@given(two_days)
def test_a_day_that_came_once_changes_nothing_the_second_time(pair):
    stored, arrived = (day(*half) for half in pair)
    once = superseded(stored, arrived)
    assert superseded(once, arrived) == once
    assert len(once.values) == len(stored.values)


@given(st.lists(micros, min_size=1, max_size=25))
def test_packing_keeps_the_sum_to_the_last_decimal(values):
    kept = packed(minutes=60, micros=values, qualities=[M] * len(values))
    assert kept.total() == Decimal(sum(values)).scaleb(-6)
    assert 3 <= kept.decimals <= 6


def test_a_value_of_more_than_32_bits_is_refused():
    assert packed(minutes=60, micros=[2_147_483_647_000], qualities=[M]).values == (2147483647,)
    with pytest.raises(TooLarge):
        packed(minutes=60, micros=[2_147_483_648_000], qualities=[M])
    with pytest.raises(TooLarge):
        packed(minutes=60, micros=[2_147_483_647_001], qualities=[M])


def test_a_whole_day_of_quarter_hours_replaces_hours_and_a_part_of_one_does_not():
    hours = day(*[(1000, M)] * 24)
    quarters = DayValues(15, 3, (1,) * 96, (M,) * 96)
    assert superseded(hours, quarters) == quarters
    with pytest.raises(LengthsDiffer):
        superseded(hours, DayValues(15, 3, (1, None) * 48, (M, NONE) * 48))
    with pytest.raises(LengthsDiffer):
        superseded(hours, DayValues(15, 3, (1,) * 96, (E,) * 96))
