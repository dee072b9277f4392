"""Hours, days and months from interval values: days of 23 and 25 hours, gaps, what counts once."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from mains.core.calendars import Period
from mains.metering.rules import interval_use as rules
from mains.metering.rules.interval_use import Amount, Grain
from mains.metering.rules.intervals import DayValues

KYIV = ZoneInfo("Europe/Kyiv")
AUTUMN, SPRING, PLAIN = date(2026, 10, 25), date(2026, 3, 29), date(2026, 5, 1)
E, M, C = 1, 2, 3


def day(count: int, minutes: int = 60, **changed: tuple[int | None, int]) -> DayValues:
    """
    Return a day of ones, in kWh of three decimals; `_3=(None, 0)` changes the fourth.
    """
    values: list[int | None] = [1000] * count
    marks = [M] * count
    for place, (value, mark) in changed.items():
        values[int(place[1:])], marks[int(place[1:])] = value, mark
    return DayValues(minutes, 3, tuple(values), tuple(marks))


def whole(text: str) -> Amount:
    return Amount(Decimal(text), True)


@pytest.mark.parametrize(("on", "count"), [(PLAIN, 24), (AUTUMN, 25), (SPRING, 23)])
@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_a_day_has_as_many_hours_as_clocks_show(on, count, minutes):
    now = rules.by_hour(day(count * 60 // minutes, minutes), day=on, zone=KYIV)
    parts = rules.hours_of(day=on, zone=KYIV, now=now, before={})
    assert len(parts) == count
    assert {part.now.used for part in parts} == {Decimal(60 // minutes)}
    # Two times of one zone are subtracted as its clocks show them.
    assert parts[-1].end.timestamp() - parts[0].start.timestamp() == count * 3600


def test_the_repeated_hour_is_told_apart():
    parts = rules.hours_of(
        day=AUTUMN, zone=KYIV, now=rules.by_hour(day(25), day=AUTUMN, zone=KYIV), before={}
    )
    assert [(part.start.hour, part.again) for part in parts[2:6]] == [
        (2, False), (3, False), (3, True), (4, False),
    ]  # fmt: skip


def test_the_repeated_hour_has_nothing_to_be_compared_with():
    before = rules.by_hour(day(24), day=PLAIN, zone=KYIV)
    parts = rules.hours_of(day=AUTUMN, zone=KYIV, now={}, before=before)
    assert [part.before is None for part in parts[2:6]] == [False, False, True, False]


class TestMarks:
    def amount(self, **changed):
        return rules.by_hour(day(96, 15, **changed), day=PLAIN, zone=KYIV)[0, 0]

    def test_an_hour_with_a_quarter_missing_is_incomplete(self):
        assert self.amount(_2=(None, 0)) == Amount(Decimal(3), False)

    def test_an_hour_with_nothing_is_no_hour(self):
        held = day(24, _0=(None, 0))
        assert (0, 0) not in rules.by_hour(held, day=PLAIN, zone=KYIV)

    def test_one_estimated_quarter_marks_its_hour(self):
        assert self.amount(_2=(1000, E)).is_estimated
        assert not self.amount().is_estimated

    def test_one_corrected_quarter_marks_its_hour(self):
        assert self.amount(_2=(1000, C)).is_corrected


def test_a_day_known_as_a_whole_has_no_hours():
    held = DayValues(1440, 3, (24000,), (M,))
    assert rules.by_hour(held, day=PLAIN, zone=KYIV) == {}
    assert not rules.is_long(1440, 1)
    assert rules.is_long(31 * 1440, 1)


class TestPeriods:
    @pytest.mark.parametrize(
        ("grain", "start", "end"),
        [
            (Grain.HOURS, date(2026, 5, 14), date(2026, 5, 15)),
            (Grain.DAYS, date(2026, 5, 1), date(2026, 6, 1)),
            (Grain.MONTHS, date(2026, 1, 1), date(2027, 1, 1)),
        ],
    )
    def test_hold_the_day(self, grain, start, end):
        assert rules.period_of(grain, date(2026, 5, 14)) == Period(start, end)

    def test_the_leap_day_is_compared_with_the_28th(self):
        leap = rules.period_of(Grain.HOURS, date(2028, 2, 29))
        assert rules.year_before(leap) == Period(date(2027, 2, 28), date(2027, 3, 1))

    def test_a_leap_month_is_compared_with_a_whole_month(self):
        leap = rules.period_of(Grain.DAYS, date(2028, 2, 29))
        assert rules.year_before(leap) == Period(date(2027, 2, 1), date(2027, 3, 1))


class TestMonths:
    def test_a_month_with_a_day_missing_is_incomplete(self):
        days = {date(2026, 6, number): whole("1") for number in range(1, 30)}
        assert rules.by_month(days, {}) == {date(2026, 6, 1): Amount(Decimal(29), False)}
        days[date(2026, 6, 30)] = whole("1")
        assert rules.by_month(days, {}) == {date(2026, 6, 1): whole("30")}

    def test_a_month_known_as_a_whole_stands_where_there_are_no_days(self):
        long = {date(2026, 6, 1): whole("300")}
        assert rules.by_month({}, long) == long

    def test_days_stand_before_a_value_of_the_whole_month(self):
        days = {date(2026, 6, 5): whole("1")}
        found = rules.by_month(days, {date(2026, 6, 1): whole("300")})
        assert found == {date(2026, 6, 1): Amount(Decimal(1), False)}

    def test_stand_beside_those_of_the_year_before(self):
        year = rules.period_of(Grain.MONTHS, PLAIN)
        parts = rules.months_of(
            year=year, now={date(2026, 3, 1): whole("5")}, before={date(2025, 3, 1): whole("4")}
        )
        assert [(one.start.month, one.before.used) for one in parts if one.before] == [
            (3, Decimal(4))
        ]
        assert len(parts) == 12


class TestTheKnownPart:
    def parts(self, now: dict[int, str], before: dict[int, str]):
        month = rules.period_of(Grain.DAYS, PLAIN)
        parts = rules.days_of(
            month=month,
            now={date(2026, 5, day): whole(text) for day, text in now.items()},
            before={date(2025, 5, day): whole(text) for day, text in before.items()},
        )
        return [part.start.day for part in rules.known_part(parts)]

    def test_ends_with_the_last_value_and_keeps_gaps(self):
        assert self.parts({1: "1", 4: "1"}, {}) == [1, 2, 3, 4]

    def test_begins_where_something_is_known(self):
        assert self.parts({5: "1", 6: "1"}, {4: "1", 9: "1"}) == [4, 5, 6]

    def test_of_a_year_before_alone_is_all_that_is_known(self):
        assert self.parts({}, {4: "1", 6: "1"}) == [4, 5, 6]

    def test_of_nothing_is_nothing(self):
        assert self.parts({}, {}) == []


class TestTotals:
    def test_are_whole_only_without_a_gap(self):
        month = rules.period_of(Grain.DAYS, PLAIN)
        known = {one: whole("2") for one in month.each_day()}
        parts = rules.days_of(month=month, now=known, before={})
        assert rules.totals(parts) == (whole("62"), None)
        del known[date(2026, 5, 9)]
        parts = rules.days_of(month=month, now=known, before=known)
        assert rules.totals(parts)[0] == Amount(Decimal(60), False)


class TestWhatCounts:
    @pytest.mark.parametrize(
        ("code", "magnitude"),
        [("1.8.0", "1.8"), ("1.8.2", "1.8"), ("2.8.0", "2.8"), ("1", "1.8"), ("HT", "1.8"),
         ("24.2.1", "1.8"), ("5.8.0", "5.8")],
    )  # fmt: skip
    def test_a_register_counts_what_its_code_says(self, code, magnitude):
        assert rules.magnitude_of(code) == magnitude

    @pytest.mark.parametrize(
        ("codes", "counted"),
        [
            ({"1.8.0", "1.8.1", "1.8.2"}, {"1.8.0"}),
            ({"1.8.1", "1.8.2"}, {"1.8.1", "1.8.2"}),
            ({"1"}, {"1"}),
            ({"1.8.0"}, {"1.8.0"}),
        ],
    )
    def test_a_total_and_its_tariffs_count_once(self, codes, counted):
        assert rules.counted(codes) == counted
