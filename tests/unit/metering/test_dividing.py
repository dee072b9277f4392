"""What a register showed where one contract hands over to the next."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period
from mains.metering.rules.consumption import BelowPrevious, Segment, used_in
from mains.metering.rules.dividing import (
    Dial,
    Known,
    divided,
    edge_of,
    neighbours,
    passed_zero,
    read_at,
)
from mains.metering.rules.estimating import EstimatePlan, Method, share_of

DAY = timedelta(days=1)
FIRST = date(2027, 1, 31)


def known(day: date, value: int, *, month: date | None = None, **changed) -> Known:
    given = {
        "until": day, "source": "SELF", "is_estimated": False, "method": "",
        "rolled_over": False, "is_billed": False,
    }  # fmt: skip
    return Known(
        read_date=day, month=month or day.replace(day=1), value=Decimal(value), **given | changed
    )


def by_days(part: Period, whole: Period) -> Decimal:
    return share_of(part, whole, plan=EstimatePlan())


@given(
    before=st.integers(0, 99_999),
    used=st.integers(0, 99_999),
    length=st.integers(2, 400),
    at=st.floats(0, 1),
    decimals=st.integers(0, 3),
    counts_down=st.booleans(),
)
def test_both_parts_add_up_whatever_the_register_shows(
    before, used, length, at, decimals, counts_down
):
    reached = before - used if counts_down else before + used
    later = known(FIRST + DAY * length, reached % 100_000, rolled_over=not 0 <= reached < 100_000)
    earlier = known(FIRST, before)
    day = FIRST + DAY * (2 + int(at * (length - 2)))
    dial = Dial(5, decimals, counts_down)
    edge = divided(day, around=(earlier, later), dial=dial, share=by_days)

    def counted(start, end) -> Decimal:
        return used_in(
            Segment(
                start=start.value,
                end=end.value,
                digits=5,
                rolled_over=passed_zero(end, since=start, dial=dial),
                counts_down=counts_down,
            )
        )

    parts = counted(edge_of(earlier), edge), counted(edge, edge_of(later))
    assert sum(parts) == used
    assert 0 <= parts[0] <= used
    assert edge.read_date == day - DAY


def test_readings_that_contradict_each_other_are_not_divided():
    with pytest.raises(BelowPrevious):
        divided(
            date(2027, 2, 11),
            around=(known(FIRST, 500), known(date(2027, 2, 28), 400)),
            dial=Dial(5, 0),
            share=by_days,
        )


class TestReadAt:
    def test_the_day_and_the_one_before(self):
        for day, found in ((9, False), (10, True), (11, True), (12, False)):
            one = read_at(date(2027, 2, 11), readings=[known(date(2027, 2, day), 7)])
            assert (one is not None) is found

    def test_what_closes_the_month_before_though_it_was_read_later(self):
        late = known(date(2027, 2, 5), 7, month=date(2027, 1, 1), until=FIRST)
        assert read_at(date(2027, 2, 1), readings=[late])
        assert not read_at(date(2027, 2, 3), readings=[late])

    def test_what_was_billed_before_what_was_read_before_what_was_not(self):
        day = date(2027, 2, 11)
        estimated = known(day, 1, is_estimated=True)
        read = known(day, 2)
        billed = known(day, 3, is_estimated=True, is_billed=True)
        assert read_at(day, readings=[estimated]).value == 1
        assert read_at(day, readings=[estimated, read]).value == 2
        assert read_at(day, readings=[estimated, read, known(day, 4), billed]).value == 3


def test_estimates_are_neighbours_only_where_nobody_read():
    readings = [
        known(date(2026, 12, 31), 1), known(FIRST, 2, is_estimated=True),
        known(date(2027, 2, 28), 3, is_estimated=True),
    ]  # fmt: skip
    earlier, later = neighbours(date(2027, 2, 11), readings=readings)
    assert (earlier.value, later.value) == (1, 3)
    assert neighbours(date(2027, 3, 11), readings=readings) is None
    assert neighbours(date(2026, 12, 11), readings=readings) is None


def test_degree_days_share_a_use_only_where_they_are_known():
    part, whole = Period(date(2027, 2, 1), date(2027, 3, 1)), Period(FIRST + DAY, date(2027, 4, 1))
    cold = {date(2027, 2, 1): Decimal(300), date(2027, 3, 1): Decimal(100)}
    by_weather = EstimatePlan(methods=(Method.DEGREE_DAYS,), degree_days=cold)
    unknown = EstimatePlan(methods=(Method.DEGREE_DAYS,), degree_days={})
    assert share_of(part, whole, plan=by_weather) == Decimal("0.75")
    assert share_of(part, whole, plan=unknown).quantize(Decimal("0.0001")) == Decimal("0.4746")
