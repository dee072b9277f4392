"""balta: name and e-mail change at any time; an e-mail goes back for so long as the tenant says."""

import pytest
from django.core.cache import cache
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.joining_world import published, stored
from tests.journeys.logins import Browser
from tests.journeys.test_recovery import later

OLD, OTHER = "anna@alder.example", "anna@other.example"
SLUG, DETAILS = "alder", "/me/details/"
pytestmark = pytest.mark.seed("S0.13")


@pytest.fixture
def anna(tenant):
    cache.clear()
    utilities.configured("balta")
    return logins.add_login(OLD, name="Anna")


@pytest.fixture
def browser(anna):
    browser = Browser()
    browser.sign_in(anna.email)
    browser.prove()
    return browser


def moved(browser: Browser) -> str:
    """
    Move the login to the other address, and return the path of the link that takes it back.
    """
    browser.post("/me/email/", email=OTHER)
    for kind in ("email-change-old", "email-change-new"):
        Browser().post(logins.path_in(kind))
    return logins.path_in("email-changed")


@pytest.mark.parametrize("days", [2, 30])
class TestAnEmailGoesBack:
    """Seven days are what a tenant gets that says nothing; these say something else."""

    def test_on_the_last_of_the_tenants_days(self, anna, browser, monkeypatch, days):
        with published(SLUG, registration={"email_undo_days": days}):
            undo = moved(browser)
            assert logins.row(anna).email == OTHER
            later(monkeypatch, days=days, minutes=-5)
            Browser().post(undo)
        assert logins.row(anna).email == OLD

    def test_not_after_them_and_nothing_is_written(self, anna, browser, monkeypatch, days):
        with published(SLUG, registration={"email_undo_days": days}):
            undo = moved(browser)
            later(monkeypatch, days=days, minutes=5)
            before = stored(SLUG)
            assert Browser().get(undo).status_code == 410
            assert Browser().post(undo).status_code == 410
            assert stored(SLUG) == before
        assert logins.row(anna).email == OTHER


class TestAName:
    def test_changes_at_any_time(self, anna, browser):
        for name in ("Anna Bērziņa", "Anna Kalniņa"):
            assert name in browser.post(DETAILS, name=name).text
            assert logins.row(anna).name == name
        assert logins.row(anna).email == OLD

    @pytest.mark.parametrize("name", ["", " ", "N" * 121])
    def test_has_to_be_a_name(self, anna, browser, name):
        before = stored(SLUG)
        assert browser.post(DETAILS, name=name).status_code == 422
        assert stored(SLUG) == before
        assert logins.row(anna).name == "Anna"

    @pytest.mark.usefixtures("anna")
    def test_is_not_changed_by_a_visitor(self):
        before = stored(SLUG)
        page = Browser().post(DETAILS, name="Mallory")
        assert page.request["PATH_INFO"] == "/account/login/"
        assert stored(SLUG) == before

    def test_is_the_own_one_whatever_else_is_sent(self, anna, browser):
        other = logins.add_login("bob@alder.example", name="Bob")
        browser.post(DETAILS, name="Anna B", id=str(other.pk), user=str(other.pk), email=OTHER)
        assert logins.row(other).name == "Bob"
        assert (logins.row(anna).name, logins.row(anna).email) == ("Anna B", OLD)
