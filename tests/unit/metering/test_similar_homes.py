"""An average of many homes that tells nothing of one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.metering.rules.similar_homes import Standing, average_of, size_band, standing

D = Decimal


class TestAverage:
    @pytest.mark.parametrize(
        ("total", "shown"),
        [("5660", "280"), ("5700", "290"), ("86.3", "4.3"), ("20", "1.0"), ("1.91", "0.096")],
    )
    def test_has_two_digits(self, total, shown):
        assert average_of(homes=20, total=D(total), largest=D(total) / 20) == D(shown)

    def test_of_nineteen_homes_there_is_none(self):
        assert average_of(homes=19, total=D(1900), largest=D(100)) is None
        assert average_of(homes=20, total=D(2000), largest=D(100)) == 100

    def test_one_home_that_makes_more_than_a_quarter_hides_it(self):
        assert average_of(homes=20, total=D(2000), largest=D(501)) is None
        assert average_of(homes=20, total=D(2000), largest=D(500)) == 100

    def test_homes_that_used_nothing_have_none(self):
        assert average_of(homes=20, total=D(0), largest=D(0)) is None


@pytest.mark.parametrize(
    ("used", "found"),
    [
        ("89", Standing.LESS), ("90", Standing.ABOUT), ("100", Standing.ABOUT),
        ("110", Standing.ABOUT), ("111", Standing.MORE), ("0", Standing.LESS),
    ],
)  # fmt: skip
def test_within_a_tenth_is_about_as_much(used, found):
    assert standing(D(used), average=D(100)) is found


class TestBands:
    @pytest.mark.parametrize(
        ("size", "band"),
        [
            ("50", (50, 70)), ("69.9", (50, 70)), ("70", (70, 100)), (99, (70, 100)),
            ("100", (100, 150)), ("149", (100, 150)), ("0.6", (D("0.5"), D("0.7"))),
        ],
    )  # fmt: skip
    def test_a_size_has_one(self, size, band):
        assert size_band(size) == band

    @pytest.mark.parametrize("size", [None, "", "0", "large", "-5", "1e5", "1.2.3"])
    def test_what_is_no_size_has_none(self, size):
        assert size_band(size) is None

    @given(st.decimals(min_value="0.01", max_value="99999", places=2))
    def test_it_holds_the_size(self, size):
        band = size_band(size)
        assert band is not None
        assert band[0] <= size < band[1]
        assert size_band(f"{band[0]:f}") == band
