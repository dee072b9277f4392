"""The sums of the lab: bands, the middle, the worst, exact however they are cut into chunks."""

import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.tariffs.rules.lab import (
    BANDS,
    BOUNDS,
    NAMED,
    SAME,
    WORST,
    AccountSum,
    ClassSum,
    LeftOut,
    Tally,
    band_of,
    bounds_of,
)


def account(number: int, before: int, after: int, net: str = "0") -> AccountSum:
    sums = [ClassSum("water", "home", Decimal(net), Decimal(net) + 1)]
    return AccountSum(number, 12, before, after, sums)


def tally(*pairs: tuple[int, int]) -> Tally:
    found = Tally()
    for number, (before, after) in enumerate(pairs, start=1):
        found.add(account(number, before, after))
    return found


class TestBands:
    @pytest.mark.parametrize(
        ("percent", "band"),
        [("0", SAME), ("0.01", SAME + 1), ("5", SAME + 1), ("5.0001", SAME + 2), ("10", SAME + 2),
         ("10.1", SAME + 3), ("50", SAME + 4), ("50.01", SAME + 5), ("-0.01", SAME - 1),
         ("-5", SAME - 1), ("-50", SAME - 4), ("-51", SAME - 5)],
    )  # fmt: skip
    def test_a_bound_belongs_to_the_band_nearer_to_zero(self, percent, band):
        assert band_of(Fraction(percent)) == band

    def test_every_band_says_from_where_to_where(self):
        assert [bounds_of(band) for band in BANDS if band > SAME] == [
            (0, 5), (5, 10), (10, 25), (25, 50), (50, None),
        ]  # fmt: skip
        assert bounds_of(0) == (50, None)


class TestSums:
    def test_whoever_pays_just_ten_per_cent_more_is_not_above_ten(self):
        found = tally((1000, 1100), (1000, 1101), (1000, 1600), (1000, 900))
        assert [found.above(bound) for bound in BOUNDS] == [3, 2, 1, 1]
        assert (found.rising, found.falling, found.measured) == (3, 1, 4)

    def test_bills_of_nothing_have_no_percentage_and_still_count(self):
        found = tally((0, 500), (-20, 10), (1000, 1000))
        assert (found.unmeasured, found.measured, found.after - found.before) == (2, 1, 530)

    def test_the_middle_of_nobody_is_not_known(self):
        assert tally((0, 5)).median() is None

    def test_the_worst_are_those_whose_bills_rise_most(self):
        found = tally(*((10_000, 10_000 + rise) for rise in range(WORST + 10)))
        assert len(found.worst) == WORST
        assert found.worst[0][2] - found.worst[0][1] == WORST + 9
        assert all(after > before for _account, before, after in found.worst)

    def test_those_left_out_are_counted_and_the_first_are_named(self):
        found = Tally()
        for number in range(NAMED + 5):
            found.leave_out(LeftOut.NO_INPUTS, account_id=number, bills=2)
        found.leave_out(LeftOut.NO_INPUTS, account_id=0)
        assert found.left_out == {LeftOut.NO_INPUTS: 2 * (NAMED + 5) + 1}
        assert found.named[LeftOut.NO_INPUTS] == list(range(NAMED))


PAIRS = st.lists(
    st.tuples(st.integers(-100, 100_000), st.integers(-100, 100_000)), min_size=1, max_size=40
)


@given(PAIRS)
def test_the_middle_is_that_of_all_rounded_changes(pairs):
    changes = [
        (Decimal(after - before) * 100 / before).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for before, after in pairs
        if before > 0
    ]
    found = tally(*pairs)
    assert found.median() == (median(changes).quantize(Decimal("0.01")) if changes else None)
    kept = found.median(), found.measured
    found.settle()
    assert (found.median(), found.measured) == kept
    assert len(found.points) <= 2


@given(PAIRS, st.integers(0, 40))
def test_written_between_two_chunks_it_comes_to_the_same(pairs, cut):
    first = Tally.from_data(json.loads(json.dumps(tally(*pairs[:cut]).as_data())))
    for number, (before, after) in enumerate(pairs[cut:], start=cut + 1):
        first.add(account(number, before, after))
    whole = tally(*pairs)
    assert first.as_data() == whole.as_data()
    assert whole.before == sum(before for before, _after in pairs)


def test_a_group_adds_up_exactly():
    found = Tally()
    for number, net in enumerate(["0.1", "0.2", "0.0001"]):
        found.add(account(number, 100, 100, net))
    assert found.groups["water", "home"].before == Decimal("0.3001")
    assert found.groups["water", "home"].accounts == 3
