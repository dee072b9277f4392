"""aguaviva: the link in the message asks for a password, and only then there is a login."""

from datetime import timedelta

import pytest
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.joining_world import Newcomer, newcomer, stored

from mains.customers.models import CustomerKind
from mains.demo import logins
from mains.demo.pages import Page
from mains.enrolment.models import SignUp
from mains.guard.context import inside
from mains.identity.models import User

SLUG, TENANTS = "aguaviva", {"aguaviva", "balta"}
pytestmark = pytest.mark.usefixtures("fresh_tries")
ANOTHER = "quite-another-one-8"


def signed_up(kim: Newcomer | None = None, **typed: str) -> Newcomer:
    """
    Go through every step but the message.
    """
    kim = kim or newcomer(SLUG, customer__kind=CustomerKind.PERSON)
    kim.submit(kim.open("/join/"), type="private")
    page = kim.about_me(kim.state_facts(), **typed)
    assert page.url.endswith("/join/sent/"), page.text
    return kim


def opened(kim: Newcomer) -> Page:
    return kim.browser.get(kim.link_of("confirm-sign-up"))


def is_home(page: Page) -> bool:
    return page.url.rstrip("/") == "http://aguaviva.localhost"


def login_of(kim: Newcomer) -> User:
    with inside(SLUG):
        return User.objects.get(email=kim.email)


@pytest.mark.seed("S1.09")
def test_the_password_is_chosen_after_activation_only():
    kim = newcomer(SLUG, customer__kind=CustomerKind.PERSON)
    kim.submit(kim.open("/join/"), type="private")
    page = kim.state_facts()
    assert "password" not in page.form().fields
    kim.about_me(page, password=ANOTHER)
    with inside(SLUG):
        assert SignUp.objects.get(email=kim.email).password == ""

    page = opened(kim)
    before = stored(SLUG)
    assert kim.submit(page, password="short").status == 422
    assert kim.submit(page, password="").status == 422
    assert stored(SLUG) == before
    assert is_home(kim.submit(page, password=logins.PASSWORD))
    assert stored(SLUG) != before
    assert kim.sees_the_account()
    assert login_of(kim).check_password(logins.PASSWORD)


@pytest.mark.seed("S1.06")
@pytest.mark.seed("S1.09")
def test_a_user_name_taken_before_the_message_is_opened_is_asked_with_the_password():
    one = signed_up(username="Racing")
    two = signed_up(Newcomer(SLUG, one.account), username="racing")
    one.confirm()
    page = opened(two)

    assert {"username", "password"} <= set(page.form().fields)
    before = stored(SLUG)
    assert two.submit(page, username="RACING", password=logins.PASSWORD).status == 422
    assert two.submit(page, username="racing2", password="short").status == 422
    assert stored(SLUG) == before
    assert is_home(two.submit(page, username="racing2", password=ANOTHER))
    assert login_of(two).check_password(ANOTHER)
    assert login_of(two).username == "racing2"


@pytest.mark.seed("S1.06")
@pytest.mark.seed("S1.09")
def test_taken_while_the_page_was_open_both_are_asked_again():
    one = signed_up(username="Hurried")
    two = signed_up(Newcomer(SLUG, one.account), username="hurried")
    page = opened(two)
    assert "username" not in page.form().fields
    one.confirm()
    before = stored(SLUG)
    again = two.submit(page, password=logins.PASSWORD)

    assert again.status == 422
    assert {"username", "password"} <= set(again.form().fields)
    assert logins.PASSWORD not in again.body.decode()
    assert stored(SLUG) == before
    assert is_home(two.submit(again, username="hurried2", password=ANOTHER))
    assert login_of(two).check_password(ANOTHER)


@pytest.mark.seed("S1.09")
def test_nobody_names_another_user_name_than_the_one_that_was_free():
    kim = signed_up(username="First.Choice")
    page = opened(kim)
    form = page.form()
    form.fields["username"] = ["smuggled"]

    assert is_home(kim.browser.submit(page, form, password=logins.PASSWORD))
    assert login_of(kim).username == "First.Choice"


@pytest.mark.seed("S1.09")
def test_a_link_works_once():
    kim = signed_up()
    page, stranger = opened(kim), Newcomer(SLUG, kim.account)
    stranger.open("/join/")
    kim.submit(page, password=logins.PASSWORD)
    before = stored(SLUG)

    assert "This link was used" in stranger.browser.get(f"{page.url}?lang=en").text
    again = stranger.post(page.url, password=ANOTHER)
    assert "This link was used" in again.text
    assert stored(SLUG) == before


@pytest.mark.seed("S1.09")
def test_late_there_is_no_login_neither_opened_nor_sent():
    kim = signed_up()
    page = opened(kim)
    before = stored(SLUG)
    move_clock(SLUG, NOW + timedelta(hours=24, minutes=1))

    assert opened(kim).status == 410
    assert kim.submit(page, password=logins.PASSWORD).status == 410
    assert stored(SLUG) == before
    with inside(SLUG):
        assert not User.objects.filter(email=kim.email).exists()


@pytest.mark.seed("S1.09")
def test_an_activation_link_of_another_tenant_is_unknown():
    kim = signed_up()
    page = opened(kim)
    here, there = stored(SLUG), stored("balta")
    foreign = page.url.replace("aguaviva.localhost", "balta.localhost")

    assert kim.browser.get(foreign).status == 410
    assert kim.post(foreign, password=logins.PASSWORD).status == 410
    assert (stored(SLUG), stored("balta")) == (here, there)
