"""A reading that a device kept for want of a network: which day counts, and whose it is."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.readings.forms import register_ids
from tests.journeys.sharing_world import SLUG, Person

from mains.guard.context import inside
from mains.journeys import configure
from mains.metering.models import MeterInstallation, Reading, ReadingQuality
from mains.tenancy import queries

DAY = 86_400
SAID = "The reading counts for"


@pytest.fixture
def water(hanna) -> int:
    return register_ids("hot_water", hanna)[0]


def whose(person: Person) -> str:
    page = person.get("/readings/").content.decode()
    return page.split('name="whose" value="')[1].split('"')[0]


def send(person: Person, register: int, *, kept: object, key: str = "k1", **more: str):
    typed = {f"reading-{register}": "9999", f"confirm-{register}": "on"}
    return person.post(
        "/readings/", **{"key": key, "whose": whose(person), "kept": str(kept), **typed, **more}
    )


def latest(register: int) -> Reading:
    with inside(SLUG):
        return Reading.objects.filter(register_id=register).latest("pk")


def receipt(person: Person) -> str:
    return person.get("/readings/sent/").content.decode()


class TestTheDayOfTypingCounts:
    @pytest.mark.seed("S3.04")
    @pytest.mark.seed("S3.07")
    def test_in_the_window_for_the_month_that_ended_although_it_arrives_in_the_lock(
        self, hanna, on, water
    ):
        now = on(12, 3)

        assert send(hanna, water, kept=2 * DAY).status_code == 302

        reading = latest(water)
        assert (reading.read_date, reading.period_start) == (date(2026, 12, 1), date(2026, 11, 1))
        assert reading.received_at >= now
        assert SAID not in receipt(hanna)
        assert "Dec 1, 2026" in receipt(hanna)

    def test_but_not_where_it_was_typed_in_the_lock_and_arrives_in_it(self, hanna, on, water):
        on(12, 4)
        before = world.counted()["Reading"]

        late = send(hanna, water, kept=DAY)

        assert late.status_code == 422
        assert "December 8, 2026" in late.content.decode()
        assert world.counted()["Reading"] == before

    def test_typed_in_the_lock_and_arrived_after_it_counts_for_its_arrival_and_says_so(
        self, hanna, on, water
    ):
        on(12, 9)
        assert send(hanna, water, kept=3 * DAY).status_code == 302
        assert latest(water).read_date == date(2026, 12, 9)
        assert f"{SAID} December 9, 2026" in receipt(hanna)

    @pytest.mark.parametrize(
        ("kept", "day"),
        [(7 * DAY, 13), (7 * DAY + 1, 20), (-2 * DAY, 20), ("999999999999", 20)],
        ids=["the longest", "longer", "from the future", "for ages"],
    )
    def test_within_bounds_and_otherwise_the_arrival(self, hanna, on, water, kept, day):
        on(11, 20)
        assert send(hanna, water, kept=kept).status_code == 302
        assert latest(water).read_date == date(2026, 11, day)
        assert (SAID in receipt(hanna)) is (day == 20)

    @pytest.mark.parametrize("kept", ["", "yesterday", "٣", "1e5", "--5"])
    def test_what_is_no_number_is_no_time(self, hanna, on, water, kept):
        on(11, 20)
        assert send(hanna, water, kept=kept).status_code == 302
        assert latest(water).read_date == date(2026, 11, 20)
        assert SAID not in receipt(hanna)

    def test_not_before_the_meter_was_hung(self, hanna, on, water):
        on(11, 20)
        with inside(SLUG):
            hung = MeterInstallation.objects.get(meter__registers=water, end_date=None)
            since = hung.start_date
            MeterInstallation.objects.filter(pk=hung.pk).update(start_date=date(2026, 11, 19))
        try:
            send(hanna, water, kept=2 * DAY)
            assert latest(water).read_date == date(2026, 11, 20)
            send(hanna, water, kept=DAY, key="k2")
            assert latest(water).read_date == date(2026, 11, 19), "control"
        finally:
            with inside(SLUG):
                MeterInstallation.objects.filter(pk=hung.pk).update(start_date=since)

    @pytest.fixture
    def never_kept(self) -> Iterator[None]:
        found = queries.tenant(SLUG)
        services = tuple(one.model_copy(update={"kept_days": 0}) for one in found.file.services)
        changed = found.file.model_copy(update={"services": services})
        configure.publish(file=changed, author="tests", approved=True, now=found.now())
        queries.forget()
        yield
        configure.publish(file=found.file, author="tests", approved=True, now=found.now())
        queries.forget()

    @pytest.mark.usefixtures("never_kept")
    def test_at_no_days_the_arrival_always_counts(self, hanna, on, water):
        on(11, 20)
        send(hanna, water, kept=DAY)
        assert latest(water).read_date == date(2026, 11, 20)
        assert SAID in receipt(hanna)


class TestTheOrder:
    def test_twice_is_once(self, hanna, on, water):
        on(11, 20)
        before = world.counted()["Reading"]
        for kept in (DAY, DAY + 60):
            assert send(hanna, water, kept=kept).status_code == 302
        assert world.counted()["Reading"] == before + 1

    def test_one_that_arrives_after_a_newer_one_is_judged_by_what_came_before_it(
        self, hanna, on, water
    ):
        on(11, 20)
        with inside(SLUG):
            last = Reading.objects.filter(register_id=water).latest("read_date").value
        newer, older = f"{last + Decimal('1.2'):f}", f"{last + Decimal('1.1'):f}"
        assert send(hanna, water, kept=0, **{f"reading-{water}": newer}).status_code == 302

        form = {"key": "k2", "whose": whose(hanna), "kept": str(DAY), f"reading-{water}": older}
        assert hanna.post("/readings/", **form).status_code == 302, "not less than the last one"

        assert latest(water).quality == ReadingQuality.ACCEPTED
        form |= {"key": "k3", "kept": "0"}
        assert hanna.post("/readings/", **form).status_code == 422, "control: today it is less"

    def test_of_one_that_is_unusual_is_asked_back_and_the_day_stays(self, hanna, on, water):
        on(11, 20)
        form = {"key": "k1", "whose": whose(hanna), "kept": str(DAY), f"reading-{water}": "99999"}
        asked = hanna.post("/readings/", **form)
        assert asked.status_code == 422
        assert b"data-answered" in asked.content
        assert f'name="kept" value="{DAY}"' in asked.content.decode()
        again = hanna.post("/readings/", **form, **{f"confirm-{water}": "on"})
        assert again.status_code == 302
        assert latest(water).read_date == date(2026, 11, 19)


class TestWhose:
    def test_somebody_else_on_the_same_device_does_not_send_it(self, hanna, on, water):
        on(11, 20)
        marked = whose(hanna)
        account = world.accounts(company__code="teplo")[:2]
        ivo = world.person("ivo@people.example", *account)
        before = world.counted()["Reading"]

        refused = send(ivo, water, kept=DAY, whose=marked)

        assert refused.status_code == 422
        assert "Somebody else typed these readings" in refused.content.decode()
        assert world.counted()["Reading"] == before
        assert send(ivo, water, kept=DAY).status_code == 302, "control: with their own mark"
        assert latest(water).user_id == ivo.user.pk

    def test_what_was_kept_without_a_mark_is_not_taken(self, hanna, on, water):
        on(11, 20)
        assert send(hanna, water, kept=DAY, whose="").status_code == 422
        assert send(hanna, water, kept="", whose="").status_code == 302, "control: not kept"

    def test_signed_out_meanwhile_leads_to_the_sign_in_page_and_stores_nothing(
        self, hanna, on, water
    ):
        on(11, 20)
        marked, before = whose(hanna), world.counted()["Reading"]
        hanna.client.cookies.clear()
        answer = hanna.post(
            "/readings/", key="k1", whose=marked, kept=str(DAY), **{f"reading-{water}": "9999"}
        )
        assert answer.status_code == 302
        assert "/account/login/" in answer.url
        assert world.counted()["Reading"] == before

    def test_the_mark_is_another_one_for_each_login_and_tells_nothing(self, hanna, on):
        on(11, 20)
        ivo = world.person("ivo@people.example", *world.accounts(company__code="teplo")[:2])
        assert whose(hanna) == whose(hanna)
        assert whose(hanna) != whose(ivo)
        assert len(whose(hanna)) == 32


class TestTheKeptPage:
    def test_has_the_meters_and_nothing_else_about_the_person(self, hanna, on, water):
        on(11, 20)
        full = hanna.get("/readings/").content.decode()
        page = hanna.get("/readings/", kept="1").content.decode()
        assert f'name="reading-{water}"' in page
        with inside(SLUG):
            hung = MeterInstallation.objects.get(meter__registers=water, end_date=None)
            street = hung.supply_point.street
        for personal in (street, "csrfmiddlewaretoken", "Last reading", "Earlier readings"):
            assert personal in full, "control"
            assert personal not in page
        assert hanna.user.email not in page

    def test_a_worker_for_the_whole_host_is_served_as_a_script(self, hanna):
        answer = hanna.get("/sw.js")
        assert answer["Content-Type"].startswith("text/javascript")
        assert answer["Cache-Control"] == "no-cache"
        assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_a_device_says_how_long_and_not_when():
    from mains.metering.capture import Kept

    week = timedelta(days=7)
    assert Kept(week, week).within_bounds
    assert not Kept(week + timedelta(seconds=1), week).within_bounds
    assert not Kept(timedelta(), week).within_bounds
    assert not Kept(-timedelta(seconds=1), week).within_bounds
