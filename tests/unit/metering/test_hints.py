"""What is worth a question, and what is not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from mains.core.calendars import Period
from mains.metering.rules.comparing import Compared
from mains.metering.rules.hints import Hint, hint_of, is_striking, least_at_night
from mains.metering.rules.interval_use import Amount

MONTH = Period(date(2026, 1, 1), date(2026, 2, 1))
FIRST = date(2026, 11, 10)


def use(used, before=None, *, is_estimated: bool = False) -> Compared:
    pair = (None if one is None else Decimal(one) for one in (used, before))
    return Compared(MONTH, *pair, is_estimated)


def nights(count: int = 7, **changed):
    """
    Return days on which each hour used 0.012, and at the hours named something else.
    """
    hour = {number: Amount(Decimal("0.012"), is_whole=True) for number in range(24)}
    days = {FIRST + timedelta(days=n): {(h, 0): a for h, a in hour.items()} for n in range(count)}
    for name, amount in changed.items():
        _name, day, number = name.split("_")
        place = days[FIRST + timedelta(days=int(day))]
        if amount is None:
            del place[int(number), 0]
        else:
            place[int(number), 0] = amount
    return days


class TestMuchMore:
    def test_is_twice_as_much_as_a_year_before(self):
        known = [(20, 10), (19, 10), (20, 0), (20, None), (None, 10)]

        assert [is_striking(use(*pair)) for pair in known] == [True, False, False, False, False]


class TestNights:
    def test_the_least_of_every_hour_of_seven_nights(self):
        assert least_at_night(nights()) == Decimal("0.012")
        less = Amount(Decimal("0.003"), is_whole=True)
        assert least_at_night(nights(at_6_4=less)) == Decimal("0.003")

    def test_one_hour_without_use_is_enough_to_say_that_it_stops(self):
        assert least_at_night(nights(at_3_2=Amount(Decimal(0), is_whole=True))) == 0

    @pytest.mark.parametrize("hour", [0, 5, 12])
    def test_other_hours_do_not_matter(self, hour):
        none = Amount(Decimal(0), is_whole=True)
        assert least_at_night(nights(**{f"at_3_{hour}": none})) == Decimal("0.012")

    def test_only_the_last_seven_nights_matter(self):
        none = Amount(Decimal(0), is_whole=True)
        assert least_at_night(nights(8, at_0_2=none)) == Decimal("0.012")
        assert least_at_night(nights(8, at_1_2=none)) == 0

    @pytest.mark.parametrize(
        "days",
        [
            {},
            nights(6),
            {day: hours for day, hours in nights(8).items() if day != FIRST + timedelta(days=4)},
            nights(at_2_1=None, at_2_2=None),
            nights(at_2_1=Amount(Decimal("0.01"), is_whole=False)),
            nights(at_2_1=Amount(Decimal("0.01"), is_whole=True, is_estimated=True)),
        ],
        ids=["nothing", "six nights", "a gap", "hours missing", "in part", "estimated"],
    )
    def test_what_is_not_wholly_measured_says_nothing(self, days):
        assert least_at_night(days) is None

    def test_the_hour_that_spring_leaves_out_is_no_gap(self):
        assert least_at_night(nights(at_2_3=None)) == Decimal("0.012")


class TestOneHint:
    def test_water_at_night_comes_first(self):
        assert hint_of([use(20, 10)], runs=True, night=Decimal("0.01")) is Hint.NEVER_STOPS
        assert hint_of([use(20, 10)], runs=True, night=Decimal(0)) is Hint.MUCH_MORE
        assert hint_of([use(20, 10)], runs=True) is Hint.MUCH_MORE

    def test_nothing_used_twice_while_a_contract_runs(self):
        assert hint_of([use(5), use(0), use(0)], runs=True) is Hint.NOTHING_USED

    @pytest.mark.parametrize(
        ("uses", "runs"),
        [
            ([], True),
            ([use(0)], True),
            ([use(0), use(1)], True),
            ([use(0), use(None)], True),
            ([use(0), use(0, is_estimated=True)], True),
            ([use(0), use(0)], False),
        ],
    )
    def test_everything_else_is_no_hint(self, uses, runs):
        assert hint_of(uses, runs=runs) is None
