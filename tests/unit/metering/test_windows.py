from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period
from mains.metering.rules.spans import (
    Always,
    DayOfYear,
    FirstDays,
    FixedDates,
    FixedDays,
    LastDays,
    Rule,
    WindowContradiction,
)
from mains.metering.rules.windows import (
    ReadingWindow,
    WindowState,
    period_of,
    recommended_between,
    state_on,
    view,
)

R, O, L = WindowState.RECOMMENDED, WindowState.OPEN, WindowState.LOCKED  # noqa: E741
KYIV = ZoneInfo("Europe/Kyiv")
HEAT = ReadingWindow(recommended=LastDays(7, through=1), lock=FixedDays(2, 7))
POWER = ReadingWindow(recommended=FirstDays(5))
START, END = date(2024, 1, 1), date(2034, 1, 1)


class TestHeat:
    """The last week of the month up to the 1st; suspended from the 2nd to the 7th."""

    @pytest.mark.seed("S3.04")
    @pytest.mark.parametrize(
        ("day", "state"),
        [
            (date(2026, 2, 21), O),
            (date(2026, 2, 22), R),
            (date(2026, 2, 28), R),
            (date(2026, 3, 1), R),
            (date(2026, 3, 2), L),
            (date(2024, 2, 22), O),
            (date(2024, 2, 23), R),
            (date(2024, 2, 29), R),
            (date(2026, 4, 23), O),
            (date(2026, 4, 24), R),
            (date(2026, 12, 25), R),
            (date(2027, 1, 1), R),
        ],
    )
    def test_last_week_through_the_first(self, day: date, state: WindowState) -> None:
        assert state_on(HEAT, day) is state

    @pytest.mark.seed("S3.04")
    @pytest.mark.seed("S3.06")
    @pytest.mark.parametrize(
        ("day", "month"),
        [
            (date(2026, 2, 28), date(2026, 2, 1)),
            (date(2026, 3, 1), date(2026, 2, 1)),
            (date(2026, 3, 2), date(2026, 3, 1)),
            (date(2027, 1, 1), date(2026, 12, 1)),
        ],
    )
    def test_the_first_belongs_to_the_closing_month(self, day: date, month: date) -> None:
        assert period_of(HEAT, day) == Period.month_of(month)

    @pytest.mark.seed("S3.07")
    def test_locked_from_the_second_to_the_seventh(self) -> None:
        days = [date(2026, 3, number) for number in range(1, 10)]
        assert [state_on(HEAT, day) for day in days] == [R, L, L, L, L, L, L, O, O]

    @pytest.mark.seed("S3.07")
    def test_the_year_2026_has_96_72_and_197_days(self) -> None:
        year = Period(date(2026, 1, 1), date(2027, 1, 1))
        states = [state_on(HEAT, day) for day in year.each_day()]
        assert [states.count(state) for state in (R, L, O)] == [96, 72, 197]

    @pytest.mark.seed("S3.07")
    def test_says_when_it_opens_again(self) -> None:
        seen = view(HEAT, instant=datetime(2026, 3, 3, 9, tzinfo=UTC), zone=KYIV)
        assert seen.state is L
        assert seen.opens_on == seen.changes_on == date(2026, 3, 8)
        assert seen.opens_at == datetime(2026, 3, 7, 22, tzinfo=UTC)
        assert seen.recommended_on == date(2026, 3, 25)
        # By then summer time begins.
        later = view(HEAT, instant=datetime(2026, 3, 29, 9, tzinfo=UTC), zone=KYIV)
        assert later.state is R
        assert later.changes_on == date(2026, 4, 2)
        assert later.changes_at == datetime(2026, 4, 1, 21, tzinfo=UTC)
        assert (later.opens_on, later.recommended_on) == (None, None)

    @pytest.mark.seed("S3.04")
    @pytest.mark.seed("S3.07")
    @pytest.mark.parametrize(
        ("zone", "last_moment"),
        [
            ("Europe/Kyiv", datetime(2027, 11, 1, 22, tzinfo=UTC)),
            ("Europe/Budapest", datetime(2027, 11, 1, 23, tzinfo=UTC)),
        ],
    )
    def test_ends_at_midnight_of_the_zone(self, zone: str, last_moment: datetime) -> None:
        before = view(HEAT, instant=last_moment - timedelta(microseconds=1), zone=ZoneInfo(zone))
        after = view(HEAT, instant=last_moment, zone=ZoneInfo(zone))
        assert (before.state, after.state) == (R, L)
        assert before.changes_at == last_moment
        assert before.period == Period.month_of(date(2027, 10, 1))
        assert after.period == Period.month_of(date(2027, 11, 1))


