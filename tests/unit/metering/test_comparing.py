from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period, add_months
from mains.metering.rules.comparing import Use, by_period, by_year


def months(start: date, count: int = 1) -> Period:
    return Period(start, add_months(start, count))


def monthly(*used: int | None, first: date = date(2025, 1, 1)) -> list[Use]:
    return [
        Use(months(add_months(first, n)), None if one is None else Decimal(one))
        for n, one in enumerate(used)
    ]


class TestByPeriod:
    def test_each_use_stands_beside_the_same_month_a_year_before(self):
        uses = monthly(*range(10, 25))
        latest = by_period(uses, latest=3)

        assert [(one.used, one.before) for one in latest] == [(22, 10), (23, 11), (24, 12)]

    def test_other_months_are_no_comparison(self):
        quarter = Use(months(date(2026, 1, 1), 3), Decimal(30))

        assert by_period([*monthly(10, 10, 10), quarter])[-1].before is None

    def test_a_leap_february_is_compared_with_a_short_one(self):
        short, leap = months(date(2023, 2, 1)), months(date(2024, 2, 1))
        (_first, second) = by_period([Use(short, Decimal(28)), Use(leap, Decimal(29))])

        assert second.before == 28


class TestByYear:
    def test_a_year_so_far_is_compared_with_the_same_months(self):
        uses = monthly(*[10] * 12, 7, 8, 9)
        whole, so_far = by_year(uses)

        assert (whole.months, whole.used, whole.before) == (
            Period(date(2025, 1, 1), date(2026, 1, 1)), 120, None,
        )  # fmt: skip
        assert (so_far.months, so_far.used, so_far.before) == (
            Period(date(2026, 1, 1), date(2026, 4, 1)), 24, 30,
        )  # fmt: skip

    def test_a_use_over_the_turn_of_the_year_is_shared_out_by_days(self):
        winter = Use(months(date(2025, 12, 1), 2), Decimal(62))
        old, new = by_year([winter])

        assert (old.used, new.used) == (31, 31)

    def test_a_gap_or_a_contradiction_leaves_the_year_without_a_total(self):
        gap = [*monthly(10, 10), *monthly(10, first=date(2025, 5, 1))]

        assert by_year(gap)[0].used is None
        assert by_year(monthly(10, None, 10))[0].used is None

    def test_an_estimate_marks_the_year(self):
        uses = [*monthly(10), Use(months(date(2025, 2, 1)), Decimal(5), is_estimated=True)]

        assert by_year(uses)[0].is_estimated


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
def test_years_add_up_to_all_that_was_used(used):
    years = by_year(monthly(*used, first=date(2020, 3, 1)))

    assert sum(year.used for year in years) == sum(used)
