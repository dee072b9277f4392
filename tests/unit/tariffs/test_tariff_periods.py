"""Which tariff period an hour belongs to, over holidays and changes of the clock."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period
from mains.tariffs.rules.calendars import (
    Calendar,
    CalendarWrong,
    DayKind,
    HourRule,
    Season,
    Timetable,
    UnfitIntervals,
)

WORK = (DayKind.WORKDAY,)
FREE = (DayKind.SATURDAY, DayKind.SUNDAY, DayKind.HOLIDAY)
YEAR = Season("year", (1, 1), (12, 31))
# Spain, 2.0TD: punta 10-14 and 18-22, llano 8-10, 14-18 and 22-24, valle the rest and free days
# (CNMC, Circular 3/2020, article 7).
TD20 = Calendar(
    "td20",
    (YEAR,),
    (
        HourRule("P3", WORK, 0, 8),
        HourRule("P2", WORK, 8, 10),
        HourRule("P1", WORK, 10, 14),
        HourRule("P2", WORK, 14, 18),
        HourRule("P1", WORK, 18, 22),
        HourRule("P2", WORK, 22, 24),
        HourRule("P3", FREE, 0, 24),
    ),
)
EPIPHANY = date(2027, 1, 6)
MADRID = Timetable(TD20, ZoneInfo("Europe/Madrid"), {EPIPHANY}.__contains__)


def ones(count: int) -> list[int]:
    return [1] * count


def totals_of(timetable: Timetable, day: date, values: list[int]) -> dict[str, int]:
    return timetable.totals([values], period=Period(day, day + timedelta(days=1)))


def peaks_of(timetable: Timetable, day: date, values: list[int]) -> dict[str, int]:
    return timetable.peaks([values], period=Period(day, day + timedelta(days=1)))


class TestDays:
    @pytest.mark.parametrize(
        ("day", "count", "expected"),
        [
            (date(2027, 1, 5), 24, {"P1": 8, "P2": 8, "P3": 8}),
            (EPIPHANY, 24, {"P3": 24}),
            (date(2027, 1, 9), 24, {"P3": 24}),
            # The clock changes on Sundays: 23 and 25 hours, all of them valle.
            (date(2027, 3, 28), 23, {"P3": 23}),
            (date(2027, 10, 31), 25, {"P3": 25}),
        ],
    )
    def test_hours_of_each_period(self, day, count, expected):
        assert totals_of(MADRID, day, ones(count)) == expected

    def test_the_hour_that_is_left_out_and_the_one_that_is_twice(self):
        night = Calendar("n", (YEAR,), (HourRule("N", tuple(DayKind), 0, 3),
                                        HourRule("D", tuple(DayKind), 3, 24)))  # fmt: skip
        kyiv = Timetable(night, ZoneInfo("Europe/Kyiv"), lambda _day: False)
        # Ukraine goes from 3 to 4 o'clock and back from 4 to 3.
        assert totals_of(kyiv, date(2027, 3, 28), ones(23)) == {"N": 3, "D": 20}
        assert totals_of(kyiv, date(2027, 10, 31), ones(25)) == {"N": 3, "D": 22}
        madrid = Timetable(night, ZoneInfo("Europe/Madrid"), lambda _day: False)
        assert totals_of(madrid, date(2027, 3, 28), ones(23)) == {"N": 2, "D": 21}
        assert totals_of(madrid, date(2027, 10, 31), ones(25)) == {"N": 4, "D": 21}

    def test_quarters_of_an_hour_and_the_highest_power(self):
        quarters = list(range(96))
        day = date(2027, 1, 5)
        assert sum(totals_of(MADRID, day, quarters).values()) == sum(quarters)
        # The last quarter before 22:00 is the 88th: 87 Wh in a quarter are 348 W.
        assert peaks_of(MADRID, day, quarters)["P1"] == 348

    @pytest.mark.parametrize("count", [1, 23, 25, 47])
    def test_values_that_do_not_go_up_in_hours_are_refused(self, count):
        with pytest.raises(UnfitIntervals, match=f"{count} values for the 24 hours"):
            totals_of(MADRID, date(2027, 1, 5), ones(count))

    @given(
        st.dates(date(2024, 1, 1), date(2031, 12, 31)),
        st.sampled_from([1, 2, 4]),
        st.sampled_from(["Europe/Kyiv", "Europe/Madrid", "Atlantic/Canary", "Europe/Riga"]),
    )
    def test_every_value_falls_into_one_period(self, day, times, zone):
        timetable = Timetable(TD20, ZoneInfo(zone), lambda _day: False)
        count = len(timetable.hours_of(day)) * times
        values = list(range(count))
        assert sum(totals_of(timetable, day, values).values()) == sum(values)
        # The change of the clock alone makes a day longer or shorter.
        assert count // times in {23, 24, 25}


class TestSeasons:
    def test_a_winter_over_new_year(self):
        winter = Season("winter", (11, 1), (3, 31))
        assert winter.holds(date(2027, 1, 15))
        assert winter.holds(date(2026, 11, 1))
        assert not winter.holds(date(2027, 4, 1))

    def test_each_day_has_the_hours_of_its_season(self):
        both = Calendar(
            "two",
            (Season("winter", (11, 1), (3, 31)), Season("summer", (4, 1), (10, 31))),
            (
                HourRule("W", tuple(DayKind), 0, 24, ("winter",)),
                HourRule("S", tuple(DayKind), 0, 24, ("summer",)),
            ),
        )
        timetable = Timetable(both, ZoneInfo("Europe/Riga"), lambda _day: False)
        assert totals_of(timetable, date(2026, 10, 30), ones(24)) == {"S": 24}
        assert totals_of(timetable, date(2026, 11, 1), ones(24)) == {"W": 24}


class TestMistakes:
    @pytest.mark.parametrize(
        ("seasons", "rules", "message"),
        [
            ((YEAR,), (HourRule("A", tuple(DayKind), 0, 23),),
             r"c\.hours: 23:00 of a workday in year has no period"),
            ((YEAR,), (HourRule("A", tuple(DayKind), 0, 24), HourRule("B", WORK, 5, 6)),
             r"c\.hours\[1\]: 5:00 of a workday in year is A already, and B as well"),
            ((Season("s", (1, 1), (12, 30)),), (HourRule("A", tuple(DayKind), 0, 24),),
             r"c\.seasons: 12-31 has no season"),
            ((YEAR, Season("x", (7, 1), (7, 31))), (HourRule("A", tuple(DayKind), 0, 24),),
             r"c\.seasons: 07-01 belongs to year and x"),
            ((YEAR,), (HourRule("A", tuple(DayKind), 0, 24, ("autumn",)),),
             r"c\.hours\[0\]: no season is autumn"),
        ],
    )  # fmt: skip
    def test_are_refused_with_their_place(self, seasons, rules, message):
        with pytest.raises(CalendarWrong, match=message):
            Calendar("c", seasons, rules)

    def test_control_29_february_belongs_to_a_season(self):
        assert YEAR.holds(date(2024, 2, 28) + timedelta(days=1))
