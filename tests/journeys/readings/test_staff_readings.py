"""What staff type in: for a day so far, in a closed window with a reason, always audited."""

from datetime import date, datetime, timedelta

import pytest
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.readings.conftest import FIRST
from tests.journeys.readings.forms import register_ids
from tests.journeys.sharing_world import SLUG

from mains.core.calendars import Period
from mains.guard.context import inside
from mains.metering import queries as metering
from mains.metering import staff_readings
from mains.metering.actions import Sending
from mains.metering.models import Reading, ReadingSource
from mains.metering.windows import window_for
from mains.tenancy import queries

REASON = "The reader was ill, and wrote it down on the 1st."


@pytest.fixture
def olga(hanna) -> console_world.Desk:
    return console_world.signed_in("olga@alder.example")


@pytest.fixture
def water(hanna) -> int:
    return register_ids("hot_water", hanna)[0]


def place() -> str:
    (account,) = world.accounts(number=FIRST)
    return f"customers/{account.pk}/readings/"


def form_of(water: int, **typed: object) -> dict[str, object]:
    return {
        "key": "one-form", "register": water, "value": "150", "read_date": "2026-12-01",
        "source": "STAFF", "month": "", **typed,
    }  # fmt: skip


def latest(water: int) -> Reading:
    with inside(SLUG):
        return Reading.objects.filter(register_id=water).latest("pk")


@pytest.mark.seed("S3.07")
class TestInAClosedWindow:
    def test_a_reason_is_needed_and_nothing_is_stored_without_one(self, olga, water, on):
        on(12, 3)
        before = world.counted()

        page = olga.post(place(), form_of(water))

        assert page.status_code == 422
        assert "taken again from Dec 8, 2026" in page.content.decode()
        assert world.counted() == before

    def test_with_a_reason_it_counts_for_the_month_that_was_closed(self, olga, water, on):
        on(12, 3)

        assert olga.post(place(), form_of(water, reason=REASON)).status_code == 302

        stored = latest(water)
        assert (stored.period_start, stored.read_date) == (date(2026, 11, 1), date(2026, 12, 1))
        assert (stored.source, stored.quality) == ("STAFF", "ACCEPTED")
        entry = world.audited("reading.entered")[-1]
        assert entry.subject == f"register:{water}"
        assert entry.actor.startswith("staff:")
        assert entry.detail == {"reading": stored.pk, "unusual": False, "reason": REASON}

    def test_the_same_form_twice_stores_and_audits_one(self, olga, water, on):
        on(12, 3)
        olga.post(place(), form_of(water, reason=REASON))
        before = world.counted()

        assert olga.post(place(), form_of(water, reason=REASON)).status_code == 302
        assert world.counted() == before

    def test_control_without_asking_the_window_no_reason_is_needed(
        self, olga, water, on, monkeypatch
    ):
        on(12, 3)
        monkeypatch.setattr(staff_readings, "_check_window", lambda *_args: False)

        assert olga.post(place(), form_of(water)).status_code == 302


class TestBesideAGuest:
    @pytest.mark.parametrize("gives_way", [True, False])
    def test_what_a_guest_sent_before_waits_for_somebody_to_look(
        self, olga, water, on, monkeypatch, gives_way
    ):
        now = on(11, 28)
        with inside(SLUG):
            guest = Reading.objects.create(
                register_id=water, read_date=now.date(), value=151, source="GUEST",
                quality="ACCEPTED", verdict="OK", period_start=date(2026, 11, 1),
                received_at=now, sent_key="guest-form",
            )  # fmt: skip
        if not gives_way:
            # The control: then both count.
            monkeypatch.setattr(staff_readings.guests, "give_way", lambda **_which: False)
        typed = form_of(water, read_date="2026-11-28", confirmed="on")
        assert olga.post(place(), typed).status_code == 302

        with inside(SLUG):
            guest.refresh_from_db()
        assert guest.quality == ("NEEDS_REVIEW" if gives_way else "ACCEPTED")