class TestElectricity:
    @pytest.mark.seed("S3.05")
    def test_first_days_close_the_month_before(self) -> None:
        days = [date(2026, 3, number) for number in (1, 5, 6, 31)]
        assert [state_on(POWER, day) for day in days] == [R, R, O, O]
        assert period_of(POWER, date(2026, 3, 5)) == Period.month_of(date(2026, 2, 1))
        assert period_of(POWER, date(2026, 3, 6)) == Period.month_of(date(2026, 3, 1))

    @pytest.mark.seed("S3.05")
    def test_may_be_strict_about_the_other_days(self) -> None:
        strict = ReadingWindow(recommended=FirstDays(5), elsewhere=L)
        seen = view(strict, instant=datetime(2026, 2, 6, tzinfo=UTC), zone=KYIV)
        assert (seen.state, seen.opens_on) == (L, date(2026, 3, 1))


class TestDaysOfTheYear:
    """A quarterly reading, and one at the turn of the year."""

    QUARTERS = ReadingWindow(
        recommended=FixedDates(
            tuple((DayOfYear(month, 1), DayOfYear(month, 10)) for month in (1, 4, 7, 10)),
            closes_before=True,
        )
    )
    YEAR = ReadingWindow(recommended=FixedDates(((DayOfYear(12, 20), DayOfYear(1, 5)),)))

    def test_close_the_month_before(self) -> None:
        days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 10), date(2026, 4, 11)]
        assert [state_on(self.QUARTERS, day) for day in days] == [O, R, R, O]
        assert period_of(self.QUARTERS, date(2026, 4, 10)) == Period.month_of(date(2026, 3, 1))
        assert period_of(self.QUARTERS, date(2026, 4, 11)) == Period.month_of(date(2026, 4, 1))

    def test_may_go_on_into_the_next_year(self) -> None:
        days = [date(2026, 12, 19), date(2026, 12, 20), date(2027, 1, 5), date(2027, 1, 6)]
        assert [state_on(self.YEAR, day) for day in days] == [O, R, R, O]
        assert period_of(self.YEAR, date(2027, 1, 5)) == Period.month_of(date(2026, 12, 1))

    def test_the_next_one_is_found_months_ahead(self) -> None:
        seen = view(self.YEAR, instant=datetime(2026, 1, 7, tzinfo=UTC), zone=KYIV)
        assert (seen.state, seen.recommended_on) == (O, date(2026, 12, 20))

    def test_the_29th_of_february_is_the_28th_in_other_years(self) -> None:
        window = ReadingWindow(recommended=FixedDates(((DayOfYear(2, 29), DayOfYear(2, 29)),)))
        year = Period(date(2026, 1, 1), date(2029, 1, 1))
        wanted = [day for day in year.each_day() if state_on(window, day) is R]
        assert wanted == [date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]

    def test_strict_ones_are_locked_most_of_the_year(self) -> None:
        strict = ReadingWindow(recommended=self.QUARTERS.recommended, elsewhere=L)
        seen = view(strict, instant=datetime(2026, 4, 20, tzinfo=UTC), zone=KYIV)
        assert (seen.state, seen.is_suspended, seen.opens_on) == (L, False, date(2026, 7, 1))


class TestFreeDays:
    """The 1st of November 2026 is a Sunday; here the 2nd is a holiday as well."""

    WINDOW = ReadingWindow(
        recommended=LastDays(7, through=1),
        lock=FixedDays(2, 7),
        free_day=lambda day: day.weekday() >= 5 or day == date(2026, 11, 2),
    )

    def test_let_the_window_go_on_through_the_next_working_day(self) -> None:
        days = [date(2026, 11, number) for number in range(1, 11)]
        # The 7th is a Saturday, so the lock goes on through Monday, the 9th.
        assert [state_on(self.WINDOW, day) for day in days] == [R, R, R, *[L] * 6, O]
        assert period_of(self.WINDOW, date(2026, 11, 3)) == Period.month_of(date(2026, 10, 1))

    def test_count_like_any_other_where_nothing_is_said(self) -> None:
        assert state_on(HEAT, date(2026, 11, 2)) is L
        assert state_on(HEAT, date(2026, 11, 8)) is O

    def test_without_end_do_not_hang(self) -> None:
        window = ReadingWindow(recommended=FirstDays(2), free_day=lambda _day: True)
        assert state_on(window, date(2026, 11, 16)) is R
        assert state_on(window, date(2026, 11, 17)) is O


def test_a_calendar_names_the_rows_of_wanted_days() -> None:
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    rows = recommended_between(HEAT, year)
    assert len(rows) == 12
    assert rows[1] == Period(date(2026, 2, 22), date(2026, 3, 2))
    assert recommended_between(ReadingWindow(recommended=Always()), year) == []


