"""What was answered to somebody is kept by nobody; what is everybody's may be."""

import pytest
from tests.journeys import console_world
from tests.journeys.logins import Browser

from mains.demo import facts
from mains.demo import logins as demo
from mains.guard.context import inside
from mains.identity.models import User

pytestmark = pytest.mark.usefixtures("two_tenants", "unblocked")
SLUG, HOST = "balta", "balta.localhost"
NOT_KEPT = "private, no-store"


@pytest.fixture
def anna(two_tenants) -> Browser:
    browser = Browser(HOST)
    with inside(SLUG):
        browser.client.force_login(User.objects.get(email=demo.customer_email(SLUG)))
    return browser


def kept(browser: Browser, path: str) -> str:
    answer = browser.client.get(path, headers={"host": browser.host})
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.headers.get("Cache-Control", "")


PAGES = (
    "/",
    "/bills/",
    "/bills/{bill}/",
    "/bills/{bill}/bill.pdf",
    "/payments/",
    "/readings/",
    "/me/",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_somebody_signed_in_are_not(anna, path):
    bill = facts.latest_bill(slug=SLUG, company=SLUG, email=demo.customer_email(SLUG))
    assert kept(anna, path.format(bill=bill.id)) == NOT_KEPT


def test_pages_of_staff_are_not(two_tenants):
    console_world.add_staff("cache@example.org", (SLUG, "OWNER"), second_factor=True)
    desk = console_world.signed_in("cache@example.org", SLUG)
    for page in ("", "customers/", "payments/"):
        assert desk.get(page).headers["Cache-Control"] == NOT_KEPT


def test_answers_to_a_token_are_not(two_tenants):
    token = a_token()
    answer = Browser(HOST).client.get(
        "/api/v1/bills", headers={"host": HOST, "authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == NOT_KEPT


def a_token() -> str:
    from mains.api import actions
    from mains.tenancy import queries

    with inside(SLUG):
        user = User.objects.get(email=demo.customer_email(SLUG))
        now = queries.tenant(SLUG).now()
        return actions.issue_token(user_id=user.pk, tenant=SLUG, now=now)[0]


def test_what_a_visitor_typed_is_not(two_tenants):
    visitor = Browser(HOST)
    visitor.client.get("/join/?company=balta", headers={"host": HOST})
    assert kept(visitor, "/join/details/") == NOT_KEPT


@pytest.mark.parametrize("path", ["/", "/help/", "/legal/terms/", "/account/login/"])
def test_what_is_the_same_for_every_visitor_says_nothing(two_tenants, path):
    assert NOT_KEPT not in kept(Browser(HOST), path)


def test_the_look_is_kept_even_by_who_is_signed_in(anna):
    page = anna.client.get("/", headers={"host": HOST}).content.decode()
    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in kept(anna, style)


def test_without_the_rule_they_would_be(anna, monkeypatch):
    from mains.identity.middleware import PersonalAnswersMiddleware

    monkeypatch.setattr(PersonalAnswersMiddleware, "_is_somebody", lambda *_all: False)
    assert kept(anna, "/bills/") == ""
