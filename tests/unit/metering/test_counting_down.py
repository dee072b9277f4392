"""Registers that were wired the other way: the more is used, the less they show."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.metering.rules.consumption import BelowPrevious, Segment, used_in
from mains.metering.rules.plausibility import Outcome, Previous, expected_band, judge

D = Decimal
LAST = Previous(value=D(500), read_date=date(2026, 1, 31))
DAY = date(2026, 3, 2)  # 30 days later, so 30 are usual.


def outcome(value: int, *, counts_down: bool = True) -> Outcome:
    return judge(
        D(value),
        read_date=DAY,
        digits=5,
        previous=LAST,
        usual_daily=D(1),
        counts_down=counts_down,
    ).outcome


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (470, Outcome.OK),
        (500, Outcome.IDENTICAL),
        (498, Outcome.LOW),
        (380, Outcome.HIGH),
        (530, Outcome.BELOW_LAST),
    ],
)
def test_less_is_more(value: int, expected: Outcome) -> None:
    assert outcome(value) is expected


def test_control_counting_up_it_is_the_other_way_round() -> None:
    assert outcome(470, counts_down=False) is Outcome.BELOW_LAST
    assert outcome(530, counts_down=False) is Outcome.OK


def test_passing_zero_downwards_is_a_rollover() -> None:
    verdict = judge(
        D(99_980),
        read_date=DAY,
        digits=5,
        previous=Previous(value=D(10), read_date=LAST.read_date),
        usual_daily=D(1),
        counts_down=True,
    )
    assert verdict.outcome is Outcome.ROLLOVER
    assert verdict.used == 30


def test_the_expected_band_lies_below() -> None:
    assert expected_band(LAST, read_date=DAY, usual_daily=D(1), counts_down=True) == (410, 494)


def test_two_exchanged_digits_are_those_of_the_dial() -> None:
    verdict = judge(
        D(740), read_date=DAY, digits=5, previous=LAST, usual_daily=D(1), counts_down=True
    )
    assert (verdict.outcome, verdict.meant) == (Outcome.DIGIT_SWAP, 470)


def test_what_was_used_is_what_it_lost() -> None:
    assert used_in(Segment(start=D(500), end=D(470), digits=5, counts_down=True)) == 30
    rolled = Segment(start=D(10), end=D(99_980), digits=5, rolled_over=True, counts_down=True)
    assert used_in(rolled) == 30
    with pytest.raises(BelowPrevious):
        used_in(Segment(start=D(470), end=D(500), digits=5, counts_down=True))


@given(last=st.integers(0, 99_999), value=st.integers(0, 99_999))
def test_it_is_judged_as_its_mirror_image_that_counts_up(last: int, value: int) -> None:
    down, up = (
        judge(
            D(abs(mirror - value)),
            read_date=DAY,
            digits=5,
            previous=Previous(value=D(abs(mirror - last)), read_date=LAST.read_date),
            usual_daily=D(1),
            counts_down=mirror == 0,
        )
        for mirror in (0, 100_000)
    )
    assert down.used == up.used
    # Exchanged digits of the one are none of the other.
    if Outcome.DIGIT_SWAP not in {down.outcome, up.outcome}:
        assert down.outcome is up.outcome
