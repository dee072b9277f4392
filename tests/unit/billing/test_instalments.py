"""A bill in parts: they add up to it, and whatever is paid pays the oldest first."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mains.billing.rules.instalments import Instalment, next_due, shared_out
from mains.core.money import Money

FIRST = date(2026, 1, 31)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def test_equal_parts_a_month_apart():
    assert shared_out(eur(1000), count=3, first=FIRST) == (
        Instalment(date(2026, 1, 31), eur(334)),
        Instalment(date(2026, 2, 28), eur(333)),
        Instalment(date(2026, 3, 31), eur(333)),
    )


@given(st.integers(12, 10**7), st.integers(2, 12))
def test_parts_add_up_and_differ_by_a_unit_at_most(minor, count):
    parts = shared_out(eur(minor), count=count, first=FIRST)
    assert sum(one.amount.minor for one in parts) == minor
    amounts = {one.amount.minor for one in parts}
    assert max(amounts) - min(amounts) <= 1


@given(st.integers(12, 10**6), st.integers(2, 12), st.integers(0, 10**6))
def test_the_next_part_is_the_oldest_that_is_not_paid(minor, count, paid):
    parts = shared_out(eur(minor), count=count, first=FIRST)
    left = max(minor - paid, 0)
    found = next_due(parts, outstanding=eur(left))
    if not left:
        assert found is None
        return
    assert found is not None
    later = sum(one.amount.minor for one in parts if one.due_date > found.due_date)
    # What is open is what is left of this part, and all parts after it.
    assert found.amount.minor + later == left
    assert 0 < found.amount.minor <= max(one.amount.minor for one in parts)


def test_control_without_parts_nothing_is_due():
    assert next_due((), outstanding=eur(100)) is None
