"""Change a password, sign in by e-mail or user name, and be put out at once."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.logins import NEW, PASSWORD, Browser

from mains.api import actions as api
from mains.guard.context import PUBLIC, inside
from mains.identity import actions as identity
from mains.identity.models import ApiToken

CHANGE, ANNA = "/me/security/password/", "anna@alder.example"


@pytest.fixture
def anna(tenant):
    cache.clear()
    utilities.configured("balta")
    return logins.add_login("anna@alder.example", username="Anna.B")


@pytest.fixture
def browser(anna):
    browser = Browser()
    browser.sign_in(anna.email)
    return browser


def change(browser: Browser, current: str = PASSWORD, new: str = NEW):
    return browser.post(CHANGE, current=current, password=new)


@pytest.mark.seed("S0.06")
class TestChangingThePassword:
    def test_ends_other_sessions_and_tokens_and_sends_a_notice(self, anna, browser):
        other = Browser()
        other.sign_in(anna.email)
        now = utilities.NOW
        with inside("alder"):
            token, _ends = api.issue_token(user_id=anna.pk, tenant="alder", now=now)
        assert other.is_in()

        page = change(browser)

        assert "Your password was changed" in page.text
        assert browser.is_in()
        assert not other.is_in()
        with inside("alder"):
            assert api.user_of_token(token=token, now=now + timedelta(seconds=1)) is None
        (notice,) = logins.messages("security-notice")
        assert (notice.recipient, notice.values["what"]) == (anna.email, "password_changed")
        assert Browser().sign_in(anna.email, NEW).request["PATH_INFO"] == "/"
        assert logins.audited() == ["password.changed"]

    def test_lists_the_one_session_that_is_left(self, browser):
        Browser().sign_in("anna@alder.example")
        change(browser)

        assert browser.get("/me/security/sessions/").text.count("<li><div>") == 1

    def test_asks_for_the_current_one(self, anna, browser):
        page = change(browser, current="somebody elses")

        assert page.status_code == 422
        assert "This is not your current password" in page.text
        assert logins.row(anna).check_password(PASSWORD)
        assert logins.messages("security-notice") == []
        assert logins.audited() == []

    @pytest.mark.parametrize("new", ["short", "password1234", "anna@alder.example", PASSWORD])
    def test_refuses_one_that_is_weak_or_the_same(self, anna, browser, new):
        assert change(browser, new=new).status_code == 422
        assert logins.row(anna).check_password(PASSWORD)

    def test_slows_down_who_guesses(self, anna, browser):
        for _ in range(5):
            change(browser, current="a guess")
        page = change(browser)

        assert page.status_code == 422
        assert "too many tries" in page.text
        assert logins.row(anna).check_password(PASSWORD)

    @pytest.mark.usefixtures("anna")
    def test_twice_with_the_same_form_changes_it_once(self, browser):
        change(browser)
        assert change(browser).status_code == 422
        assert len(logins.messages("security-notice")) == 1

    @pytest.mark.usefixtures("anna")
    def test_asks_a_visitor_to_sign_in(self):
        assert "/account/login/" in Browser().get(CHANGE).request["PATH_INFO"]


@pytest.mark.seed("S2.11")
def test_staff_change_theirs_on_the_console_and_in_the_back_office(tenant):
    cache.clear()
    user = logins.add_login("olga@alder.example", schema_name=PUBLIC)
    for host, current, new in (
        ("console.localhost", PASSWORD, NEW),
        ("admin.localhost", NEW, PASSWORD),
    ):
        browser = Browser(host)
        browser.sign_in(user.email, current)
        with logins.second_step_of(user.email):
            assert "Your password was changed" in change(browser, current, new).text
        assert logins.row(user, schema_name=PUBLIC).check_password(new)
    notices = logins.messages("security-notice", schema_name=PUBLIC)
    assert {notice.values["url"] for notice in notices} == {
        "http://console.localhost/account/password/reset/",
        "http://admin.localhost/account/password/reset/",
    }


class TestSigningIn:
    @pytest.mark.seed("S1.06")
    @pytest.mark.parametrize(
        "name", ["anna@alder.example", "ANNA@alder.example", "anna.b", "Anna.B"]
    )
    @pytest.mark.usefixtures("anna")
    def test_by_e_mail_or_user_name_in_any_case(self, name):
        browser = Browser()
        browser.sign_in(name)
        assert browser.is_in()

    @pytest.mark.parametrize(
        "name", ["anna@alder.example", "anna.b", "nobody@alder.example", "nobody"]
    )
    @pytest.mark.usefixtures("anna")
    def test_costs_one_hash_and_says_the_same_whether_the_login_exists(self, name, hashes):
        page = Browser().sign_in(name, "not the password")

        assert len(hashes) == 1
        assert page.status_code == 422
        assert "These two do not belong together" in page.text

    def test_control_allauth_alone_hashes_twice_for_a_known_e_mail(self, anna, hashes, settings):
        settings.AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
        Browser().sign_in(anna.email, "not the password")

        assert len(hashes) == 2

    def test_is_stored_as_argon2(self, anna):
        assert anna.password.startswith("argon2$")


class TestSessions:
    def test_one_can_be_ended_from_another(self, anna, browser):
        other = Browser(user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0")
        other.sign_in(anna.email)
        page = browser.get("/me/security/sessions/")
        assert "Firefox, Linux" in page.text
        session = page.text.split('name="session" value="')[1].split('"')[0]

        browser.post("/me/security/sessions/", session=session)
        browser.post("/me/security/sessions/", session=session)

        assert not other.is_in()
        assert browser.is_in()
        assert logins.audited() == ["session.ended"]

    def test_all_others_end_with_the_tokens(self, anna, browser):
        others = [Browser(), Browser()]
        for other in others:
            other.sign_in(anna.email)
        with inside("alder"):
            api.issue_token(user_id=anna.pk, tenant="alder", now=utilities.NOW)

        browser.post("/me/security/sessions/", others="1")

        assert [other.is_in() for other in others] == [False, False]
        assert browser.is_in()
        with inside("alder"):
            assert not ApiToken.objects.exists()

    @pytest.mark.usefixtures("anna")
    def test_somebody_elses_stays(self, browser):
        from allauth.usersessions.models import UserSession

        bob, bobs = logins.add_login("bob@alder.example"), Browser()
        bobs.sign_in(bob.email)
        with inside("alder"):
            session = UserSession.objects.get(user_id=bob.pk)

        browser.post("/me/security/sessions/", session=str(session.pk))

        assert bobs.is_in()
        assert logins.audited() == []

    def test_a_disabled_login_is_out_at_once(self, anna, browser):
        now = utilities.NOW
        with inside("alder"):
            token, _ends = api.issue_token(user_id=anna.pk, tenant="alder", now=now)
            identity.set_active(user_id=anna.pk, active=False)

        assert not browser.is_in()
        assert "This login is closed" in Browser().sign_in(anna.email).text
        with inside("alder"):
            assert api.user_of_token(token=token, now=now) is None
            identity.set_active(user_id=anna.pk, active=True)
        assert not browser.is_in()
        again = Browser()
        again.sign_in(anna.email)
        assert again.is_in()


@pytest.mark.seed("S0.13")
class TestDetails:
    def test_name_and_user_name_are_changed(self, anna, browser):
        page = browser.post("/me/details/", name="Anna Bērziņa", username="berzina")

        assert "Anna Bērziņa" in page.text
        assert logins.row(anna).username == "berzina"

    def test_a_user_name_belongs_to_one_login_in_any_case(self, anna, browser):
        logins.add_login("bob@alder.example", username="bob")
        page = browser.post("/me/details/", name="Anna", username="BOB")

        assert page.status_code == 422
        assert "Somebody else has this user name" in page.text
        assert logins.row(anna).username == "Anna.B"

    @pytest.mark.parametrize("name", ["ab", "bob@alder.example", "-bob", "bob smith"])
    def test_an_unusable_user_name_is_explained(self, anna, browser, name):
        assert browser.post("/me/details/", name="Anna", username=name).status_code == 422
        assert logins.row(anna).username == "Anna.B"
