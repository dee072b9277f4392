"""teplo: whichever comes first, a guest's reading never takes the place of the holder's."""

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from tests.journeys import guest_world as world
from tests.journeys.conftest import NOW
from tests.journeys.guest_world import SLUG, sends_as_holder

from mains.guard.context import inside
from mains.metering import guests, reviewing
from mains.metering.models import Reading, ReadingQuality, ReadingSource
from mains.metering.queries import counting
from mains.tenancy import queries

TENANTS = {"teplo"}
BY_STAFF = {"actor": "staff:1", "now": NOW}
pytestmark = [pytest.mark.usefixtures("fresh_tries", "anew"), pytest.mark.seed("S3.08")]


@pytest.fixture
def anew(fresh_tries):
    world.begin_anew()


def counts(kim) -> Reading:
    """
    Return the reading of the hot-water meter that a bill would take.
    """
    with inside(SLUG):
        return counting(register_id=kim.register.register_id)


def little_more(kim) -> str:
    """
    Return an ordinary value for somebody who reads on the same day as somebody else.
    """
    return f"{kim.register.last_value + Decimal('0.1'):f}"


def by_source(kim) -> dict[str, Reading]:
    return {reading.source: reading for reading in kim.readings()}


class TestTheHolderFirst:
    def test_the_guests_waits_for_staff_and_the_holders_counts(self):
        kim, holder = world.with_holder()
        assert sends_as_holder(holder).url.endswith("/readings/sent/")
        assert kim.send(kim.identify(), little_more(kim)).url.endswith("/readings/guest/sent/")

        found = by_source(kim)
        assert found[ReadingSource.GUEST].quality == ReadingQuality.NEEDS_REVIEW
        assert found[ReadingSource.GUEST].verdict == guests.HOLDER_READ
        assert counts(kim) == found[ReadingSource.SELF]

    def test_the_guest_is_not_told_that_the_holder_read(self):
        kim, holder = world.with_holder()
        sends_as_holder(holder)
        text = kim.sends(little_more(kim)).text
        assert f"{holder.register.last_value.normalize():f}".replace(".", ",") not in text

    def test_control_without_the_rule_the_guests_would_count(self, monkeypatch):
        monkeypatch.setattr(guests, "is_read", lambda **_about: False)
        kim, holder = world.with_holder()
        sends_as_holder(holder)
        kim.sends(little_more(kim))
        assert counts(kim).source == ReadingSource.GUEST

    def test_a_rejected_reading_of_the_holder_stands_in_nobodys_way(self):
        kim, holder = world.with_holder()
        sends_as_holder(holder, "1")
        (reading,) = kim.readings()
        with inside(SLUG):
            reviewing.decide(reading_id=reading.pk, accept=False, **BY_STAFF)
        kim.sends()
        assert by_source(kim)[ReadingSource.GUEST].quality == ReadingQuality.ACCEPTED

    def test_a_roll_over_stays_one_until_staff_accept_it(self):
        from mains.metering.rules.plausibility import Outcome, Reason, Verdict

        passed = Verdict(outcome=Outcome.ROLLOVER, reason=Reason.PASSED_ZERO)
        for beside in (True, False):
            assert guests.kept_as(passed, beside_holder=beside) == ("NEEDS_REVIEW", "ROLLOVER")


class TestTheGuestFirst:
    def test_the_guests_gives_way_and_the_holders_counts(self):
        kim, holder = world.with_holder()
        kim.sends()
        assert counts(kim).source == ReadingSource.GUEST
        value = f"{kim.register.last_value - 1:f}"
        assert sends_as_holder(holder, value).url.endswith("/readings/sent/")

        found = by_source(kim)
        assert found[ReadingSource.GUEST].quality == ReadingQuality.NEEDS_REVIEW
        assert found[ReadingSource.GUEST].verdict == guests.HOLDER_READ
        # Below the guest's, and judged as if that one had never come.
        assert found[ReadingSource.SELF].verdict != "BELOW_LAST"
        assert counts(kim) == found[ReadingSource.SELF]

    def test_control_without_giving_way_the_guests_would_go_on_counting(self, monkeypatch):
        monkeypatch.setattr(guests, "give_way", lambda **_about: False)
        kim, holder = world.with_holder()
        kim.sends()
        sends_as_holder(holder, f"{kim.register.last_value - 1:f}")
        assert by_source(kim)[ReadingSource.SELF].verdict == "BELOW_LAST"
        assert counts(kim).source == ReadingSource.GUEST

    def test_an_unusual_value_that_the_holder_takes_back_changes_nothing(self):
        kim, holder = world.with_holder()
        kim.sends()
        assert holder.send(holder.open("/readings/"), "1").status == 422
        (reading,) = kim.readings()
        assert reading.quality == ReadingQuality.ACCEPTED

    def test_what_staff_accepted_stays_accepted(self):
        kim, holder = world.with_holder()
        kim.sends("1")
        (reading,) = kim.readings()
        with inside(SLUG):
            reviewing.decide(reading_id=reading.pk, accept=True, **BY_STAFF)
        sends_as_holder(holder)
        assert by_source(kim)[ReadingSource.GUEST].quality == ReadingQuality.ACCEPTED

    def test_two_guests_are_told_apart_by_nothing_and_the_latest_counts(self):
        kim = world.guest()
        kim.sends()
        kim.sends(f"{kim.register.last_value:f}")
        assert len(kim.readings()) == 2


