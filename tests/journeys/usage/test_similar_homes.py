"""What similar homes used, beside one's own use; never what one of them used."""

import pytest
from tests.journeys.usage.world import COMPARING, anna, others, said

from mains.guard.context import inside

AVERAGE = "similar homes used about"
# Anna used 310 kWh in December 2026, in a home of class "home".
SLUG = "poplar"


def page(opened, *homes, portal=COMPARING["portal"], by: str = "month", **changed) -> str:
    home = opened(portal=portal)
    for arguments in homes:
        others(**arguments)
    return said(anna(home, **changed), by=by)


class TestAverage:
    def test_is_told_in_neutral_words(self, opened):
        text = page(opened, {"count": 20, "used": 296})

        assert "About as much as similar homes" in text
        assert "December 2026: similar homes used about 300 kWh on average." in text
        assert "the average of at least 20 other homes" in text

    @pytest.mark.parametrize(
        ("used", "state"),
        [(200, "More than similar homes"), (400, "Less than similar homes")],
    )
    def test_less_and_more(self, opened, used, state):
        assert state in page(opened, {"count": 20, "used": used})

    def test_of_a_year_counts_the_same_months(self, opened):
        home = opened(portal=COMPARING["portal"])
        contracts = others(20, used=200)
        from mains.metering.models import Reading

        # Opened at 100 at the end of October; at the end of 2025 they showed 40.
        for contract in contracts:
            reading = Reading.objects.filter(
                register__meter__installations__supply_point=contract.supply_point_id
            ).earliest("read_date")
            reading.pk, reading.sent_key = None, f"{reading.sent_key}:2025"
            reading.read_date, reading.value = reading.read_date.replace(2025, 12), 40
            reading.period_start = reading.read_date.replace(day=1)
            reading.save()
        # 310 and 2460 in the whole year; of the others 360.
        text = said(anna(home), by="year")

        assert "2026: similar homes used about 360 kWh on average." in text
        assert "More than similar homes" in text


class TestNothingIsTold:
    def test_of_nineteen_homes(self, opened):
        assert AVERAGE not in page(opened, {"count": 19})

    def test_where_ones_own_home_would_be_the_twentieth(self, opened):
        home = opened(portal=COMPARING["portal"])
        contracts = others(20)
        with inside(SLUG):
            own = contracts[0].account
            person = anna(home)
        assert AVERAGE in said(person)
        contracts[0].account_id = home.account.pk
        with inside(SLUG):
            contracts[0].save()
        assert own.pk != home.account.pk
        assert AVERAGE not in said(person)

    def test_by_looking_at_one_account_the_others_of_the_login_stay_out(self, opened):
        home = opened(portal=COMPARING["portal"])
        mine = others(20)[0].account
        person = anna(home, mine)

        assert AVERAGE not in said(person, account=str(home.account.pk))

    def test_where_the_utility_does_not_compare(self, opened):
        assert AVERAGE not in page(opened, {"count": 30}, portal={})

    def test_by_homes_of_another_class_or_unit(self, opened):
        text = page(
            opened,
            {"count": 19},
            {"count": 20, "first": 100, "contract_class": "business"},
            {"count": 20, "first": 200, "unit": "m3"},
        )
        assert AVERAGE not in text

    def test_where_one_home_makes_more_than_a_quarter(self, opened):
        text = page(opened, {"count": 20}, {"count": 1, "first": 100, "used": 5_000})
        assert AVERAGE not in text

    def test_by_homes_that_were_not_read_at_both_ends(self, opened):
        home = opened(portal=COMPARING["portal"])
        point = others(20)[0].supply_point_id
        from mains.metering.models import Reading

        Reading.objects.filter(
            register__meter__installations__supply_point=point, period_start="2026-11-01"
        ).update(quality="NEEDS_REVIEW")
        assert AVERAGE not in said(anna(home))

    def test_by_homes_that_used_nothing(self, opened):
        assert AVERAGE not in page(opened, {"count": 19}, {"count": 5, "first": 100, "used": 0})


class TestSize:
    PORTAL = {"compare_homes": True, "compare_size": "heated_area"}

    def sized(self, opened, own: object, other: object) -> str:
        home = opened(portal=self.PORTAL)
        point = home.contract.supply_point
        point.attributes = {"heated_area": own} if own else {}
        point.save()
        others(20, attributes={"heated_area": other} if other else {})
        return said(anna(home))

    def test_homes_of_the_same_band_are_similar(self, opened):
        text = self.sized(opened, "72", "99.5")
        assert AVERAGE in text
        assert "of a similar size" in text

    def test_a_number_counts_like_its_text(self, opened):
        assert AVERAGE in self.sized(opened, 72, "72")

    @pytest.mark.parametrize("other", ["100", "69.9", None])
    def test_others_are_not(self, opened, other):
        assert AVERAGE not in self.sized(opened, "72", other)

    def test_a_home_of_unknown_size_is_compared_with_such(self, opened):
        text = self.sized(opened, None, None)
        assert AVERAGE in text
        assert "of a similar size" not in text


class TestWhatItCosts:
    def test_the_homes_are_chosen_once_and_asked_in_one_statement(self, opened):
        home = opened(portal=COMPARING["portal"])
        others(20)
        person = anna(home)
        first, second = statements(person), statements(person)

        assert len([one for one in first if "generate_series" in one]) == 1
        assert not [one for one in second if "generate_series" in one]
        assert len([one for one in second if "opening.value" in one]) == 1
        assert len(second) <= 12

    def test_a_home_read_a_moment_ago_counts_at_once(self, opened):
        from mains.metering.models import Reading

        home = opened(portal=COMPARING["portal"])
        others(20)
        person = anna(home)
        with inside(SLUG):
            late = Reading.objects.filter(period_start="2026-12-01").latest("pk")
            Reading.objects.filter(pk=late.pk).update(quality="NEEDS_REVIEW")
        assert AVERAGE not in said(person)
        with inside(SLUG):
            Reading.objects.filter(pk=late.pk).update(quality="ACCEPTED")
        assert AVERAGE in said(person)


def statements(person) -> list[str]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        person.get("/usage/")
        return [query["sql"] for query in asked.captured_queries]
