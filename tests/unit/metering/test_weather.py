"""Use in usual weather, computed by hand."""

from datetime import date
from decimal import Decimal

from mains.core.calendars import Period
from mains.metering.rules.comparing import Use
from mains.metering.rules.weather import all_corrected, corrected

D = Decimal
JANUARY, JULY = Period.month_of(date(2026, 1, 1)), Period.month_of(date(2026, 7, 1))
# January had 600 and 400, so usually 500; with the other months a usual year has 2000.
KNOWN = {
    date(2025, 1, 1): D(600), date(2026, 1, 1): D(400),
    date(2025, 2, 1): D(450), date(2026, 2, 1): D(450),
    date(2025, 3, 1): D(350), date(2025, 4, 1): D(150), date(2025, 5, 1): D(50),
    date(2025, 6, 1): D(0), date(2025, 7, 1): D(20), date(2026, 7, 1): D(0),
    date(2025, 8, 1): D(0), date(2025, 9, 1): D(0), date(2025, 10, 1): D(40),
    date(2025, 11, 1): D(150), date(2025, 12, 1): D(300),
}  # fmt: skip


def of(used: int, months: Period = JANUARY, *, free: str = "0", known=KNOWN) -> Decimal | None:
    found = corrected(D(used), months=months, known=known, weather_free=D(free))
    return None if found is None else round(found, 4)


def test_all_depends_on_the_weather():
    # 100 x 500 / 400.
    assert of(100) == 125


def test_what_is_free_of_weather_stays():
    # Free: 0.2 x 31/365 = 0.0169863, dependent: 0.8 x 400/2000 = 0.16, so 9.5975 of 100 are free;
    # 9.5975 + 90.4025 x 500/400 = 122.6006.
    assert of(100, free="0.2") == D("122.6006")


def test_all_is_free_of_weather():
    assert of(100, free="1") == 100


def test_usual_weather_changes_nothing():
    assert of(100, Period.month_of(date(2026, 2, 1)), free="0.2") == 100


def test_two_months_together():
    # 850 actual, 950 usual: 170 x 950 / 850.
    assert of(170, Period(date(2026, 1, 1), date(2026, 3, 1))) == 190


def test_a_month_that_is_not_known_says_nothing():
    assert of(100, Period.month_of(date(2026, 3, 1))) is None
    assert of(100, Period(date(2026, 2, 1), date(2026, 4, 1))) is None


def test_a_year_that_is_not_known_says_nothing():
    assert of(100, known={JANUARY.start: D(400)}) is None


def test_no_degree_days_where_there_usually_are_some_say_nothing():
    assert of(100, JULY) is None
    assert of(100, JULY, free="0.5") is None


def test_of_many_uses_the_unknown_ones_stay_unknown():
    uses = [Use(JANUARY, D(100), is_estimated=True), Use(JULY, D(5)), Use(JANUARY, None)]
    found = all_corrected(uses, known=KNOWN, weather_free=D(0))

    assert found == [Use(JANUARY, D(125), is_estimated=True), Use(JULY, None), Use(JANUARY, None)]