class TestInAnOpenWindow:
    def test_no_reason_is_asked_for(self, olga, water, on):
        on(11, 28)

        assert 'name="reason"' not in olga.get(place()).content.decode()
        assert olga.post(place(), form_of(water, read_date="2026-11-28")).status_code == 302
        assert "reason" not in world.audited("reading.entered")[-1].detail

    def test_staff_say_which_month_it_closes(self, olga, water, on):
        on(12, 9)
        olga.post(place(), form_of(water, read_date="2026-12-09", month="before"))

        assert latest(water).period_start == date(2026, 11, 1)

    def test_a_meter_reader_is_named_as_the_source(self, olga, water, on):
        on(11, 28)
        olga.post(place(), form_of(water, read_date="2026-11-27", source="READER"))

        assert (latest(water).source, latest(water).read_date) == ("READER", date(2026, 11, 27))


class TestRefused:
    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"value": "12a"}, "letters or signs"),
            ({"value": "123456789"}, "digits"),
            ({"read_date": "2026-11-29"}, "lies ahead"),
            ({"read_date": "2019-11-29"}, "hanging there only since"),
            ({"register": "999999"}, "Choose a meter of this account"),
            ({"value": ""}, "Type what the meter shows"),
        ],
    )
    def test_says_why_and_stores_nothing(self, olga, water, on, typed, said):
        on(11, 28)
        before = world.counted()

        page = olga.post(place(), form_of(water, **{"read_date": "2026-11-28", **typed}))

        assert page.status_code == 422
        assert said in page.content.decode()
        assert world.counted() == before

    def test_a_meter_of_another_account_cannot_be_chosen(self, olga, hanna, on):
        on(11, 28)
        other = register_ids("hot_water", hanna)[1]

        assert olga.post(place(), form_of(other, read_date="2026-11-28")).status_code == 422

    def test_another_month_is_refused_whoever_asks(self, water, on):
        now = on(11, 28)
        before = world.counted()

        with pytest.raises(staff_readings.OtherMonth):
            enter(water, now, month=Period.month_of(date(2026, 9, 1)))
        assert world.counted() == before


class TestUnusual:
    def test_is_explained_and_stored_once_it_is_confirmed(self, olga, water, on):
        on(11, 28)
        typed = form_of(water, value="3", read_date="2026-11-28")
        before = world.counted()["Reading"]

        asked = olga.post(place(), typed)
        assert asked.status_code == 422
        assert "Below the last one" in asked.content.decode()
        assert world.counted()["Reading"] == before

        assert olga.post(place(), {**typed, "confirmed": "on"}).status_code == 302
        assert (latest(water).verdict, latest(water).quality) == ("BELOW_LAST", "ACCEPTED")
        assert world.audited("reading.entered")[-1].detail["unusual"] is True

    def test_a_late_note_is_compared_with_what_stood_before_it(self, olga, water, on):
        on(11, 28)
        olga.post(place(), form_of(water, value="151", read_date="2026-11-28"))
        typed = form_of(water, key="another-form", value="149", read_date="2026-11-20")

        assert olga.post(place(), typed).status_code == 302
        assert latest(water).verdict == "OK"


def enter(water: int, now: datetime, *, month: Period) -> Reading:
    tenant = queries.tenant(SLUG)
    (account,) = world.accounts(number=FIRST)
    with inside(SLUG):
        found = metering.registers_of(account_ids=[account.pk], today=now.date())
        register = next(one for one in found if one.register_id == water)
        return staff_readings.enter(
            register=register,
            entered=staff_readings.Entered(
                typed="150", read_date=now.date() - timedelta(days=1), month=month
            ),
            window=window_for(file=tenant.file, service="hot_water"),
            sending=Sending(ReadingSource.STAFF, None, "a-key", ",", now, tenant.zone),
            actor="staff:1",
        )