class TestBothAtOnce:
    """The holder's form arrives in the moment between the guest's look and the guest's reading."""

    @pytest.fixture
    def between(self, monkeypatch):
        looked, stored = threading.Event(), threading.Event()
        real = guests.is_read

        def look(**about) -> bool:
            found = real(**about)
            looked.set()
            # Behind the lock of the register nothing can come, so this ends by itself.
            stored.wait(1)
            return found

        monkeypatch.setattr(guests, "is_read", look)
        return looked, stored

    def together(self, between, kim, holder) -> dict[str, Reading]:
        from django.db import connection

        looked, stored = between
        forms, name = (kim.identify(), holder.open("/readings/")), kim.register.register_id
        value = kim.likely()

        def press(who, page) -> None:
            try:
                who.submit(page, **{f"reading-{name}": value})
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(press, kim, forms[0])
            looked.wait(5)
            pool.submit(press, holder, forms[1]).add_done_callback(lambda _done: stored.set())
            first.result()
        return by_source(kim)

    def test_the_holders_counts_and_the_guests_waits(self, between):
        kim, holder = world.with_holder()
        found = self.together(between, kim, holder)
        assert found[ReadingSource.GUEST].quality == ReadingQuality.NEEDS_REVIEW
        assert counts(kim) == found[ReadingSource.SELF]

    def test_control_without_the_lock_of_the_register_both_would_count(self, between, monkeypatch):
        from mains.metering.models import Register

        monkeypatch.setattr(Register.objects, "select_for_update", Register.objects.all)
        kim, holder = world.with_holder()
        found = self.together(between, kim, holder)
        assert found[ReadingSource.GUEST].quality == ReadingQuality.ACCEPTED


class TestTheDesk:
    def test_says_why_a_guests_reading_waits_and_what_the_holder_sent(self):
        kim, holder = world.with_holder()
        kim.sends()
        sends_as_holder(holder, value := f"{kim.register.last_value - 1:f}")
        desk = world.desk_of("SERVICE")
        text = desk.get("readings/", lang="en").content.decode()
        assert "The customer sent a reading of this period as well" in text
        assert f"own of this period: {value.rstrip('0').rstrip('.')}" in text

        guests_own = by_source(kim)[ReadingSource.GUEST]
        desk.post(f"readings/{guests_own.pk}/", {"decision": "reject"})
        assert by_source(kim)[ReadingSource.GUEST].quality == ReadingQuality.REJECTED
        assert counts(kim).source == ReadingSource.SELF

    def test_control_an_unusual_reading_alone_has_its_own_reason(self):
        kim = world.guest()
        kim.sends("1")
        text = world.desk_of().get("readings/", lang="en").content.decode()
        assert "Below the last one" in text
        assert "as well" not in text

    @pytest.mark.seed("S0.10")
    def test_the_settings_tell_which_services_take_guests(self):
        text = world.desk_of().get("settings/", lang="en").content.decode()
        assert "Readings without signing in" in text
        assert "hot_water, heating" in text


@pytest.mark.seed("S0.10")
class TestTheSwitch:
    def test_off_for_every_service_closes_the_pages_the_api_and_the_action(self):
        from tests.journeys.joining_world import published

        from mains.journeys import guest_readings

        kim = world.guest()
        page, value = kim.identify(), kim.likely()
        with published(SLUG, services=world.switched(hot_water=False, heating=False)):
            assert kim.send(page, value).status == 404
            assert kim.open("/readings/guest/").status == 404
            assert "/readings/guest/" not in kim.open("/").reader().links
            assert "/readings/guest/" not in kim.open("/account/login/").reader().links
            tenant = queries.tenant(SLUG)
            with inside(SLUG), pytest.raises(guest_readings.GuestsNotTaken):
                guest_readings.send(
                    tenant=tenant, register=kim.register, typed=value, confirmed=True,
                    form=guest_readings.Sent(key="k" * 20, decimal_mark="."), now=tenant.now(),
                )  # fmt: skip
        assert kim.readings() == []

    def test_off_for_one_service_leaves_its_meters_out(self):
        from tests.journeys.joining_world import published

        kim = world.guest()
        with published(SLUG, services=world.switched(hot_water=False)):
            page = kim.identify()
            assert f"reading-{kim.register.register_id}" not in page.form().fields
            assert kim.send(page).status == 422
        assert kim.readings() == []

    def test_control_on_the_same_form_is_stored(self):
        kim = world.guest()
        assert kim.send(kim.identify()).url.endswith("/sent/")
        assert len(kim.readings()) == 1
