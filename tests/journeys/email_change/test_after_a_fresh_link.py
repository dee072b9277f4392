"""An e-mail stays as it is for some time after an account was linked."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.email_change.world import EMAIL, OLD, OTHER, ask, links
from tests.journeys.logins import PASSWORD, Browser

from mains.guard.context import inside
from mains.identity.models import EmailChange


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
