"""Staff say which homes share a building's meters, and see what falls to whom."""

import html
import re
from datetime import date

import pytest
from tests.factories import meters
from tests.journeys import console_world
from tests.journeys.conftest import move_clock
from tests.journeys.estimates import world
from tests.journeys.estimates.test_shared_meters import billed, file_of
from tests.journeys.estimates.world import SLUG, issued, last_day, started

from mains.guard import context

PAGE = "buildings/"


class Site:
    """
    A building with a meter, and the home of the world beside it, which has none of its own.
    """

    def __init__(self, home) -> None:
        home.register.meter.installations.all().delete()
        self.home, self.contract = home, home.contract
        self.building = meters.supply_point("LV-B")
        self.meter = meters.meter("B1", codes=("1",), digits=5)["1"]
        meters.hang(self.meter, self.building)
        home.read(date(2026, 12, 31), 1_000, register=self.meter)
        point = home.contract.supply_point
        point.attributes = {"area": "50"}
        point.save()

    def form(self, **typed) -> dict[str, str]:
        return {
            "building": "lv b",
            "home": self.contract.supply_point.code,
            "service": "electricity",
            "day": "2027-01-01",
        } | typed


@pytest.fixture
def site(unblocked):
    by_area = [{"by": "attribute", "name": "area", "percent": "100"}]
    with world.opened(file_of(keys=by_area)) as home:
        yield Site(home)


@pytest.fixture
def olga(site):
    from mains.guard.context import PUBLIC, inside
    from mains.identity.models import User
    from mains.tenancy import queries

    user = console_world.add_staff("olga@poplar.example", (SLUG, "BILLING"))
    queries.forget()
    move_clock(SLUG, world.at(2027, 2, 4))
    yield console_world.signed_in("olga@poplar.example", SLUG)
    with inside(PUBLIC):
        User.objects.filter(pk=user).delete()


def said(page) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html.unescape(page.content.decode())).split())


def registers(site) -> int:
    from mains.metering.models import Register

    with context.inside(SLUG):
        return Register.objects.filter(
            is_virtual=True, meter__installations__supply_point=site.contract.supply_point
        ).count()


def shares(olga, site, **typed):
    return olga.post(f"{PAGE}join/", site.form(**typed))


class TestJoining:
    def test_a_home_shares_and_is_billed(self, olga, site):
        answer = shares(olga, site)
        assert answer.status_code == 302
        with context.inside(SLUG):
            site.home.read(last_day(2027, 1), 1_200, register=site.meter)

        page = said(olga.get(f"{PAGE}{site.building.pk}/"))
        assert "Electricity: 200 kWh" in page
        assert "100 % by area" in page
        assert "200 50 of 50" in page
        assert "10000001" in page
        with context.inside(SLUG):
            assert billed(issued(started(2027, 1))) == {"10000001": "200"}
        assert "LV-B" in said(olga.get(PAGE))

    def test_twice_adds_nothing(self, olga, site):
        assert [shares(olga, site).status_code for _time in range(2)] == [302, 302]
        assert registers(site) == 1

    def test_it_is_audited(self, olga, site):
        from mains.audit.models import Entry

        shares(olga, site)
        with context.inside(SLUG):
            entry = Entry.objects.filter(action="building.shared").get()
        assert entry.actor.startswith("staff:")
        assert entry.detail["building"] == site.building.pk

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ({"home": "LV-B"}, "A building cannot be a home of another."),
            ({"building": "NOWHERE"}, "There is no supply point NOWHERE."),
            ({"day": "2019-01-01"}, "No meter of this service hangs there on that day."),
            ({"service": "water"}, "Choose one of the services."),
            ({"day": ""}, "Type the first day."),
        ],
    )
    def test_what_cannot_be_is_said_and_changes_nothing(self, olga, site, typed, says):
        answer = shares(olga, site, **typed)
        assert answer.status_code == 422
        assert says in said(answer)
        assert registers(site) == 0

    def test_a_home_of_another_building_is_refused(self, olga, site):
        with context.inside(SLUG):
            other = meters.supply_point("LV-C")
            meters.hang(meters.meter("C1", codes=("1",), digits=5)["1"], other)
        shares(olga, site)
        answer = shares(olga, site, building="LV-C")
        assert "This home belongs to another building." in said(answer)
        assert registers(site) == 1

    def test_a_home_that_homes_share_is_no_home(self, olga, site):
        shares(olga, site)
        with context.inside(SLUG):
            meters.supply_point("LV-D")
        answer = olga.post(
            f"{PAGE}join/", site.form(building=site.contract.supply_point.code, home="LV-D")
        )
        assert "A building cannot be a home of another." in said(answer)


class TestLeaving:
    def test_from_that_day_on_it_has_no_share(self, olga, site):
        shares(olga, site)
        answer = olga.post(f"{PAGE}leave/", site.form(day="2027-02-01"))
        assert answer.status_code == 302
        with context.inside(SLUG):
            site.home.read(last_day(2027, 1), 1_200, register=site.meter)
            assert billed(issued(started(2027, 1))) == {"10000001": "200"}
        move_clock(SLUG, world.at(2027, 3, 4))
        assert "No home shares in this period." in said(olga.get(f"{PAGE}{site.building.pk}/"))

    def test_twice_says_that_it_shares_nothing(self, olga, site):
        shares(olga, site)
        olga.post(f"{PAGE}leave/", site.form(day="2027-02-01"))
        again = olga.post(f"{PAGE}leave/", site.form(day="2027-02-01"))
        assert "It shares nothing of this service after that day." in said(again)

    def test_a_home_that_never_joined_cannot_leave(self, olga, site):
        answer = olga.post(f"{PAGE}leave/", site.form())
        assert "This home does not share the meters of that building." in said(answer)

    def test_who_left_can_come_back(self, olga, site):
        shares(olga, site)
        olga.post(f"{PAGE}leave/", site.form(day="2027-02-01"))
        assert shares(olga, site, day="2027-03-01").status_code == 302
        assert registers(site) == 2


def test_the_home_reads_on_its_bill_how_its_share_came_about(olga, site):
    from tests.journeys import sharing_world

    from mains.billing.models import Bill

    with context.inside(SLUG):
        empty = meters.supply_point("LV-E")
        empty.attributes = {"area": "150"}
        empty.save()
        site.home.read(last_day(2027, 1), 1_200, register=site.meter)
    shares(olga, site)
    shares(olga, site, home="LV-E")
    with context.inside(SLUG):
        issued(started(2027, 1))
        bill_id = Bill.objects.get().pk
    anna = sharing_world.person("anna@home.example", site.home.account, slug=SLUG)
    page = said(anna.get(f"/bills/{bill_id}/"))
    assert "The building used 200 kWh. The share of your home is 50 kWh:" in page
    assert "100 % by area: you have 50 of 200, so 50 of 200 kWh." in page


def test_what_falls_to_nobody_is_shown(olga, site):
    with context.inside(SLUG):
        empty = meters.supply_point("LV-E")
        empty.attributes = {"area": "150"}
        empty.save()
        site.home.read(last_day(2027, 1), 1_200, register=site.meter)
    shares(olga, site)
    shares(olga, site, home="LV-E")
    page = said(olga.get(f"{PAGE}{site.building.pk}/"))
    assert "150 150 of 200 150 kWh nobody: it is not billed" in page
    assert "Together 200 kWh" in page


def test_a_supply_point_that_nobody_shares_is_no_building(olga, site):
    assert olga.get(f"{PAGE}{site.building.pk}/").status_code == 404
