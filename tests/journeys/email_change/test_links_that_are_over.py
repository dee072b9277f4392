"""Links that do nothing more, and the one that takes a change back."""

import pytest
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.email_change.world import OLD, OTHER, ask, links, moved
from tests.journeys.logins import NEW, Browser
from tests.journeys.test_recovery import later


class TestALinkThatDoesNothingMore:
    """Opened again, each says what happened, and shows no button that would do nothing."""

    def opened(self, place: str) -> tuple[int, str, bool]:
        """
        Return the status, the heading, and whether there is something to press.
        """
        page = Browser().get(place)
        main = page.text.split("<main", 1)[1]
        heading = main.split("<h1>", 1)[1].split("</h1>", 1)[0]
        return page.status_code, heading, 'method="post"' in main

    @pytest.mark.usefixtures("anna")
    def test_control_the_first_time_there_is_a_button(self, browser):
        ask(browser)
        for place in links():
            assert self.opened(place) == (200, "Confirm the new e-mail", True)
        undo = moved(browser)
        assert self.opened(undo) == (200, "Take the change back", True)

    @pytest.mark.usefixtures("anna")
    def test_confirmed_here_and_then_done(self, browser):
        ask(browser)
        old, new = links()
        Browser().post(old)
        assert self.opened(old) == (200, "Confirmed here", False)
        assert self.opened(new)[2]
        Browser().post(new)
        for place in (old, new):
            assert self.opened(place) == (200, "Your e-mail is changed", False)

    @pytest.mark.usefixtures("anna")
    def test_withdrawn_or_asked_for_anew(self, browser):
        ask(browser)
        first = links()
        ask(browser, "third@other.example")
        for place in first:
            assert self.opened(place) == (410, "The change was withdrawn", False)
        assert "latest message" in Browser().get(first[0]).text
        assert "latest message" in Browser().post(first[0]).text

    @pytest.mark.usefixtures("anna")
    def test_late(self, browser, monkeypatch):
        ask(browser)
        old, _new = links()
        later(monkeypatch, hours=25)
        assert self.opened(old) == (410, "This link has ended", False)

    @pytest.mark.usefixtures("anna")
    def test_taken_back(self, browser):
        undo = moved(browser)
        Browser().post(undo)
        for place in (undo, *links()):
            assert self.opened(place) == (410, "The change was taken back", False)

    @pytest.mark.usefixtures("anna")
    def test_too_late_to_take_back(self, browser, monkeypatch):
        undo = moved(browser)
        later(monkeypatch, days=8)
        assert self.opened(undo) == (410, "This link has ended", False)

    @pytest.mark.usefixtures("anna")
    def test_where_the_tenant_fixes_the_e_mail_meanwhile_there_is_no_page(self, browser):
        ask(browser)
        old, _new = links()
        assert Browser().get(old).status_code == 200
        utilities.configured("fiamma")
        assert Browser().get(old).status_code == 404


@pytest.mark.seed("S0.13")
class TestTakingItBack:
    def test_the_old_address_gets_its_login_back_and_a_new_password(self, anna, browser):
        undo = moved(browser)
        assert "Take the change back" in Browser().get(undo).text
        assert logins.row(anna).email == OTHER
        owner = Browser()
        page = owner.post(undo)

        assert page.request["PATH_INFO"].startswith("/account/password/reset/")
        assert logins.row(anna).email == OLD
        assert not browser.is_in()
        assert Browser().sign_in(OLD).status_code == 422
        owner.post(page.request["PATH_INFO"], password=NEW)
        owner.sign_in(OLD, NEW)
        assert owner.is_in()
        assert logins.messages("security-notice")[0].recipient in {OLD, OTHER}
        assert logins.audited()[-2:] == ["email.change_undone", "password.reset"]

    def test_until_the_tenants_days_are_over(self, anna, browser, monkeypatch):
        undo = moved(browser)
        later(monkeypatch, days=8)
        assert Browser().post(undo).status_code == 410
        assert logins.row(anna).email == OTHER

    def test_on_the_last_day_it_works(self, anna, browser, monkeypatch):
        undo = moved(browser)
        later(monkeypatch, days=6, hours=23)
        Browser().post(undo)
        assert logins.row(anna).email == OLD

    def test_twice_it_is_over(self, anna, browser):
        undo = moved(browser)
        Browser().post(undo)
        assert Browser().post(undo).status_code == 410
        assert logins.row(anna).email == OLD

    def test_a_second_change_made_from_the_new_address_falls_with_the_first(self, anna, browser):
        undo = moved(browser)
        ask(browser, "third@other.example")
        for place in links():
            Browser().post(place)
        assert logins.row(anna).email == "third@other.example"

        Browser().post(undo)

        assert logins.row(anna).email == OLD
        assert Browser().post(logins.path_in("email-changed")).status_code == 410
        assert logins.row(anna).email == OLD