class TestAlways:
    def test_is_open_every_day_and_recommends_none(self) -> None:
        seen = view(
            ReadingWindow(recommended=Always()), instant=datetime(2026, 2, 6, tzinfo=UTC), zone=KYIV
        )
        assert (seen.state, seen.changes_on, seen.opens_on, seen.recommended_on) == (
            O, None, None, None,
        )  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [
        lambda: ReadingWindow(recommended=LastDays(7, through=2), lock=FixedDays(2, 7)),
        lambda: ReadingWindow(recommended=LastDays(25), lock=FixedDays(2, 7)),
        lambda: ReadingWindow(recommended=FixedDays(31, 31), elsewhere=L),
        lambda: ReadingWindow(recommended=Always(), lock=FixedDays(1, 31)),
        lambda: ReadingWindow(recommended=FixedDays(9, 4)),
        lambda: ReadingWindow(recommended=FirstDays(40)),
        lambda: ReadingWindow(recommended=FirstDays(4), elsewhere=R),
        lambda: DayOfYear(2, 30),
        lambda: DayOfYear(13, 1),
        lambda: ReadingWindow(
            recommended=FixedDates(((DayOfYear(1, 1), DayOfYear(1, 10)),)), lock=FixedDays(2, 7)
        ),
    ],
)
def test_contradictions_are_refused(make: object) -> None:
    with pytest.raises(WindowContradiction):
        make()  # type: ignore[operator]


def spans(rule: Rule, year: int, month: int) -> set[date]:
    """
    Return the days that a rule names around one month, counted on a list of its days.
    """
    days = list(Period.month_of(date(year, month, 1)).each_day())
    if isinstance(rule, LastDays):
        after = [days[-1] + timedelta(days=n) for n in range(1, rule.through + 1)]
        return {*(days[-rule.days :] if rule.days else []), *after}
    if isinstance(rule, FirstDays):
        return set(days[: rule.days])
    if isinstance(rule, FixedDays):
        return set(days[rule.first - 1 : rule.last])
    return set()


rules = st.one_of(
    st.builds(LastDays, st.integers(1, 12), st.integers(0, 5)),
    st.builds(FirstDays, st.integers(1, 12)),
    st.builds(lambda a, b: FixedDays(min(a, b), max(a, b)), st.integers(1, 31), st.integers(1, 31)),
    st.just(Always()),
)
locks = st.none() | st.builds(
    lambda a, n: FixedDays(a, a + n), st.integers(1, 25), st.integers(0, 5)
)


@pytest.mark.seed("S3.04")
@pytest.mark.seed("S3.05")
@pytest.mark.seed("S3.07")
@given(rules, locks, st.sampled_from([O, L]), st.none() | st.integers(0, 10))
def test_ten_years_agree_with_counting_days_one_by_one(
    rule: Rule, lock: FixedDays | None, elsewhere: WindowState, closing: int | None
) -> None:
    try:
        window = ReadingWindow(
            recommended=rule, lock=lock, elsewhere=elsewhere, closing_through=closing
        )
    except WindowContradiction:
        return
    months = [(year, month) for year in range(2023, 2034) for month in range(1, 13)]
    wanted = set().union(*(spans(rule, *month) for month in months))
    locked = set().union(*(spans(lock, *month) for month in months)) if lock else set()
    others = O if isinstance(rule, Always) else elsewhere
    if closing is None:
        closing = {LastDays: "through", FirstDays: "days"}.get(type(rule), "") and getattr(
            rule,
            {LastDays: "through", FirstDays: "days"}[type(rule)],  # type: ignore[index]
        )
    for day in Period(START, END).each_day():
        expected = L if day in locked else R if day in wanted else others
        assert state_on(window, day) is expected
        month = day - timedelta(days=day.day) if day.day <= (closing or 0) else day
        assert period_of(window, day) == Period.month_of(month)


@given(rules, locks, st.integers(0, 10 * 365 * 24 * 60))
def test_the_next_days_named_are_the_next_in_fact(
    rule: Rule, lock: FixedDays | None, minutes: int
) -> None:
    try:
        window = ReadingWindow(recommended=rule, lock=lock)
    except WindowContradiction:
        return
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    seen = view(window, instant=moment, zone=KYIV)
    following = [seen.day + timedelta(days=n) for n in range(1, 200)]
    states = [(day, state_on(window, day)) for day in following]
    assert seen.changes_on == next((d for d, s in states if s is not seen.state), None)
    if seen.state is not R:
        assert seen.recommended_on == next((d for d, s in states if s is R), None)
    if seen.state is L:
        assert seen.opens_on == next(d for d, s in states if s is not L)
