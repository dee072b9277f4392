"""Twelve full months, and amounts that add up however they are shared out."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period
from mains.payments.rules.reporting import added, by_days, full_months, shared


@pytest.mark.seed("S3.14")
def test_the_months_are_twelve_full_ones():
    months = full_months(date(2026, 11, 29))
    assert (len(months), months[0], months[-1]) == (12, date(2025, 11, 1), date(2026, 10, 1))
    assert full_months(date(2027, 1, 1))[-1] == date(2026, 12, 1)


def test_odd_units_go_to_the_largest_remainders():
    weights = {"heat": Fraction(2), "water": Fraction(1)}
    assert shared(100, weights) == {"heat": 67, "water": 33}
    assert shared(-100, {key: -weight for key, weight in weights.items()}) == {
        "heat": -67, "water": -33,
    }  # fmt: skip
    # A bill and the note that takes it back, in one month.
    assert shared(0, {"heat": Fraction(0), "water": Fraction(0)}) == {"heat": 0, "water": 0}
    assert shared(7, {}) == {}


def test_a_line_that_gives_something_back_keeps_its_sign():
    assert shared(900, {"heat": Fraction(1000), "gift": Fraction(-100)}) == {
        "heat": 1000, "gift": -100,
    }  # fmt: skip


@given(
    st.integers(-(10**9), 10**9),
    st.dictionaries(st.text(max_size=3), st.fractions(-(10**6), 10**6), min_size=1, max_size=6),
)
def test_parts_always_add_up(total, weights):
    parts = shared(total, weights)
    assert sum(parts.values()) == total
    assert parts.keys() == weights.keys()


@given(st.integers(-(10**6), 10**6), st.dates(date(2020, 1, 1), date(2027, 1, 1)),
       st.integers(1, 400))  # fmt: skip
def test_months_of_a_period_add_up(minor, start, days):
    period = Period(start, date.fromordinal(start.toordinal() + days))
    parts = by_days(minor, period)
    assert sum(parts.values()) == minor
    assert set(parts) == {part.start.replace(day=1) for part in period.months()}


def test_amounts_of_the_same_part_are_added():
    assert added([("a", 1), ("b", 2), ("a", 3)]) == {"a": 4, "b": 2}
