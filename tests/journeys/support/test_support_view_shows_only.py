"""A support view looks and does nothing else: every route, every method, against every table."""

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, get_resolver, path
from tests.isolation import callers, policies
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import HANNA, SLUG
from tests.journeys.support import world as support

from mains.guard.context import inside
from mains.guard.middleware import WRITES_ON_GET
from mains.portal.support import showing

URLCONF = "mains.config.urls.portal"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# Without an object in their address; the others are filled in by `address`.
SHOWN = {
    "portal:home": "/", "portal:help": "/help/", "portal:legal": "/legal/terms/",
    "portal:me": "/me/", "portal:access": "/me/access/", "portal:accounts": "/accounts/",
    "portal:people": "/accounts/{account}/people/",
    "portal:contracts": "/accounts/{account}/contracts/",
    "portal:delivery": "/accounts/{account}/delivery/", "portal:bills": "/bills/",
    "portal:bill": "/bills/{bill}/", "portal:bill-pdf": "/bills/{bill}/bill.pdf",
    "portal:pay": "/pay/?bill={bill}", "portal:payments": "/payments/",
    "portal:statement": "/payments/statement/", "portal:report": "/payments/report/",
    "portal:readings": "/readings/", "portal:readings-many": "/readings/many/",
    "portal:usage": "/usage/", "portal:next-bill": "/bills/next/",
}  # fmt: skip
FILES = {"portal:bill-pdf"}


def text(page) -> str:
    return page.content.decode()


def address(pattern: str, account) -> str:
    return pattern.format(account=account.pk, bill=world.bill_of(account).pk)


def routes() -> dict[str, str]:
    """
    Return each address of the portal's host, filled with made-up objects, and its name.
    """
    import re

    values = {"int": "1", "slug": "terms", "str": "unknown"}
    found = {}
    for route in callers.routes(URLCONF.rsplit(".", 1)[1]):
        place = "/" + re.sub(r"<(\w+):\w+>", lambda part: values[part[1]], route)
        found[place] = get_resolver(URLCONF).resolve(place).view_name
    return found


class TestShowing:
    def test_new_terms_hide_nothing_and_are_agreed_to_by_nobody(self, seen):
        from mains.enrolment.models import Consent

        world.publish_terms(terms="New terms")
        with inside(SLUG):
            before = Consent.objects.count()

        try:
            page = seen.get("/")
            shown = text(page)
            refused = seen.post("/me/terms/", agree="on", shown="")
        finally:
            world.publish_terms()

        assert (page.status_code, refused.status_code) == (200, 403)
        assert HANNA in shown
        with inside(SLUG):
            assert Consent.objects.count() == before

    @pytest.mark.parametrize("name", SHOWN)
    def test_a_listed_page_is_shown_under_the_banner(self, seen, account, name):
        page = seen.get(address(SHOWN[name], account))

        assert page.status_code == 200
        if name not in FILES:
            assert "sees the portal as hanna@home.example does" in text(page)
            assert 'action="/support/end/"' in text(page)

    def test_where_many_readings_are_sent_there_is_nothing_to_send_with(self, hanna, seen):
        for one, sends in ((hanna, True), (seen, False)):
            page = text(one.get("/readings/many/"))
            assert ("data-column" in page) == sends
            assert ('type="file"' in page) == sends
            assert ("list.xlsx" in page) == sends

    def test_the_list_is_this_one(self):
        assert set(SHOWN) == set(showing.SHOWN)

    def test_what_is_shown_writes_nothing_at_all(self, seen, account):
        before = callers.digest()

        for pattern in SHOWN.values():
            assert seen.get(address(pattern, account)).status_code == 200
            seen.client.head(address(pattern, account), headers={"host": seen.host})

        assert callers.digest() == before

    def test_and_runs_in_a_transaction_that_could_not(self, account):
        for pattern in SHOWN.values():
            assert not address(pattern, account).startswith(WRITES_ON_GET)

    def test_a_page_that_is_not_there_is_missing_under_the_banner(self, seen):
        page = seen.get("/there-is-no-such-page/")

        assert page.status_code == 404
        assert "sees the portal as" in text(page)

    def test_somebody_elses_bill_is_missing_as_for_the_customer(self, hanna, seen):
        bill = world.bill_of(world.accounts()[2])

        for one in (hanna, seen):
            assert one.get(f"/bills/{bill.pk}/").status_code == 404

    def test_signing_out_is_not_offered(self, hanna, seen):
        assert 'action="/account/logout/"' in text(hanna.get("/me/"))
        assert 'action="/account/logout/"' not in text(seen.get("/me/"))


