"""A login moves to another e-mail when both addresses have said so, or never (axis A5)."""

import pytest
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.email_change.world import EMAIL, OLD, OTHER, ask, links, moved
from tests.journeys.logins import PASSWORD, Browser
from tests.journeys.test_recovery import later

from mains.guard.context import inside
from mains.identity.models import EmailChange


@pytest.mark.seed("S0.13")
class TestChangingTheEmail:
    def test_nothing_changes_before_both_have_confirmed(self, anna, browser):
        assert "Nothing is changed yet" in ask(browser).text
        old, new = links()
        assert logins.messages("email-change-old")[0].recipient == OLD
        assert logins.messages("email-change-new")[0].recipient == OTHER
        assert logins.row(anna).email == OLD

        assert "Now the other address" in Browser().post(new).text
        assert logins.row(anna).email == OLD
        assert "Your e-mail is changed" in Browser().post(old).text

        assert logins.row(anna).email == OTHER
        again = Browser()
        again.sign_in(OTHER)
        assert again.is_in()
        assert Browser().sign_in(OLD).status_code == 422
        assert [row.recipient for row in logins.messages("email-changed")] == [OLD]
        assert [row.recipient for row in logins.messages("security-notice")] == [OTHER]
        assert logins.audited() == ["email.change_asked", "email.changed"]

    def test_the_order_of_the_two_does_not_matter(self, anna, browser):
        ask(browser)
        for place in links():
            Browser().post(place)
        assert logins.row(anna).email == OTHER

    def test_opening_a_link_confirms_nothing(self, anna, browser):
        ask(browser)
        for place in links():
            assert "Confirm the new e-mail" in Browser().get(place).text
        assert logins.row(anna).email == OLD

    @pytest.mark.parametrize("side", [0, 1])
    def test_one_address_twice_is_not_both(self, anna, browser, side):
        ask(browser)
        for _ in range(3):
            Browser().post(links()[side])
        assert logins.row(anna).email == OLD

    def test_late_it_is_over(self, anna, browser, monkeypatch):
        ask(browser)
        old, new = links()
        Browser().post(old)
        later(monkeypatch, hours=25)
        assert Browser().post(new).status_code == 410
        assert logins.row(anna).email == OLD

    def test_never_confirmed_the_page_still_shows_it_waiting_and_it_can_be_withdrawn(
        self, anna, browser
    ):
        ask(browser)
        assert OTHER in browser.get(EMAIL).text
        browser.post(EMAIL, withdraw="1")

        assert OTHER not in browser.get(EMAIL).text
        for place in links():
            assert Browser().post(place).status_code == 410
        assert logins.row(anna).email == OLD

    def test_asked_for_again_the_first_links_are_over(self, anna, browser):
        ask(browser)
        first = links()
        ask(browser, "third@other.example")
        for place in first:
            assert Browser().post(place).status_code == 410
        for place in links():
            Browser().post(place)
        assert logins.row(anna).email == "third@other.example"

    @pytest.mark.usefixtures("anna")
    def test_the_password_is_asked_for_first(self):
        browser = Browser()
        browser.sign_in(OLD)
        assert browser.get(EMAIL).request["PATH_INFO"] == "/account/reauthenticate/"
        ask(browser)
        with inside("alder"):
            assert not EmailChange.objects.exists()

        browser.post("/account/reauthenticate/", password=PASSWORD, next=EMAIL)

        with inside("alder"):
            assert EmailChange.objects.get().new_email == OTHER

    @pytest.mark.usefixtures("anna")
    def test_what_was_typed_is_not_sent_on_after_a_wrong_password(self):
        browser = Browser()
        browser.sign_in(OLD)
        ask(browser)
        page = browser.post("/account/reauthenticate/", password="a guess", next=EMAIL)
        assert page.status_code == 422
        with inside("alder"):
            assert not EmailChange.objects.exists()

    def test_the_proof_ends_after_five_minutes(self, browser, monkeypatch):
        import time

        real = time.time
        assert browser.is_in(EMAIL)
        monkeypatch.setattr(
            "allauth.account.internal.flows.reauthentication.time.time", lambda: real() + 301
        )
        assert not browser.is_in(EMAIL)

    def test_an_address_with_a_login_looks_the_same_and_never_becomes_ours(self, anna, browser):
        bob = logins.add_login(OTHER)
        assert "Nothing is changed yet" in ask(browser).text

        assert logins.messages("email-change-new") == []
        assert logins.messages("already-registered")[0].recipient == OTHER
        Browser().post(logins.path_in("email-change-old"))
        assert logins.row(anna).email == OLD
        assert logins.row(bob).email == OTHER

    def test_an_address_that_got_a_login_meanwhile_is_refused(self, anna, browser):
        ask(browser)
        old, new = links()
        Browser().post(new)
        logins.add_login(OTHER)
        page = Browser().post(old)
        assert page.status_code == 409
        assert "This address has a login" in page.text
        assert logins.row(anna).email == OLD

    def test_a_link_of_one_tenant_is_nothing_in_another(self, anna, browser):
        utilities.configured("balta", schema_name="birch")
        ask(browser)
        for place in links():
            assert Browser("birch.localhost").post(place).status_code == 404
            assert Browser("console.localhost").post(place).status_code == 404
        assert logins.row(anna).email == OLD

    def test_a_link_of_one_side_cannot_be_made_the_other_or_the_undo(self, anna, browser):
        from mains.identity import email_changes

        ask(browser)
        with inside("alder"):
            change = EmailChange.objects.get()
            early = email_changes.token(change=change, side=email_changes.Side.UNDO)
        assert Browser().post(f"/account/email/{early}/").status_code == 410
        assert Browser().post(f"/account/email/{early[:-2]}xx/").status_code == 404
        assert logins.row(anna).email == OLD

    @pytest.mark.usefixtures("anna")
    def test_links_are_the_tenants_own(self):
        browser = Browser(**{"x-forwarded-host": "evil.example"})
        browser.sign_in(OLD)
        browser.prove()
        ask(browser)
        for kind in ("email-change-old", "email-change-new"):
            assert logins.messages(kind)[0].values["url"].startswith("http://alder.localhost/")

    def test_a_link_for_a_new_password_at_the_old_address_ends_with_the_change(self, browser):
        Browser().post("/account/password/reset/", email=OLD)
        place = logins.path_in("password-reset")
        moved(browser)
        assert Browser().get(place).status_code == 410

    def test_the_same_address_is_explained(self, browser):
        assert ask(browser, OLD.upper()).status_code == 422
        assert logins.messages("email-change-old") == []
