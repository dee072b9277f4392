from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period, add_months
from mains.metering.rules.catching_up import Part, Settled, Shown, catch_up
from mains.metering.rules.consumption import BelowPrevious, NotRolledOver

D = Decimal


def month(count: int) -> Period:
    return Period.month_of(add_months(date(2026, 1, 1), count))


def settle(*parts: Part, opening: int = 100, digits: int = 5) -> list[Settled]:
    return catch_up(opening=D(opening), parts=parts, digits=digits, step=D(1))


def uses(settled: list[Settled]) -> list[Decimal]:
    return [one.used for one in settled]


def test_what_was_read_is_what_was_used() -> None:
    (only,) = settle(Part(month(0), D(40), Shown(D(135))))
    assert only == Settled(D(35), Shown(D(135)), is_measured=True, is_shared=False)


def test_what_nobody_read_is_what_was_expected() -> None:
    (only,) = settle(Part(month(0), D(40)))
    assert only == Settled(D(40), Shown(D(140)), is_measured=False, is_shared=False)


def test_a_measured_use_is_shared_in_proportion_to_what_was_expected() -> None:
    first, second = settle(Part(month(0), D(60)), Part(month(1), D(40), Shown(D(150))))
    assert first == Settled(D(30), Shown(D(130)), is_measured=False, is_shared=True)
    assert second == Settled(D(20), Shown(D(150)), is_measured=True, is_shared=False)


@pytest.mark.parametrize("expected", [None, D(0)])
def test_where_nothing_was_expected_it_is_shared_by_days(expected: Decimal | None) -> None:
    # 31 days of January and 28 of February.
    parts = Part(month(0), expected), Part(month(1), expected, Shown(D(159)))
    assert uses(settle(*parts)) == [31, 28]


def test_a_late_reading_settles_its_own_period_and_those_before() -> None:
    settled = settle(
        Part(month(0), D(60)),
        Part(month(1), D(40), Shown(D(150))),
        Part(month(2), D(50), Shown(D(190))),
    )
    assert uses(settled) == [30, 20, 40]


def test_periods_after_the_last_reading_keep_their_use_from_another_value() -> None:
    first, second, third = settle(
        Part(month(0), D(60), Shown(D(120))), Part(month(1), D(40)), Part(month(2), D(50))
    )
    assert uses([first, second, third]) == [20, 40, 50]
    assert (second.closing.value, third.closing.value) == (160, 210)
    assert not second.is_shared


def test_the_first_of_which_nobody_can_tell_ends_the_list() -> None:
    assert uses(settle(Part(month(0), D(60)), Part(month(1), None))) == [60]


def test_an_estimate_that_was_too_high_is_given_back_not_refused() -> None:
    assert uses(settle(Part(month(0), D(60)), Part(month(1), D(60), Shown(D(110))))) == [5, 5]


def test_passing_zero_falls_into_the_period_in_which_it_happened() -> None:
    first, second = settle(
        Part(month(0), D(50)), Part(month(1), D(50), Shown(D(40), rolled_over=True)), opening=99_960
    )
    assert first.closing == Shown(D(0), rolled_over=True)
    assert second.closing == Shown(D(40))


def test_a_reading_below_the_one_that_opens_is_refused() -> None:
    with pytest.raises(BelowPrevious):
        settle(Part(month(0), D(60)), Part(month(1), D(60), Shown(D(90))))
    with pytest.raises(NotRolledOver):
        settle(Part(month(0), D(60), Shown(D(190), rolled_over=True)))


@given(
    expected=st.lists(st.integers(0, 500), min_size=1, max_size=14),
    used=st.integers(0, 99_999),
    opening=st.integers(0, 99_999),
)
def test_no_unit_is_lost_or_billed_twice(expected: list[int], used: int, opening: int) -> None:
    end = opening + used
    shown = Shown(D(end % 100_000), rolled_over=end >= 100_000)
    parts = [Part(month(n), D(each)) for n, each in enumerate(expected[:-1])]
    parts.append(Part(month(len(parts)), D(expected[-1]), shown))
    settled = settle(*parts, opening=opening)
    assert sum(uses(settled)) == used
    assert min(uses(settled)) >= 0
    assert settled[-1].closing.value == shown.value
    assert sum(one.closing.rolled_over for one in settled) == shown.rolled_over


def test_a_register_that_counts_down_is_shared_the_same_way() -> None:
    first, second = catch_up(
        opening=D(500),
        parts=[Part(month(0), D(60)), Part(month(1), D(40), Shown(D(450)))],
        digits=5,
        step=D(1),
        counts_down=True,
    )
    assert (first.used, second.used) == (30, 20)
    assert (first.closing, second.closing) == (Shown(D(470)), Shown(D(450)))


def test_counting_down_it_passes_zero_the_other_way() -> None:
    (only,) = catch_up(
        opening=D(20), parts=[Part(month(0), D(30))], digits=5, step=D(1), counts_down=True
    )
    assert only.closing == Shown(D(99_990), rolled_over=True)
