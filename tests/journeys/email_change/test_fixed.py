"""Where the provider fixes the e-mail, and where staff change theirs."""

import pytest
from django.core.cache import cache
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.email_change.world import EMAIL, OLD, OTHER, ask, links
from tests.journeys.logins import Browser

from mains.guard.context import PUBLIC


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
