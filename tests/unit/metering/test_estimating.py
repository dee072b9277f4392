from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period, add_months
from mains.metering.rules.estimating import (
    Estimate,
    EstimatePlan,
    Method,
    Span,
    degree_days_of,
    estimate,
    usual_year,
)

D = Decimal
JANUARY = Period(date(2027, 1, 1), date(2027, 2, 1))
# A year of monthly readings, 30 a month in summer, 90 in winter.
USED = {1: 90, 2: 80, 3: 70, 4: 50, 5: 40, 6: 30, 7: 30, 8: 30, 9: 40, 10: 60, 11: 80, 12: 90}


def month(year: int, number: int) -> Period:
    return Period.month_of(date(year, number, 1))


HISTORY = [Span(month(2026, number), D(used)) for number, used in USED.items()]


def used_by(method: Method, days: Period = JANUARY, history=HISTORY, **plan) -> Decimal | None:
    found = estimate(days, history=history, plan=EstimatePlan(methods=(method,), **plan))
    assert found is None or found.method is method
    return found and found.used


class TestLastYear:
    def test_the_same_days_of_the_year_before(self) -> None:
        assert used_by(Method.LAST_YEAR) == 90

    def test_a_part_of_a_longer_span_by_its_days(self) -> None:
        quarter = [Span(Period(date(2026, 1, 1), date(2026, 4, 1)), D(270))]
        assert used_by(Method.LAST_YEAR, history=quarter) == 93

    def test_a_leap_day_makes_a_month_longer(self) -> None:
        history = [Span(month(2027, 2), D(56))]
        assert used_by(Method.LAST_YEAR, days=month(2028, 2), history=history) == 58

    def test_a_gap_says_nothing(self) -> None:
        history = [Span(Period(date(2026, 1, 1), date(2026, 1, 31)), D(90))]
        assert used_by(Method.LAST_YEAR, history=history) is None


class TestAverage:
    def test_the_days_share_of_the_last_year(self) -> None:
        # 690 in 365 days, of which January has 31.
        found = used_by(Method.AVERAGE)
        assert found is not None
        assert round(found, 6) == D("58.602740")

    def test_what_is_older_than_a_year_is_left_out(self) -> None:
        older = [Span(month(2024, 6), D(99_999)), *HISTORY]
        assert used_by(Method.AVERAGE, history=older) == used_by(Method.AVERAGE)

    def test_fewer_than_28_days_say_nothing(self) -> None:
        almost = Period(date(2026, 12, 4), date(2026, 12, 31))
        enough = Period(date(2026, 12, 4), date(2027, 1, 1))
        assert used_by(Method.AVERAGE, history=[Span(almost, D(27))]) is None
        assert used_by(Method.AVERAGE, history=[Span(enough, D(28))]) == 31


class TestProfile:
    def test_each_month_by_its_share(self) -> None:
        # Only December is known; January usually takes as much again as a half.
        profile = (D(15), *[D(5)] * 10, D(10))
        december = [Span(month(2026, 12), D(62))]
        assert used_by(Method.PROFILE, history=december, profile=profile) == 93

    def test_a_month_of_no_share_is_no_base(self) -> None:
        profile = (D(1), *[D(0)] * 11)
        december = [Span(month(2026, 12), D(62))]
        assert used_by(Method.PROFILE, history=december, profile=profile) is None


class TestDegreeDays:
    DEGREE_DAYS = {date(2026, n, 1): D(10 * n) for n in range(1, 13)} | {date(2027, 1, 1): D(600)}

    def test_in_proportion_to_the_cold(self) -> None:
        # December: 120 K·d for 62; January with 600 K·d takes five times as much.
        december = [Span(month(2026, 12), D(62))]
        assert used_by(Method.DEGREE_DAYS, history=december, degree_days=self.DEGREE_DAYS) == 310

    def test_a_share_that_is_free_of_weather_stays(self) -> None:
        december = [Span(month(2026, 12), D(62))]
        assert (
            used_by(
                Method.DEGREE_DAYS,
                history=december,
                degree_days=self.DEGREE_DAYS,
                weather_free=D(1),
            )
            == 62
        )
        half = used_by(
            Method.DEGREE_DAYS,
            history=december,
            degree_days=self.DEGREE_DAYS,
            weather_free=D("0.5"),
        )
        assert half is not None
        assert 62 < half < 310

    def test_an_unknown_month_says_nothing(self) -> None:
        known = {first: k for first, k in self.DEGREE_DAYS.items() if first.year == 2026}
        december = [Span(month(2026, 12), D(62))]
        assert used_by(Method.DEGREE_DAYS, history=december, degree_days=known) is None

    def test_a_part_of_a_month_is_its_share(self) -> None:
        days = Period(date(2026, 11, 16), date(2026, 12, 1))
        assert degree_days_of(days, known=self.DEGREE_DAYS) == 55
        assert degree_days_of(month(2028, 1), known=self.DEGREE_DAYS) is None

    def test_a_usual_year_is_the_mean_of_each_month(self) -> None:
        # January is known twice: (10 + 600) / 2 = 305.
        assert usual_year(self.DEGREE_DAYS) == 305 + sum(10 * n for n in range(2, 13))
        assert usual_year({date(2026, 1, 1): D(1)}) is None


def test_the_first_method_that_can_tell_is_taken() -> None:
    plan = EstimatePlan(methods=(Method.LAST_YEAR, Method.AVERAGE))
    december = [Span(month(2026, 12), D(62))]
    assert estimate(JANUARY, history=december, plan=plan) == Estimate(D(62), Method.AVERAGE)
    assert estimate(JANUARY, history=[], plan=plan) is None
    assert estimate(JANUARY, history=HISTORY, plan=EstimatePlan()) is None


@given(
    uses=st.lists(st.decimals(0, 1_000, places=3), min_size=12, max_size=12),
    start=st.integers(0, 10),
)
def test_two_months_like_last_year_make_one_period(uses: list[Decimal], start: int) -> None:
    history = [Span(month(2026, n), used) for n, used in enumerate(uses, start=1)]
    first = Period.month_of(add_months(JANUARY.start, start))
    second = Period.month_of(first.end)
    parts = [used_by(Method.LAST_YEAR, days=days, history=history) for days in (first, second)]
    whole = used_by(Method.LAST_YEAR, days=Period(first.start, second.end), history=history)
    assert parts == [uses[start], uses[start + 1]]
    assert whole == sum(parts)


@pytest.mark.parametrize("method", [Method.LAST_YEAR, Method.AVERAGE, Method.PROFILE])
def test_nothing_used_is_estimated_as_nothing(method: Method) -> None:
    history = [Span(month(2026, number), D(0)) for number in USED]
    assert used_by(method, history=history, profile=(D(1),) * 12) == 0
