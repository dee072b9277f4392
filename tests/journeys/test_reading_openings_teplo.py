"""teplo: while no readings are taken a guest leaves an address, and is told once when they are."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.journeys import guest_world as world
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.guest_world import SLUG, START, guest, secrets_of, shown
from tests.journeys.joining_world import messages

from mains.enrolment import openings
from mains.enrolment.models import ContactCode
from mains.guard.context import inside
from mains.journeys import reading_openings
from mains.notifications import actions as notifications
from mains.notifications.models import Message
from mains.tenancy import queries

TENANTS = {"teplo"}
ASK, CONFIRM, TELL = "/readings/guest/tell/", "reading-open-confirm", "reading-open"
LOCKED = datetime(2026, 12, 3, 9, tzinfo=UTC)
OPEN = datetime(2026, 12, 8, 9, tzinfo=UTC)
EMAIL = "neighbour@home.example"
pytestmark = [pytest.mark.usefixtures("fresh_tries", "anew"), pytest.mark.seed("S3.08")]


@pytest.fixture
def anew(fresh_tries):
    world.begin_anew()
    forget()
    move_clock(SLUG, LOCKED)
    yield
    forget()
    move_clock(SLUG, NOW)


def forget():
    with inside(SLUG):
        ContactCode.objects.filter(purpose=openings.PURPOSE).delete()
        Message.objects.filter(kind__in=(CONFIRM, TELL)).delete()


def proven(kim):
    """
    Prove the account on the page that a suspended service leads to.
    """
    link = f"{START}?tell=1"
    assert "?tell=1" in kim.open(f"{START}?lang=en").reader().links
    entered = kim.state_facts(link)
    assert entered.url.endswith("/readings/guest/enter/")
    assert ASK in entered.reader().links
    return kim


def ask(kim, email: str = EMAIL):
    return kim.submit(kim.open(ASK), email=email)


def asked(kim, email: str = EMAIL) -> str:
    """
    Leave an address, and return the path of the link in the mail.
    """
    ask(kim, email)
    (message,) = [one for one in messages(SLUG, CONFIRM) if one.recipient == email]
    return message.values["url"].split(".localhost")[1]


def confirmed(kim, email: str = EMAIL) -> str:
    path = asked(kim, email)
    assert kim.submit(kim.open(path)).status == 200
    return path


def night(now: datetime) -> int:
    move_clock(SLUG, now)
    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        return reading_openings.tell_due(tenant=tenant, now=now)


def kept() -> list[str]:
    with inside(SLUG):
        rows = ContactCode.objects.filter(purpose=openings.PURPOSE).order_by("pk")
        return [row.evidence["email"] for row in rows]


class TestTheWay:
    def test_is_told_once_with_a_link_and_forgotten(self):
        confirmed(proven(guest()))
        assert night(LOCKED + timedelta(days=1)) == 0
        assert kept() == [EMAIL]

        assert [night(OPEN), night(OPEN)] == [1, 0]
        (message,) = messages(SLUG, TELL)
        assert message.recipient == EMAIL
        assert message.values == {"url": f"{queries.tenant(SLUG).url}/readings/guest/"}
        assert kept() == []

    def test_the_outbox_forgets_the_address_too(self):
        confirmed(proven(guest()))
        night(OPEN)
        with inside(SLUG):
            notifications.send_queued(now=OPEN)
        assert {one.recipient for one in messages(SLUG, TELL) + messages(SLUG, CONFIRM)} == {"–"}

    def test_nothing_of_the_holder_is_shown(self):
        kim = guest()
        secrets = secrets_of(kim)
        pages = [proven(kim).open(ASK), ask(kim), kim.open(asked(kim, "other@home.example"))]
        assert [shown(page, secrets) for page in pages] == [[], [], []]

    def test_looking_at_the_link_confirms_nothing(self):
        path = asked(proven(guest()))
        guest().open(path)
        assert night(OPEN) == 0
        assert messages(SLUG, TELL) == []


class TestTwice:
    def test_the_same_address_is_mailed_and_told_once(self):
        kim = proven(guest())
        ask(kim)
        ask(kim, EMAIL.upper())
        assert len(messages(SLUG, CONFIRM)) == 1
        path = messages(SLUG, CONFIRM)[0].values["url"].split(".localhost")[1]
        page = kim.open(path)
        kim.submit(page)
        kim.submit(page)
        assert [night(OPEN), night(OPEN)] == [1, 0]

    @pytest.mark.parametrize("most", [3, 4])
    def test_only_a_few_wait_for_an_account(self, monkeypatch, most):
        monkeypatch.setattr(openings, "MOST", most)
        kim = proven(guest())
        answers = [ask(kim, f"n{at}@home.example").status for at in range(4)]

        # The control: with more room the fourth waits as well.
        assert answers == [200, 200, 200, 422 if most == 3 else 200]
        assert len(kept()) == len(messages(SLUG, CONFIRM)) == most


class TestLate:
    def test_an_address_that_nobody_confirms_in_a_day_is_deleted(self):
        kim = proven(guest())
        path = asked(kim)
        page = kim.open(path)
        move_clock(SLUG, LOCKED + timedelta(days=1, hours=1))
        assert kim.submit(page).status == 410
        assert night(LOCKED + timedelta(days=1, hours=1)) == 0
        assert kept() == []

    def test_one_that_was_confirmed_is_kept_sixty_days_at_most(self):
        confirmed(proven(guest()))
        with inside(SLUG):
            assert openings.forget_over(now=LOCKED + timedelta(days=59)) == 0
            assert openings.forget_over(now=LOCKED + timedelta(days=60, hours=1)) == 1

    def test_the_link_is_over_once_it_was_told(self):
        path = confirmed(proven(guest()))
        night(OPEN)
        assert guest().open(path).status == 410


class TestInTheWrongOrder:
    def test_without_proof_nothing_is_asked(self):
        assert guest().open(ASK).url.endswith(f"{START}?tell=1")
        assert kept() == []

    def test_while_readings_are_taken_there_is_nothing_to_wait_for(self):
        move_clock(SLUG, NOW)
        kim = guest()
        kim.identify()
        page = kim.open(f"{ASK}?lang=en")
        assert "Readings are taken now." in page.text
        assert kim.post(ASK, email=EMAIL).status == 200
        assert kept() == []

    def test_a_wrong_link_is_over(self):
        assert guest().open(f"{ASK}nothing/").status == 410

    def test_never_confirmed_nobody_is_told(self):
        asked(proven(guest()))
        assert night(OPEN) == 0
        assert messages(SLUG, TELL) == []
