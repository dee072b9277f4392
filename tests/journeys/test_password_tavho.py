"""tavho: customers change their password when they need to, with the one they have."""

import pytest
from tests.journeys.joining_world import Newcomer, counted, deeds, forget_tries, messages, newcomer
from tests.journeys.logins import NEW

from mains.demo.logins import PASSWORD
from mains.guard.context import inside
from mains.identity.models import User

SLUG, TENANTS = "tavho", {"tavho", "balta"}
PLACE = "/me/security/password/"
pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S2.11")]


@pytest.fixture
def kim(demo_tenants) -> Newcomer:
    forget_tries(SLUG)
    kim = newcomer(SLUG)
    kim.about_me(kim.state_facts())
    kim.confirm()
    return kim


def change(kim: Newcomer, current: str = PASSWORD, new: str = NEW):
    return kim.submit(kim.open(PLACE), current=current, password=new)


def signs_in(kim: Newcomer, password: str) -> bool:
    other = Newcomer(SLUG, kim.account, email=kim.email)
    page = other.submit(other.open("/account/login/"), login=kim.email, password=password)
    return "/account/login/" not in page.url and other.sees_the_account()


def written(kim: Newcomer) -> tuple[object, ...]:
    with inside(SLUG):
        stored = User.objects.get(email=kim.email).password
    return stored, counted(SLUG), len(deeds(SLUG, "password.changed"))


def test_a_customer_changes_it_and_signs_in_with_the_new_one(kim):
    before = len(deeds(SLUG, "password.changed"))
    page = change(kim)

    assert page.status == 200
    assert not signs_in(kim, PASSWORD)
    assert signs_in(kim, NEW)
    assert kim.sees_the_account(), "this browser stays in"
    notice = messages(SLUG, "security-notice")[-1]
    assert (notice.recipient, notice.values["what"]) == (kim.email, "password_changed")
    assert len(deeds(SLUG, "password.changed")) == before + 1


def test_other_browsers_and_tokens_are_out(kim):
    other = Newcomer(SLUG, kim.account, email=kim.email)
    other.submit(other.open("/account/login/"), login=kim.email, password=PASSWORD)
    assert other.sees_the_account()

    change(kim)

    assert "/account/login/" in other.open("/accounts/").url


@pytest.mark.parametrize(
    ("current", "new"),
    [
        ("somebody elses", NEW),
        ("", NEW),
        (PASSWORD, "short"),
        (PASSWORD, "password1234"),
        (PASSWORD, PASSWORD),
        (PASSWORD, ""),
    ],
)
def test_without_the_current_one_or_with_a_weak_one_nothing_changes(kim, current, new):
    before = written(kim)
    page = change(kim, current, new)

    assert page.status == 422
    assert 'aria-invalid="true"' in page.body.decode()
    assert written(kim) == before
    assert signs_in(kim, PASSWORD)


def test_the_same_form_sent_twice_changes_it_once(kim):
    page = kim.open(PLACE)
    kim.submit(page, current=PASSWORD, password=NEW)
    before = written(kim)

    assert kim.submit(page, current=PASSWORD, password=NEW).status == 422
    assert written(kim) == before


def test_a_visitor_and_a_customer_of_another_tenant_are_sent_to_sign_in(kim):
    before = written(kim)
    visitor = newcomer(SLUG)
    assert "/account/login/" in visitor.open(PLACE).url
    abroad = newcomer("balta")
    # The session of one tenant, shown to another.
    abroad.browser.cookies = {"balta.localhost": dict(kim.browser.cookies["tavho.localhost"])}
    assert "/account/login/" in abroad.open(PLACE).url
    assert written(kim) == before
