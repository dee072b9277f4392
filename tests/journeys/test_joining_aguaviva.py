"""aguaviva: three types of customers register with a bill; the password comes after activation."""

import pytest
from tests.journeys.joining_world import (
    BOXES,
    Newcomer,
    counted,
    newcomer,
)  # fmt: skip

from mains.customers.models import CustomerKind
from mains.enrolment.models import Consent
from mains.guard.context import inside
from mains.identity.models import User

SLUG, TENANTS = "aguaviva", {"aguaviva", "balta"}
pytestmark = pytest.mark.usefixtures("fresh_tries")


def a_person() -> Newcomer:
    return newcomer(SLUG, customer__kind=CustomerKind.PERSON)


def with_type(kim: Newcomer, kind: str = "private") -> Newcomer:
    page = kim.open("/join/")
    kim.submit(page, type=kind)
    return kim


@pytest.mark.seed("S1.05")
def test_no_step_can_be_skipped():
    kim = with_type(a_person())

    assert kim.open("/join/you/").url.endswith("/join/details/")
    assert Newcomer(SLUG, kim.account).open("/join/details/").url.endswith("/join/type/")


def test_going_back_keeps_what_was_typed():
    kim = with_type(a_person())
    kim.state_facts(bill_amount="0,01")
    again = kim.open("/join/details/")

    assert again.form().fields["fact-account_number"] == [kim.paper["account_number"]]


@pytest.mark.seed("S1.07")
def test_the_privacy_notice_is_accepted_apart_from_the_terms_word_for_word():
    kim = with_type(a_person())
    page = kim.state_facts()
    before = counted(SLUG)
    for left_out in BOXES:
        assert kim.about_me(page, **{left_out: ""}).status == 422
    assert counted(SLUG) == before

    kim.about_me(page)
    kim.confirm()
    with inside(SLUG):
        user = User.objects.get(email=kim.email)
        given = {
            consent.purpose: consent.wording
            for consent in Consent.objects.filter(user_id=user.pk).select_related("wording")
        }
        assert set(given) == {"terms", "privacy"}
        shown = kim.open("/legal/privacy/").text
        assert given["privacy"].text.split("\n")[0][:60] in shown
        assert given["privacy"].hash[:12] in shown


@pytest.mark.seed("S1.08")
def test_the_activation_link_comes_by_mail_and_can_be_asked_again():
    kim = with_type(a_person())
    page = kim.about_me(kim.state_facts())

    assert page.url.endswith("/join/sent/")
    assert kim.email in page.text
    assert "spam folder" in kim.open("/join/sent/?lang=en").text
    first = kim.link_of("confirm-sign-up")
    assert first.startswith("http://aguaviva.localhost")
    again = with_type(kim)
    again.about_me(again.state_facts())
    assert kim.link_of("confirm-sign-up") != first
    assert kim.browser.get(first).status == 200, "the first link holds as well"
