"""Back in without the password: by a link, by a temporary password, by a sign-in link."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.logins import NEW, PASSWORD, Browser

from mains.api import actions as api
from mains.demo import logins as demo
from mains.guard.context import PUBLIC, inside
from mains.identity.models import OneTimeSecret
from mains.tenancy import queries

FORGOTTEN, LINK = "/account/password/reset/", "/account/link/"
ANNA = "anna@alder.example"


@pytest.fixture
def anna(tenant):
    cache.clear()
    utilities.configured("balta")
    return logins.add_login(ANNA)


def later(monkeypatch, **delta: int) -> None:
    """
    Move the clock of every tenant and of the platform.
    """
    from datetime import datetime

    from mains.tenancy import middleware

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(**delta)

    monkeypatch.setattr(queries, "datetime", Later)
    monkeypatch.setattr(middleware, "datetime", Later)


def second_step(user, schema_name: str = "alder") -> None:
    from allauth.mfa.adapter import get_adapter

    with inside(schema_name):
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.TOTP,
            data={"secret": get_adapter().encrypt(demo.TOTP_SECRET)},
        )  # fmt: skip


def secrets_left() -> int:
    with inside("alder"):
        return OneTimeSecret.objects.count()


@pytest.mark.seed("S0.07")
class TestForgottenPassword:
    def ask(self, email: str = ANNA, **headers: str):
        return Browser(**headers).post(FORGOTTEN, email=email)

    def test_a_link_sets_a_new_one_and_ends_every_session(self, anna):
        signed_in = Browser()
        signed_in.sign_in(ANNA)
        with inside("alder"):
            token, _ends = api.issue_token(user_id=anna.pk, tenant="alder", now=utilities.NOW)
        self.ask()

        browser, place = Browser(), logins.path_in("password-reset")
        assert ANNA in browser.get(place).text
        page = browser.post(place, password=NEW)

        assert page.request["PATH_INFO"] == "/account/login/"
        assert not browser.is_in()
        assert not signed_in.is_in()
        with inside("alder"):
            assert api.user_of_token(token=token, now=utilities.NOW) is None
        browser.sign_in(ANNA, NEW)
        assert browser.is_in()
        assert logins.audited() == ["password.reset"]
        assert logins.messages("security-notice")[0].values["what"] == "password_changed"

    @pytest.mark.usefixtures("anna")
    def test_a_known_and_an_unknown_address_are_answered_alike(self):
        known, unknown = self.ask(), self.ask("nobody@alder.example")

        assert known.status_code == unknown.status_code == 200
        assert known.text.replace(ANNA, "") == unknown.text.replace("nobody@alder.example", "")
        assert [row.recipient for row in logins.messages("no-login-here")] == [
            "nobody@alder.example"
        ]
        assert secrets_left() == 1

    @pytest.mark.usefixtures("anna", "steady")
    def test_both_take_the_same_work(self):
        def statements(email: str) -> int:
            with CaptureQueriesContext(connection) as queries:
                Browser().post(FORGOTTEN, email=email)
            return len([row for row in queries if "SAVEPOINT" not in row["sql"]])

        statements("warm@alder.example")
        assert statements(ANNA) == statements("nobody@alder.example")

    @pytest.mark.parametrize(
        "headers",
        [
            {"x-forwarded-host": "evil.example"},
            {"x-forwarded-proto": "gopher"},
            {"forwarded": "host=evil.example"},
            {"x-original-host": "evil.example"},
            {"referer": "https://evil.example/"},
            {"origin": "https://evil.example"},
        ],
    )
    @pytest.mark.usefixtures("anna")
    def test_the_link_is_the_tenants_own_whatever_a_browser_says(self, headers):
        self.ask(**headers)

        assert (
            logins.messages("password-reset")[0]
            .values["url"]
            .startswith(f"http://alder.localhost{FORGOTTEN}")
        )

    @pytest.mark.usefixtures("anna")
    def test_a_forged_host_is_no_tenant_at_all(self):
        assert Browser("evil.example").post(FORGOTTEN, email=ANNA).status_code == 404
        assert logins.messages("password-reset") == []

    @pytest.mark.usefixtures("anna")
    def test_another_port_of_the_host_does_not_get_into_the_link(self):
        Browser("alder.localhost:6666").post(FORGOTTEN, email=ANNA)
        assert ":6666" not in logins.messages("password-reset")[0].values["url"]

    def test_twice_the_link_has_ended(self, anna):
        self.ask()
        place = logins.path_in("password-reset")
        Browser().post(place, password=NEW)

        assert Browser().get(place).status_code == 410
        assert Browser().post(place, password=PASSWORD + "2").status_code == 410
        assert logins.row(anna).check_password(NEW)

    @pytest.mark.usefixtures("anna")
    def test_of_two_links_either_works_and_ends_the_other(self):
        self.ask()
        first = logins.path_in("password-reset")
        self.ask()
        second = logins.path_in("password-reset")
        Browser().post(first, password=NEW)

        assert Browser().get(second).status_code == 410

    def test_after_an_hour_it_has_ended(self, anna, monkeypatch):
        self.ask()
        place = logins.path_in("password-reset")
        later(monkeypatch, minutes=59)
        assert Browser().get(place).status_code == 200
        later(monkeypatch, minutes=61)

        assert Browser().post(place, password=NEW).status_code == 410
        assert logins.row(anna).check_password(PASSWORD)

    def test_in_another_tenant_it_is_nothing_and_the_same_address_is_another_login(self, anna):
        utilities.configured("balta", schema_name="birch")
        twin = logins.add_login(ANNA, schema_name="birch")
        self.ask()
        there, place = Browser("birch.localhost"), logins.path_in("password-reset")

        assert there.get(place).status_code == 410
        assert there.post(place, password=NEW).status_code == 410
        assert Browser("console.localhost").post(place, password=NEW).status_code == 410
        Browser().post(place, password=NEW)
        assert logins.row(twin, schema_name="birch").check_password(PASSWORD)
        assert logins.row(anna).check_password(NEW)

    def test_a_weak_password_is_explained_and_the_link_still_works(self, anna):
        self.ask()
        place = logins.path_in("password-reset")

        assert Browser().post(place, password="short").status_code == 422
        assert Browser().post(place, password=NEW).status_code == 200
        assert logins.row(anna).check_password(NEW)

    def test_the_second_step_is_asked_for_afterwards(self, anna):
        second_step(anna)
        self.ask()
        browser = Browser()
        browser.post(logins.path_in("password-reset"), password=NEW)

        assert browser.sign_in(ANNA, NEW).request["PATH_INFO"] == "/account/2fa/authenticate/"
        assert not browser.is_in()

    @pytest.mark.usefixtures("anna")
    def test_after_too_many_wrong_passwords_the_new_one_works_at_once(self):
        for _ in range(6):
            page = Browser().sign_in(ANNA, "a guess")
        assert "too many tries" in page.text
        self.ask()
        Browser().post(logins.path_in("password-reset"), password=NEW)
        browser = Browser()
        browser.sign_in(ANNA, NEW)
        assert browser.is_in()

    def test_a_closed_login_gets_no_link(self, anna):
        from mains.identity import actions

        with inside("alder"):
            actions.set_active(user_id=anna.pk, active=False)
        self.ask()
        assert logins.messages("password-reset") == []

    @pytest.mark.usefixtures("anna")
    def test_one_address_gets_three_messages_an_hour_and_never_learns_it(self):
        pages = [self.ask().text for _ in range(5)]

        assert len(set(pages)) == 1
        assert len(logins.messages("password-reset")) == 3

    @pytest.mark.usefixtures("anna")
    def test_one_visitor_asks_twenty_times_an_hour(self):
        answers = [self.ask(f"n{number}@alder.example").status_code for number in range(21)]

        assert answers == [200] * 20 + [422]
        assert len(logins.messages("no-login-here")) == 20

    @pytest.mark.usefixtures("tenant")
    def test_staff_get_a_link_of_the_console(self):
        cache.clear()
        olga = logins.add_login("olga@alder.example", schema_name=PUBLIC)
        Browser("console.localhost", **{"x-forwarded-host": "evil.example"}).post(
            FORGOTTEN, email=olga.email
        )
        (message,) = logins.messages("password-reset", schema_name=PUBLIC)
        assert message.values["url"].startswith(f"http://console.localhost{FORGOTTEN}")
        place = logins.path_in("password-reset", schema_name=PUBLIC)
        Browser("console.localhost").post(place, password=NEW)
        assert logins.row(olga, schema_name=PUBLIC).check_password(NEW)


class TestSignInLink:
    def ask(self, email: str = ANNA):
        return Browser().post(LINK, email=email)

    @pytest.mark.usefixtures("anna")
    def test_opening_shows_a_button_and_pressing_it_signs_in_once(self):
        self.ask()
        place, scanner, browser = logins.path_in("sign-in-link"), Browser(), Browser()
        for _ in range(3):
            assert scanner.get(place).status_code == 200
        assert not scanner.is_in()

        browser.post(place)

        assert browser.is_in()
        assert Browser().post(place).status_code == 410
        assert Browser().get(place).status_code == 410
        assert logins.audited() == ["sign_in_link.used"]

    @pytest.mark.usefixtures("anna")
    def test_only_its_hash_is_stored(self):
        self.ask()
        token = logins.path_in("sign-in-link").strip("/").rsplit("/", 1)[1]
        with inside("alder"):
            stored = OneTimeSecret.objects.get().hash
        assert token not in stored
        assert len(stored) == 64

    @pytest.mark.usefixtures("anna")
    def test_after_a_quarter_of_an_hour_it_has_ended(self, monkeypatch):
        self.ask()
        place = logins.path_in("sign-in-link")
        later(monkeypatch, minutes=16)
        browser = Browser()

        assert browser.post(place).status_code == 410
        assert not browser.is_in()

    def test_the_second_step_is_asked_for_all_the_same(self, anna):
        second_step(anna)
        self.ask()
        browser = Browser()
        page = browser.post(logins.path_in("sign-in-link"))

        assert page.request["PATH_INFO"] == "/account/2fa/authenticate/"
        assert not browser.is_in()
        browser.post("/account/2fa/authenticate/", code=demo.current_code())
        assert browser.is_in()

    @pytest.mark.usefixtures("anna")
    def test_a_known_and_an_unknown_address_are_answered_alike(self):
        known, unknown = self.ask(), self.ask("nobody@alder.example")
        assert known.text.replace(ANNA, "") == unknown.text.replace("nobody@alder.example", "")

    @pytest.mark.usefixtures("anna")
    def test_in_another_tenant_it_is_nothing(self):
        utilities.configured("balta", schema_name="birch")
        logins.add_login(ANNA, schema_name="birch")
        self.ask()
        there = Browser("birch.localhost")
        assert there.post(logins.path_in("sign-in-link")).status_code == 410
        assert not there.is_in()

    def test_a_link_for_a_new_password_signs_nobody_in_and_the_other_way_round(self, anna):
        self.ask()
        Browser().post(FORGOTTEN, email=ANNA)
        for kind, place in (("password-reset", LINK), ("sign-in-link", FORGOTTEN)):
            token = logins.path_in(kind).strip("/").rsplit("/", 1)[1]
            assert Browser().post(f"{place}{token}/", password=NEW).status_code == 410
        assert logins.row(anna).check_password(PASSWORD)

    def test_a_login_closed_meanwhile_does_not_get_in(self, anna):
        from mains.identity import actions

        self.ask()
        with inside("alder"):
            actions.set_active(user_id=anna.pk, active=False)
        assert Browser().post(logins.path_in("sign-in-link")).status_code == 410