class TestDenyingByDefault:
    def test_every_other_route_is_refused(self, seen):
        before, refused = callers.digest(), []
        for place, name in routes().items():
            if name in showing.SHOWN or place.startswith(showing.LOOK) or name == showing.OPEN:
                continue
            page = seen.get(place)
            assert page.status_code == 403, (place, name)
            assert "Not in a support view" in text(page), place
            refused.append(place)

        assert callers.digest() == before
        assert seen.get("/").status_code == 200
        assert {
            "/me/security/", "/me/data/", "/me/data/1/", "/me/details/", "/me/email/",
            "/account/2fa/recovery-codes/", "/account/2fa/webauthn/add/", "/account/logout/",
            "/pay/start/", "/pay/result/unknown/", "/join/", "/api/v1/openapi.yaml",
            "/api/v1/docs/", "/accounts/1/people/new/", "/find/", "/support/end/",
        } <= set(refused)  # fmt: skip

    def test_a_route_that_somebody_adds_is_refused_until_it_is_listed(
        self, seen, hanna, monkeypatch
    ):
        added(monkeypatch)

        assert text(hanna.get("/brand-new/")) == "secret"
        assert seen.get("/brand-new/").status_code == 403

        monkeypatch.setattr(showing, "SHOWN", showing.SHOWN | {"brand-new"})
        assert text(seen.get("/brand-new/")) == "secret"


def added(monkeypatch) -> None:
    """
    Serve one more page on the portal's host.
    """
    resolver = get_resolver(URLCONF)
    page: URLPattern = path("brand-new/", lambda _request: HttpResponse("secret"), name="brand-new")
    monkeypatch.setattr(resolver, "url_patterns", [page, *resolver.url_patterns], raising=False)


class TestRefusing:
    @pytest.mark.parametrize("method", UNSAFE)
    def test_every_route_refuses_to_be_changed(self, seen, account, method):
        before, places = callers.digest(), routes()
        bill = world.bill_of(account)
        real = [
            f"/accounts/{account.pk}/unlink/", f"/accounts/{account.pk}/people/new/",
            f"/me/data/paper/{account.pk}/", f"/bills/{bill.pk}/",
        ]  # fmt: skip
        for place in (*real, *places, "/there-is-no-such-page/"):
            if places.get(place) in (showing.OPEN, showing.END) or place.startswith(showing.LOOK):
                continue
            answer = seen.client.generic(method, place, headers={"host": seen.host})
            assert answer.status_code == 403, (method, place)

        assert callers.digest() == before
        assert len(places) == len(policies.TABLE["portal"])

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_the_end_is_posted_and_nothing_else(self, seen, method):
        answer = seen.client.generic(method, "/support/end/", headers={"host": seen.host})

        assert answer.status_code == 403
        assert seen.get("/").status_code == 200

    def test_a_bill_is_not_paid_and_a_reading_not_sent(self, seen, account):
        before = world.counted()

        seen.post("/pay/start/", bill=str(world.bill_of(account).pk), email="x@people.example")
        seen.post("/readings/", key="k" * 20)

        assert world.counted() == before

    def test_control_without_the_middleware_it_goes_through(self, hanna, seen, account, settings):
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "ShowOnly" not in name]
        unguarded = support.browser()
        unguarded.client.cookies = seen.client.cookies

        answer = unguarded.post(f"/accounts/{account.pk}/unlink/")

        assert answer.status_code == 302
        assert world.links(user_id=hanna.user.pk, ended_at=None) == []

    def test_the_page_says_why_and_where_to_go(self, seen):
        page = seen.get("/me/security/")

        assert page.status_code == 403
        assert "Nothing can be sent, changed, paid or downloaded here" in text(page)
        assert 'action="/support/end/"' in text(page)
        assert "form-action 'self'" in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "DENY"

    def test_a_temporary_password_shows_that_page_and_not_the_form(self, hanna, seen):
        from mains.guard.context import inside
        from mains.identity.models import User

        with inside(SLUG):
            User.objects.filter(pk=hanna.user.pk).update(must_change_password=True)

        assert seen.get("/")["Location"] == "/me/security/password/"
        assert seen.get("/me/security/password/").status_code == 403


class TestTheApi:
    @pytest.mark.parametrize(
        ("method", "place"),
        [("GET", "/bills"), ("GET", "/me"), ("POST", "/tokens"), ("POST", "/readings")],
    )
    def test_a_browser_in_a_view_gets_a_problem_whatever_token_it_has(
        self, hanna, seen, method, place
    ):
        token = hanna.token()
        before = callers.digest()

        answer = seen.call(method, place, {} if method == "POST" else None, token=token)

        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "support_view"
        assert callers.digest() == before

    def test_control_the_token_holds_without_the_view(self, hanna):
        assert hanna.call("GET", "/bills").status_code == 200
