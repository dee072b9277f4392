from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period
from mains.metering.rules.windows import (
    Always,
    FirstDays,
    FixedDays,
    LastDays,
    ReadingWindow,
    Rule,
    WindowContradiction,
    WindowState,
    period_of,
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
