"""A login moves to another e-mail when both addresses have said so, or never (axis A5)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.logins import NEW, PASSWORD, Browser
from tests.journeys.test_recovery import later

from mains.guard.context import PUBLIC, inside
from mains.identity.models import EmailChange

OLD, OTHER = "anna@alder.example", "anna@other.example"
EMAIL = "/me/email/"


@pytest.fixture
def anna(tenant):
    cache.clear()
    utilities.configured("balta")
    return logins.add_login(OLD)


@pytest.fixture
def browser(anna):
    browser = Browser()
    browser.sign_in(anna.email)
    browser.prove()
    return browser


def ask(browser: Browser, email: str = OTHER):
    return browser.post(EMAIL, email=email)


def links() -> tuple[str, str]:
    """
    Return the paths mailed to the old and to the new address.
    """
    return logins.path_in("email-change-old"), logins.path_in("email-change-new")


def moved(browser: Browser) -> str:
    """
    Move the login, and return the path of the link that takes it back.
    """
    ask(browser)
    for place in links():
        Browser().post(place)
    return logins.path_in("email-changed")


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


class TestAfterAFreshLink:
    @pytest.fixture
    def linked(self, anna):
        """
        Link Anna to an account so many hours ago.
        """
        from django.db import transaction

        from mains.customers.models import Account
        from mains.enrolment import actions
        from mains.journeys import sample_customers

        file = utilities.file_of("balta", schema_name="alder")
        with inside("alder"):
            sample_customers.fill(file=file, today=utilities.NOW.date(), now=utilities.NOW, count=1)

        def link(hours: int) -> None:
            now = datetime.now(UTC) - timedelta(hours=hours)
            with inside("alder"), transaction.atomic():
                actions.link(
                    user=anna,
                    account=Account.objects.first(),
                    evidence=[],
                    now=now,
                    today=now.date(),
                )

        return link

    def test_it_stays_and_the_page_says_until_when(self, anna, browser, linked):
        linked(hours=71)
        page = browser.get(EMAIL)
        assert "Your e-mail stays as it is for now" in page.text
        assert "Send both messages" not in page.text

        refused = ask(browser)

        assert refused.status_code == 422
        with inside("alder"):
            assert not EmailChange.objects.exists()
        assert logins.messages("email-change-old") == []
        assert logins.row(anna).email == OLD

    def test_over_the_api_as_well(self, linked):
        linked(hours=1)
        from tests.journeys.test_me_api import token_of

        answer = Client().patch(
            "/api/v1/me", {"email": OTHER, "password": PASSWORD}, content_type="application/json",
            headers={"host": logins.HOST, "authorization": f"Bearer {token_of(OLD)}"},
        )  # fmt: skip

        assert (answer.status_code, answer.json()["code"]) == (409, "email_locked")
        with inside("alder"):
            assert not EmailChange.objects.exists()

    def test_a_change_asked_for_before_the_link_waits_too(self, anna, browser, linked):
        ask(browser)
        old, new = links()
        linked(hours=1)

        for place in (old, new):
            page = Browser().post(place)
            assert page.status_code == 409
            assert "its holder was told your address" in page.text
        assert logins.row(anna).email == OLD

    def test_later_it_changes(self, anna, browser, linked):
        linked(hours=73)
        ask(browser)
        for place in links():
            Browser().post(place)
        assert logins.row(anna).email == OTHER

    def test_control_without_the_lock_it_changes_at_once(self, anna, browser, linked, monkeypatch):
        from mains.journeys.email_change import Rules

        monkeypatch.setattr(Rules, "locked_until", lambda _self, **_what: None)
        linked(hours=1)
        ask(browser)
        for place in links():
            Browser().post(place)
        assert logins.row(anna).email == OTHER


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


@pytest.fixture
def fixed(tenant):
    """
    Return the browser of somebody whose provider lets no e-mail be changed.
    """
    cache.clear()
    utilities.configured("fiamma")
    logins.add_login(OLD)
    browser = Browser()
    browser.sign_in(OLD)
    browser.prove()
    return browser


@pytest.mark.seed("S4.14")
class TestWhereItIsFixed:
    def test_there_is_no_page_and_a_sentence_says_why_and_what_to_do(self, fixed):
        profile = fixed.get("/me/").text
        assert "cannot be changed" in profile or "non può" in profile
        assert EMAIL not in profile
        assert fixed.get(EMAIL).status_code == 404
        assert ask(fixed).status_code == 404
        assert logins.messages("email-change-old") == []

    def test_control_where_it_is_changeable_the_page_is_there(self, browser):
        assert EMAIL in browser.get("/me/").text
        assert browser.is_in(EMAIL)

    def test_allauths_own_page_is_no_side_door(self, fixed):
        for action in ("action_add", "action_primary", "action_remove", "action_send"):
            answer = fixed.post("/account/email/", email=OTHER, **{action: "1"})
            assert answer.status_code == 404

    def test_the_api_refuses_too(self, fixed):
        from tests.journeys.test_me_api import token_of

        answer = fixed.client.patch(
            "/api/v1/me", {"email": OTHER}, content_type="application/json",
            headers={"host": logins.HOST, "authorization": f"Bearer {token_of(OLD)}"},
        )  # fmt: skip
        assert answer.status_code == 403
        assert answer.json()["code"] == "email_fixed"
        assert logins.messages("email-change-old") == []

    def test_a_change_that_waits_when_the_tenant_fixes_it_is_refused(self, anna, browser):
        ask(browser)
        places = links()
        utilities.configured("fiamma")
        for place in places:
            assert Browser().post(place).status_code == 404
        assert logins.row(anna).email == OLD


def test_staff_change_theirs_on_the_console(tenant):
    cache.clear()
    olga = logins.add_login("olga@alder.example", schema_name=PUBLIC)
    browser = Browser("console.localhost")
    browser.sign_in(olga.email)
    browser.prove()
    with logins.second_step_of(olga.email):
        ask(browser)
    for kind in ("email-change-old", "email-change-new"):
        Browser("console.localhost").post(logins.path_in(kind, schema_name=PUBLIC))
    assert logins.row(olga, schema_name=PUBLIC).email == OTHER
