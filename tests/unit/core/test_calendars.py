from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import (
    NaiveInstant,
    Period,
    PeriodNotForward,
    add_months,
    civil_date,
    first_instant,
    instants,
)

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


class TestPeriod:
    def test_ends_before_its_end(self) -> None:
        period = Period(date(2024, 2, 1), date(2024, 3, 1))
        assert period.days == 29
        assert period.contains(date(2024, 2, 29))
        assert not period.contains(date(2024, 3, 1))
        assert period == Period.month_of(date(2024, 2, 11))

    def test_neighbours_do_not_overlap(self) -> None:
        january = Period.month_of(date(2026, 1, 1))
        february = Period.month_of(date(2026, 2, 1))
        assert not january.overlaps(february)
        assert january.intersection(february) is None

    @pytest.mark.parametrize("end", [date(2026, 1, 1), date(2025, 12, 31)])
    def test_refuses_to_hold_no_day(self, end: date) -> None:
        with pytest.raises(PeriodNotForward):
            Period(date(2026, 1, 1), end)

    def test_counts_parts_of_months(self) -> None:
        period = Period(date(2026, 1, 17), date(2026, 3, 1))
        assert [part.days for part in period.months()] == [15, 28]
        assert period.month_count() == Fraction(15, 31) + 1

    @given(days, st.integers(1, 1000))
    def test_its_months_make_it_up(self, start: date, length: int) -> None:
        period = Period(start, start + timedelta(days=length))
        parts = period.months()
        assert parts[0].start == period.start
        assert parts[-1].end == period.end
        assert sum(part.days for part in parts) == period.days
        assert all(one.end == other.start for one, other in pairwise(parts))


def test_a_month_later_stays_in_a_shorter_month() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)


class TestInstants:
    @pytest.mark.parametrize(
        ("zone", "expected"),
        [
            ("Europe/Kyiv", "2027-11-01T22:00"),
            ("Europe/Budapest", "2027-11-01T23:00"),
            ("Europe/Madrid", "2027-11-01T23:00"),
            ("Atlantic/Canary", "2027-11-02T00:00"),
        ],
    )
    def test_a_day_begins_at_its_own_midnight(self, zone: str, expected: str) -> None:
        instant = first_instant(date(2027, 11, 2), ZoneInfo(zone))
        assert instant == datetime.fromisoformat(expected).replace(tzinfo=UTC)

    def test_days_of_23_and_25_hours(self) -> None:
        zone = ZoneInfo("Europe/Budapest")
        spring = instants(Period(date(2027, 3, 28), date(2027, 3, 29)), zone)
        autumn = instants(Period(date(2027, 10, 31), date(2027, 11, 1)), zone)
        assert spring[1] - spring[0] == timedelta(hours=23)
        assert autumn[1] - autumn[0] == timedelta(hours=25)

    def test_a_midnight_that_clocks_jump_over(self) -> None:
        # Lebanon went from 00:00 straight to 01:00 that night.
        zone = ZoneInfo("Asia/Beirut")
        assert first_instant(date(2022, 3, 27), zone) == datetime(2022, 3, 26, 22, tzinfo=UTC)

    def test_a_day_that_was_left_out(self) -> None:
        zone = ZoneInfo("Pacific/Apia")
        missing, following = date(2011, 12, 30), date(2011, 12, 31)
        assert first_instant(missing, zone) == first_instant(following, zone)

    @given(
        days,
        st.sampled_from(
            ["Europe/Kyiv", "Europe/Madrid", "Atlantic/Canary", "America/Santiago", "Africa/Cairo",
             "Asia/Beirut", "Pacific/Chatham", "Australia/Lord_Howe", "UTC"]
        ),
    )  # fmt: skip
    def test_the_instant_before_shows_the_day_before(self, day: date, name: str) -> None:
        zone = ZoneInfo(name)
        instant = first_instant(day, zone)
        assert civil_date(instant, zone) == day
        assert civil_date(instant - timedelta(seconds=1), zone) == day - timedelta(days=1)

    def test_refuses_an_instant_without_offset(self) -> None:
        with pytest.raises(NaiveInstant):
            civil_date(datetime(2026, 1, 1), ZoneInfo("UTC"))  # noqa: DTZ001
