"""Questions on the usage page, which keep nobody from anything."""

from datetime import date, timedelta

import pytest
from tests.journeys.estimates.world import SLUG
from tests.journeys.usage.world import anna, said

from mains.guard.context import inside

RUNS, NOBODY, WHY = (
    "Is water running somewhere?", "Does nobody use anything here?",
    "Do you know why you used so much more?",
)  # fmt: skip
# Today is 15 January 2027.
LAST = date(2027, 1, 14)


@pytest.fixture
def home(opened):
    home = opened()
    home.register.unit = "m3"
    home.register.save()
    return home


def nights(home, *, days: int = 7, last: date = LAST, **hours: int) -> None:
    """
    Store days on which each hour used 12 l, but at those named something else.
    """
    from mains.metering.models import IntervalDay

    values = [hours.get(f"at_{hour}", 12) for hour in range(24)]
    for n in range(days):
        IntervalDay.objects.create(
            register_id=home.register.pk, day=last - timedelta(days=n), import_id=1, minutes=60,
            decimals=3, values=values, qualities=[2] * 24,
        )  # fmt: skip


class TestWaterAtNight:
    def test_that_never_stops_asks_a_question(self, home):
        nights(home, at_3=5)
        text = said(anna(home))

        assert f"{RUNS} In each of the last 7 nights" in text
        assert "0.005 m³ or more" in text

    def test_one_hour_without_use_is_enough(self, home):
        nights(home, at_3=0)
        assert RUNS not in said(anna(home))

    @pytest.mark.parametrize("given", [{"days": 6}, {"last": LAST - timedelta(days=20)}])
    def test_too_few_or_too_old_nights_say_nothing(self, home, given):
        nights(home, **given)
        assert RUNS not in said(anna(home))

    def test_electricity_at_night_is_no_leak(self, home):
        home.register.unit = "kWh"
        home.register.save()
        nights(home)
        assert RUNS not in said(anna(home))

    def test_gas_is_no_water(self, opened):
        from tests.journeys.estimates.test_conversions import FACTORS, file_of

        file = file_of(FACTORS)
        home = opened(services=file.model_dump(mode="json", exclude_none=True)["services"])
        home.register.unit = "m3"
        home.register.save()
        nights(home)
        assert RUNS not in said(anna(home))

    def test_it_keeps_nobody_from_reading(self, home):
        nights(home)
        person = anna(home)
        assert 'name="reading-' in person.get("/readings/").content.decode()


class TestNothingUsed:
    @pytest.fixture
    def unused(self, home):
        """
        November and December showed what October had.
        """
        from mains.metering.models import Reading

        october = Reading.objects.get(period_start=date(2026, 10, 1))
        later = Reading.objects.filter(period_start__gt=october.period_start)
        later.update(value=october.value)
        return home

    def test_in_two_periods_asks_a_question(self, unused):
        text = said(anna(unused))
        assert f"{NOBODY} Nothing was used in the latest two periods" in text

    def test_an_estimate_of_nothing_says_nothing(self, unused):
        from mains.metering.models import Reading

        Reading.objects.filter(period_start=date(2026, 12, 1)).update(quality="ESTIMATED")
        assert NOBODY not in said(anna(unused))

    def test_after_the_contract_nobody_is_asked(self, unused):
        unused.contract.end_date = date(2027, 1, 1)
        unused.contract.save()
        assert NOBODY not in said(anna(unused))


def test_much_more_than_a_year_before_asks_why(home):
    person = anna(home)
    assert WHY not in said(person)
    with inside(SLUG):
        home.read(date(2027, 1, 14), 3_460 + 600)
    text = said(person)
    assert f"{WHY} That is much more than a year before." in text
    assert "close every tap" in text


def test_of_gas_nobody_is_told_to_close_taps(opened):
    from tests.journeys.estimates.test_conversions import FACTORS, file_of

    file = file_of(FACTORS)
    home = opened(services=file.model_dump(mode="json", exclude_none=True)["services"])
    home.register.unit = "m3"
    home.register.save()
    home.read(date(2027, 1, 14), 3_460 + 600)
    text = said(anna(home))
    assert WHY in text
    assert "close every tap" not in text
