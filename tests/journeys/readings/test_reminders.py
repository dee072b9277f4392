"""Told when it is time to read, by the day: once, and once more on the last day if it is needed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.readings.forms import register_ids, send
from tests.journeys.sharing_world import HANNA, SLUG

from mains.guard.context import inside
from mains.journeys import reading_reminders, upkeep
from mains.metering import queries as metering
from mains.metering import reminding
from mains.tenancy import queries

PLACE = "/readings/reminder/"


def night() -> int:
    """
    Do what the beat does at night, and return how many reminders there are then.
    """
    with inside(SLUG):
        upkeep.nightly()
    return len(reminders())


def reminders() -> list[dict[str, str]]:
    return world.mailed("reading-due", HANNA)


def read_all(person, service: str) -> None:
    typed = {f"reading-{one}": "99999" for one in register_ids(service, person)}
    assert send(person, typed).status_code == 302


class TestAskedFor:
    def test_tells_once_when_it_is_time(self, hanna, on):
        on(11, 20)
        hanna.post(PLACE, on="1")
        assert night() == 0

        on(11, 24)
        assert night() == 1
        on(11, 25)
        assert night() == 1

        (told,) = reminders()
        assert (told["day"], told["last"]) == ("December 1, 2026", "")
        assert told["services"] == "Hot water, Heating"

    @pytest.mark.seed("S3.04")
    def test_it_says_what_is_estimated_if_nothing_comes_and_what_the_bill_is_then(self, hanna, on):
        on(11, 24)
        hanna.post(PLACE, on="1")
        night()

        (told,) = reminders()
        bills = hanna.call("GET", "/next-bills").json()["data"]
        guesses = [use for bill in bills for use in bill["uses"] if use["estimated"]]
        sums = {
            unit: sum(Decimal(use["used"]) for use in guesses if use["unit"] == unit)
            for unit in ("m3", "Gcal")
        }
        assert all(sums.values())
        assert set(told["estimate"].split(", ")) == {
            f"{sums['m3'].normalize():f} m³",
            f"{sums['Gcal'].normalize():f} Gcal",
        }
        (text,) = world.texts("reading-due")
        assert f"If you send nothing, we estimate {told['estimate']}, and your next bill" in text

    def test_who_may_not_see_the_bill_is_told_no_amount(self, hanna, on):
        from mains.enrolment.models import AccountLink

        with inside(SLUG):
            AccountLink.objects.update(may_pay=False)
        on(11, 24)
        hanna.post(PLACE, on="1")
        night()
        (told,) = reminders()
        assert (told["estimate"], told["total"]) == ("", "")

    def test_twice_on_a_day_tells_once(self, hanna, on):
        on(11, 24)
        hanna.post(PLACE, on="1")
        hanna.post(PLACE, on="1")

        assert (night(), night()) == (1, 1)
        with inside(SLUG):
            assert len(reminding.reminded_users()) == 1

    def test_a_missed_night_is_made_up_for(self, hanna, on):
        on(11, 20)
        hanna.post(PLACE, on="1")
        on(11, 27)

        assert night() == 1

    def test_tells_on_the_last_day_what_is_still_unread(self, hanna, on):
        on(11, 24)
        hanna.post(PLACE, on="1")
        night()
        read_all(hanna, "heating")
        on(12, 1)

        assert night() == 3
        power, water = sorted(reminders()[1:], key=lambda told: told["last"])
        assert (power["services"], power["last"]) == ("Electricity", "")
        assert (water["services"], water["last"]) == ("Hot water", "yes")

    def test_is_silent_where_everything_is_read(self, hanna, on):
        on(11, 24)
        hanna.post(PLACE, on="1")
        for service in ("hot_water", "heating"):
            read_all(hanna, service)

        assert night() == 0

    def test_control_without_looking_whether_it_is_read_it_tells_all_the_same(
        self, hanna, on, monkeypatch
    ):
        on(11, 24)
        hanna.post(PLACE, on="1")
        for service in ("hot_water", "heating"):
            read_all(hanna, service)
        monkeypatch.setattr(metering, "unread", lambda *, register_periods: set(register_periods))

        assert night() == 1

    def test_is_silent_once_readings_are_suspended(self, hanna, on):
        on(12, 7)
        hanna.post(PLACE, on="1")

        assert night() == 0

    def test_speaks_the_readers_language(self, hanna, on):
        from mains.identity.models import User

        on(11, 24)
        hanna.post(PLACE, on="1")
        night()
        with inside(SLUG):
            User.objects.filter(pk=hanna.user.pk).update(language="uk")
        on(12, 1)
        night()

        first, last, _power = world.texts("reading-due")
        assert first.startswith(
            "Time to read your meter: Hot water, Heating\nSend your reading by "
        )
        assert "http://alder.localhost" in first
        assert last.startswith("Останній день, щоб передати показник: Гаряча вода, Опалення")
        assert "1 грудня 2026" in last


class TestNotAskedFor:
    def test_nobody_is_told(self, on):
        on(11, 24)

        assert night() == 0

    def test_it_can_be_switched_off_again(self, hanna, on):
        on(11, 20)
        hanna.post(PLACE, on="1")
        assert "Stop reminding me" in hanna.get("/readings/").content.decode()
        hanna.post(PLACE, off="1")
        hanna.post(PLACE, off="1")
        on(11, 24)

        assert night() == 0
        assert "Remind me" in hanna.get("/readings/").content.decode()

    def test_it_ends_with_the_login(self, hanna, on):
        from mains.enrolment import actions as enrolment

        now = on(11, 20)
        hanna.post(PLACE, on="1")
        user_id = hanna.user.pk
        with inside(SLUG):
            enrolment.delete_login(user_id=user_id, now=now, today=now.date())
            assert not reminding.is_reminded(user_id=user_id)
        on(11, 24)

        assert night() == 0

    def test_an_account_that_is_no_longer_shared_is_not_told_about(self, hanna, on):
        from mains.enrolment.models import AccountLink

        on(11, 20)
        hanna.post(PLACE, on="1")
        now = on(11, 24)
        with inside(SLUG):
            AccountLink.objects.filter(user_id=hanna.user.pk).update(ended_at=now)

        assert night() == 0


def test_the_new_period_is_told_about_anew(hanna, on):
    on(11, 24)
    hanna.post(PLACE, on="1")
    night()
    now = on(12, 26)

    assert night() == 2
    move_clock(SLUG, now + timedelta(hours=3))
    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        assert reading_reminders.send_due(tenant=tenant, now=tenant.now()) == 0
