"""Whoever guesses learns nothing: the same page, the same work, whatever was wrong."""

import re
import statistics

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.journeys import joining_world as world

pytestmark = pytest.mark.usefixtures("demo_tenants")
TENANTS = {"balta"}
WRONG = {
    "unknown account": {"account_number": "10999999"},
    "wrong bill": {"bill_number": "BE2026-999999"},
    "wrong amount": {"bill_amount": "1,23"},
    "all wrong": {
        "account_number": "10999999", "bill_number": "BE2026-999999", "bill_amount": "1,23",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _calm(unblocked):
    world.forget_tries("balta")


def stated(person, changes) -> tuple[str, list[str], float]:
    """
    State facts and return the answer without what differs by chance, and the statements it took.
    """
    import time

    page = person.open("/join/details/")
    typed = person.facts_on(page, **changes)
    with CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        answer = person.submit(page, **typed)
        seconds = time.perf_counter() - began
    text = answer.text
    text = re.sub(r"[0-9a-f]{16}|\b\d+\b", "#", text)
    # Which tenant it is, is asked again every two seconds, whatever was typed.
    asked = [one["sql"] for one in queries if "tenancy_" not in one["sql"]]
    statements = [re.sub(r"'[^']*'|\d+", "?", sql) for sql in asked]
    return text, statements, seconds


def test_every_kind_of_wrong_facts_gets_the_same_page_for_the_same_statements():
    person = world.newcomer("balta")
    before = world.counted("balta")
    answers = {name: stated(person, changes) for name, changes in WRONG.items()}

    texts = {text: name for name, (text, _statements, _seconds) in answers.items()}
    assert len(texts) == 1, texts
    counts = {name: len(statements) for name, (_text, statements, _s) in answers.items()}
    assert len(set(counts.values())) == 1, counts
    assert world.counted("balta") == before


def test_control_right_facts_get_another_page():
    person = world.newcomer("balta")
    wrong, _statements, _seconds = stated(person, WRONG["wrong amount"])
    right, _statements, _seconds = stated(person, {})
    assert right != wrong


def test_the_account_that_exists_is_not_answered_later_by_a_measurable_time():
    """
    Compare medians in one run: a comparison that leaked a password hash would be tenfold.
    """
    person = world.newcomer("balta")
    seconds = {"unknown account": [], "wrong amount": []}
    for _round in range(6):
        for name, measured in seconds.items():
            world.forget_tries("balta")
            measured.append(stated(person, WRONG[name])[2])
    slow, fast = sorted((statistics.median(times) for times in seconds.values()), reverse=True)
    assert slow < fast * 3


LINKS = ("/account/link/", "/account/password/reset/")


class TestALinkByMail:
    """Whoever asks for one learns nothing about whether the address has a login."""

    KNOWN, UNKNOWN = "same-answer@people.example", "nobody-there@people.example"

    @pytest.fixture(autouse=True)
    def _somebody(self, _calm):
        from tests.journeys import logins

        from mains.guard.context import inside
        from mains.identity.models import User

        with inside("balta"):
            User.objects.filter(email=self.KNOWN).delete()
        logins.add_login(self.KNOWN, schema_name="balta")

    def asked(self, place: str, email: str) -> tuple[str, list[str], float]:
        """
        Return the page without the address, the statements it took and the time.
        """
        import time

        from django.core.cache import cache
        from tests.journeys.logins import Browser

        cache.clear()
        browser = Browser("balta.localhost")
        browser.get(place)
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            answer = browser.post(place, email=email)
            seconds = time.perf_counter() - began
        asked = [one["sql"] for one in queries if "tenancy_" not in one["sql"]]
        kinds = [re.sub(r"'[^']*'|\d+", "?", sql).split(" VALUES ")[0] for sql in asked]
        text = re.sub(r"[0-9a-f]{16}", "#", answer.content.decode().replace(email, "@"))
        return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", text), kinds, seconds

    @pytest.mark.parametrize("place", LINKS)
    def test_is_answered_alike_with_the_same_statements(self, place):
        known, known_asked, _seconds = self.asked(place, self.KNOWN)
        unknown, unknown_asked, _seconds = self.asked(place, self.UNKNOWN)

        assert known == unknown
        assert known_asked == unknown_asked
        assert any("identity_onetimesecret" in sql for sql in known_asked)

    @pytest.mark.parametrize("place", LINKS)
    def test_only_the_owner_gets_one(self, place):
        from mains.guard.context import inside
        from mains.identity.models import OneTimeSecret

        self.asked(place, self.UNKNOWN)
        with inside("balta"):
            before = OneTimeSecret.objects.count()
        self.asked(place, self.KNOWN)
        self.asked(place, self.UNKNOWN)
        with inside("balta"):
            assert OneTimeSecret.objects.count() == before + 1

    def test_takes_no_measurably_longer_for_either(self):
        seconds = {self.KNOWN: [], self.UNKNOWN: []}
        for _round in range(6):
            for email, measured in seconds.items():
                measured.append(self.asked("/account/link/", email)[2])
        slow, fast = sorted((statistics.median(times) for times in seconds.values()), reverse=True)
        assert slow < fast * 2

    def test_without_the_work_for_nobody_they_would_differ(self, monkeypatch):
        from mains.identity import secrets

        real = secrets.make_link
        monkeypatch.setattr(
            secrets, "make_link", lambda **given: real(**given) if given["user"] else "nothing"
        )
        _page, known, _seconds = self.asked("/account/link/", self.KNOWN)
        _page, unknown, _seconds = self.asked("/account/link/", self.UNKNOWN)
        assert len(known) == len(unknown) + 1
