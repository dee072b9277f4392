"""When readings are wanted, possible or suspended: the same answer wherever somebody asks."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from tests.journeys import sharing_world as world
from tests.journeys.readings.conftest import FIRST
from tests.journeys.readings.forms import fields, register_ids, send
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside
from mains.journeys import configure
from mains.metering.models import Reading
from mains.tenancy import queries
from mains.tenancy.tenantfile import parse


def page(person, path: str = "/readings/") -> str:
    return person.get(path).content.decode()


def api_states(person) -> dict[str, dict]:
    rows = person.call("GET", "/registers").json()["data"]
    return {row["service"]: row["window"] for row in rows}


class TestHotWater:
    """The last week of the month through the 1st; suspended from the 2nd to the 7th."""

    @pytest.mark.seed("S3.04")
    @pytest.mark.seed("S3.07")
    @pytest.mark.parametrize(
        ("day", "state", "said"),
        [
            ((11, 23), "OPEN", "The best time starts on November 24, 2026"),
            ((11, 24), "RECOMMENDED", "send your reading by December 1, 2026"),
            ((12, 1), "RECOMMENDED", "Today is the last day"),
            ((12, 2), "LOCKED", "You can send yours again from December 8, 2026"),
            ((12, 7), "LOCKED", "You can send yours again from December 8, 2026"),
            ((12, 8), "OPEN", "The best time starts on December 25, 2026"),
        ],
    )
    def test_says_the_same_on_every_surface(self, hanna, on, day, state, said):
        on(*day)

        assert said in page(hanna)
        assert said in page(hanna, "/")
        assert said in visitor("/")
        assert api_states(hanna)["hot_water"]["state"] == state

    @pytest.mark.seed("S3.07")
    def test_takes_nothing_on_any_surface_while_it_is_suspended(self, hanna, on):
        on(12, 1)
        water = register_ids("hot_water", hanna)
        names = [f"reading-{one}" for one in water]
        assert set(names) <= set(fields(hanna))
        on(12, 2)
        before = world.counted()["Reading"]

        late = send(hanna, {names[0]: "999"})
        called = hanna.call(
            "POST", "/readings", {"register": f"reg_{water[0]}", "value": "999", "confirmed": True}
        )

        assert set(names) & set(fields(hanna)) == set()
        assert (late.status_code, called.status_code) == (422, 409)
        assert "December 8, 2026" in late.content.decode()
        assert "2026-12-08" in called.json()["detail"]
        assert world.counted()["Reading"] == before

    @pytest.mark.seed("S3.04")
    @pytest.mark.seed("S3.06")
    @pytest.mark.parametrize(("day", "month"), [((12, 1), 11), ((12, 8), 12)])
    def test_what_is_read_on_the_first_belongs_to_the_month_that_ended(self, hanna, on, day, month):
        on(*day)
        (water, *_others) = register_ids("hot_water", hanna)

        assert send(hanna, {f"reading-{water}": "9999"}).status_code == 302
        with inside(SLUG):
            latest = Reading.objects.filter(register_id=water).latest("pk")
        assert latest.period_start == date(2026, month, 1)


class TestElectricity:
    @pytest.mark.seed("S3.05")
    def test_is_wanted_in_the_first_days_and_possible_on_the_others(self, hanna, on):
        on(12, 5)
        first = api_states(hanna)["electricity"]
        on(12, 6)
        later = api_states(hanna)["electricity"]

        assert (first["state"], first["period_start"]) == ("RECOMMENDED", "2026-11-01")
        assert (later["state"], later["period_start"]) == ("OPEN", "2026-12-01")
        assert later["recommended_on"] == "2027-01-01"


class TestTheCalendar:
    def test_shows_the_wanted_days_to_anybody(self, on):
        on(11, 20)
        answer = Visitor().get("/readings/calendar/hot_water.ics?lang=en")
        events = Calendar.from_ical(answer.content).walk("VEVENT")
        days = [(event["dtstart"].dt, event["dtend"].dt) for event in events]

        assert answer.headers["Content-Type"].startswith("text/calendar")
        assert (date(2026, 11, 24), date(2026, 12, 2)) in days
        assert (date(2027, 2, 22), date(2027, 3, 2)) in days
        assert {str(event["summary"]) for event in events} == {"Send a reading: Hot water"}
        assert len({str(event["uid"]) for event in events}) == len(events) >= 13

    def test_holds_nothing_personal(self, hanna, on):
        on(11, 20)
        theirs = hanna.get("/readings/calendar/hot_water.ics", lang="en").content.decode()

        assert FIRST not in theirs
        assert hanna.email not in theirs

    def test_is_linked_where_readings_are_wanted_at_some_time(self, hanna, on):
        on(12, 2)

        assert 'href="/readings/calendar/hot_water.ics?lang=en"' in page(hanna)

    @pytest.mark.usefixtures("hanna")
    @pytest.mark.parametrize("path", ["steam.ics", "hot_water.ics?class=palace"])
    def test_of_what_is_not_there_is_not_there(self, path):
        assert Visitor().get(f"/readings/calendar/{path}").status_code == 404


class Visitor(world.Person):
    def __init__(self) -> None:
        super().__init__("nobody@nowhere.example")


def visitor(path: str) -> str:
    return Visitor().get(path).content.decode()


@pytest.fixture
def changed(hanna) -> Iterator:
    """
    Publish another window for hot water; the shipped one comes back.
    """
    tenant = queries.tenant(SLUG)
    before = tenant.file

    def publish(window: dict | None = None, **service) -> None:
        content = before.model_dump(mode="json", exclude_none=True)
        water = next(one for one in content["services"] if one["code"] == "hot_water")
        water.update(service)
        if window:
            water["window"] = window
        configure.publish(
            file=parse(content, source="test"), author="test", approved=True, now=tenant.now()
        )
        queries.forget()

    yield publish
    configure.publish(file=before, author="test", approved=True, now=tenant.now())
    queries.forget()


class TestTheProvidersChoice:
    def test_a_class_is_read_at_its_own_time(self, hanna, on, changed):
        from mains.customers.models import Contract

        changed(class_windows={"business": {"kind": "fixed_days", "start": 10, "end": 12}})
        with inside(SLUG):
            contract = Contract.objects.filter(account__number=FIRST, service="hot_water").get()
            Contract.objects.filter(pk=contract.pk).update(contract_class="business")
        try:
            on(12, 3)
            shown = page(hanna)
            states = [
                row["window"]["state"]
                for row in hanna.call("GET", "/registers").json()["data"]
                if row["service"] == "hot_water"
            ]
        finally:
            with inside(SLUG):
                Contract.objects.filter(pk=contract.pk).update(contract_class="home")

        assert sorted(states) == ["LOCKED", "OPEN"]
        assert "The best time starts on December 10, 2026" in shown
        assert "You can send yours again from December 8, 2026" in shown
        assert "hot_water.ics?lang=en&amp;class=business" in shown

    def test_says_in_its_own_words_why_readings_are_suspended(self, hanna, on, changed):
        changed(locked_reason={"en": "We are closing the month.", "uk": "Місяць закривається."})
        on(12, 3)

        assert "We are closing the month. You can send yours again from" in page(hanna)

    def test_days_go_on_over_a_weekend_where_it_says_so(self, hanna, on, changed):
        # The 1st of November 2026 is a Sunday.
        on(11, 2)
        assert api_states(hanna)["hot_water"]["state"] == "LOCKED"
        changed({
            "kind": "last_days", "days": 7, "through": 1, "locked": [2, 7], "free_days": "go_on",
        })  # fmt: skip

        seen = api_states(hanna)["hot_water"]
        assert (seen["state"], seen["period_start"]) == ("RECOMMENDED", "2026-10-01")
        assert seen["changes_on"] == "2026-11-03"

    def test_may_take_readings_on_the_wanted_days_only(self, hanna, on, changed):
        changed({"kind": "first_days", "days": 5, "elsewhere": "locked"})
        on(12, 6)

        assert "Readings of this service are taken from January 1, 2027" in page(hanna)

    def test_a_window_that_contradicts_itself_is_not_published(self, changed):
        version = queries.tenant(SLUG).version

        with pytest.raises(configure.WindowsContradict, match=r"services\[0\]\.window: Day 2"):
            changed({"kind": "last_days", "days": 7, "through": 2, "locked": [2, 7]})

        queries.forget()
        assert queries.tenant(SLUG).version == version


def test_the_night_before_the_lock_ends_at_midnight_of_the_zone(hanna):
    from datetime import UTC, datetime

    from tests.journeys.conftest import move_clock

    # Midnight in Kyiv is 22:00 in UTC.
    turn = datetime(2026, 12, 7, 22, tzinfo=UTC)
    move_clock(SLUG, turn - timedelta(minutes=5))
    before = api_states(hanna)["hot_water"]["state"]
    move_clock(SLUG, turn)

    assert (before, api_states(hanna)["hot_water"]["state"]) == ("LOCKED", "OPEN")
