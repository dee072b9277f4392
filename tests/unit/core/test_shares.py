from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.sharing import NothingToShareBy, shared

D = Decimal
STEPS = st.sampled_from([D(1), D("0.1"), D("0.001"), D("0.000001")])
WEIGHTS = st.lists(st.decimals(0, 10_000, places=3), min_size=1, max_size=40).filter(any)


def test_ten_among_three_equal_parts_the_first_takes_what_is_left() -> None:
    assert shared(D(10), weights=[D(1), D(1), D(1)], step=D(1)) == [D(4), D(3), D(3)]


def test_the_largest_remainders_round_up() -> None:
    # 100 in proportion to 53.6, 31.3 and 15.1: floors 53, 31, 15; 0.6 is the largest remainder.
    weights = [D("53.6"), D("31.3"), D("15.1")]
    assert shared(D(100), weights=weights, step=D(1)) == [D(54), D(31), D(15)]


def test_what_is_less_than_a_step_goes_to_the_largest_remainder() -> None:
    assert shared(D("10.05"), weights=[D(1), D(2)], step=D("0.1")) == [D("3.35"), D("6.7")]


def test_a_credit_is_shared_like_a_charge() -> None:
    assert shared(D(-10), weights=[D(1), D(1), D(1)], step=D(1)) == [D(-4), D(-3), D(-3)]


@pytest.mark.parametrize("weights", [[], [D(0), D(0)], [D(2), D(-1)]])
def test_without_weights_nothing_is_shared(weights: list[Decimal]) -> None:
    with pytest.raises(NothingToShareBy):
        shared(D(10), weights=weights, step=D(1))


@given(total=st.decimals(-1_000_000, 1_000_000, places=6), weights=WEIGHTS, step=STEPS)
def test_parts_add_up_and_are_nearer_than_two_steps(
    total: Decimal, weights: list[Decimal], step: Decimal
) -> None:
    parts = shared(total, weights=weights, step=step)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / whole) < 2 * step + D("0.0000001")
        assert weight or not part or abs(part) < 2 * step
