"""The activation message once more: with a pause, for whoever asked, telling nobody anything."""

import re
from datetime import timedelta

import pytest
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.joining_world import Newcomer, forget_tries, messages, newcomer

from mains.customers.models import CustomerKind
from mains.enrolment.models import SignUp
from mains.guard.context import inside

TENANTS = {"aguaviva"}
SLUG, SENT = "aguaviva", "/join/sent/?lang=en"
pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S1.08")]


@pytest.fixture(autouse=True)
def _calm(unblocked):
    from django.core.cache import cache

    cache.clear()
    forget_tries(SLUG)
    move_clock(SLUG, NOW)
    yield
    move_clock(SLUG, NOW)


def joined() -> Newcomer:
    kim = newcomer(SLUG, customer__kind=CustomerKind.PERSON)
    sign_up(kim)
    return kim


def sign_up(kim: Newcomer) -> None:
    page = kim.open("/join/")
    if page.url.endswith("/join/type/"):
        kim.submit(page, type="private")
    kim.about_me(kim.state_facts())


def later(**delta: int) -> None:
    move_clock(SLUG, NOW + timedelta(**delta))


def button(kim: Newcomer):
    """
    Return the form with the button, which is there a minute after the first message.
    """
    return next(form for form in kim.open(SENT).reader().forms if form.method == "post")


def press(kim: Newcomer, form) -> str:
    return kim.browser.submit(kim.open(SENT), form).text


def said(kim: Newcomer, text: str) -> str:
    """
    Return a page without whose it is and which request it answered.
    """
    return re.sub(r"[0-9a-f]{16}", "#", text.replace(kim.email, "@")).replace("\u202f", " ")


def mailed(kim: Newcomer, kind: str = "confirm-sign-up") -> int:
    return sum(row.recipient == kim.email for row in messages(SLUG, kind))


def test_within_a_minute_there_is_no_button_and_the_page_says_from_when():
    kim = joined()
    page = kim.open(SENT)
    assert not [form for form in page.reader().forms if form.method == "post"]
    # 09:00 in UTC is 11:00 in Riga; the clock went on by some seconds since.
    assert re.search(r"From 10:0[12] AM on we can send it again", said(kim, page.text))


def test_after_a_minute_it_is_sent_once_more_and_both_links_work():
    kim = joined()
    first = kim.link_of("confirm-sign-up")
    later(minutes=1, seconds=5)
    assert "We sent the message once more" in press(kim, button(kim))
    second = kim.link_of("confirm-sign-up")

    assert mailed(kim) == 2
    assert first != second
    assert kim.browser.get(first).status == 200
    kim.confirm()
    assert kim.sees_the_account()
    assert "Sign in" in Newcomer(SLUG, kim.account).browser.get(f"{first}?lang=en").text


def test_pressed_twice_it_is_sent_once():
    kim = joined()
    later(minutes=2)
    form = button(kim)
    press(kim, form)
    assert "Nothing was sent now" in press(kim, form)
    assert mailed(kim) == 2


def test_five_an_hour_and_then_again():
    kim = joined()
    later(minutes=2)
    form = button(kim)
    for minute in (2, 4, 6, 8, 10, 12):
        later(minutes=minute)
        press(kim, form)
    assert mailed(kim) == 5
    later(minutes=30)
    assert re.search(r"From 11:0[012] AM on we can", said(kim, kim.open(SENT).text))
    later(minutes=61)
    press(kim, form)
    assert mailed(kim) == 6


def test_late_when_the_sign_up_has_ended_nothing_is_sent():
    kim = joined()
    later(minutes=2)
    form = button(kim)
    later(days=9)
    assert "The sign-up has ended" in press(kim, form)
    assert mailed(kim) == 1


def test_in_the_wrong_order_after_it_was_confirmed_a_message_says_that_there_is_a_login():
    kim = joined()
    later(minutes=2)
    form = button(kim)
    link = kim.link_of("confirm-sign-up")
    Newcomer(SLUG, kim.account, email=kim.email).confirm()
    assert link
    press(kim, form)
    assert (mailed(kim), mailed(kim, "already-registered")) == (1, 1)


def test_who_has_a_login_already_sees_the_same_page_and_the_same_pause():
    kim = joined()
    kim.confirm()
    same = Newcomer(SLUG, kim.account, email=kim.email)
    fresh = newcomer(SLUG, customer__kind=CustomerKind.PERSON)
    pages = []
    # Both in the middle of a minute of the tenant's clock, which is moved by whole seconds: the
    # pages say from which minute on they send again.
    for person in (same, fresh):
        later(seconds=20)
        sign_up(person)
        pages.append(said(person, person.open(SENT).text))
    assert pages[0] == pages[1]
    pages = []
    for person in (same, fresh):
        later(minutes=2, seconds=20)
        pages.append(said(person, press(person, button(person))))
    assert pages[0] == pages[1]
    assert mailed(same, "already-registered") == 2


def test_nobody_who_did_not_sign_up_sends_anything():
    kim, ann = joined(), joined()
    later(minutes=2)
    form = button(kim)
    stranger = Newcomer(SLUG, kim.account, email=kim.email)
    stranger.browser.submit(stranger.open("/join/details/"), form)
    assert (mailed(kim), mailed(ann)) == (1, 1)
    with inside(SLUG):
        assert SignUp.objects.filter(email=kim.email).count() == 1


def test_without_the_pause_a_mailbox_could_be_filled(monkeypatch):
    from mains.enrolment.rules import cooling

    monkeypatch.setattr(cooling, "possible_from", lambda _sent, **_now: None)
    kim = joined()
    form = button(kim)
    for _again in range(6):
        press(kim, form)
    assert mailed(kim) == 7
