"""balta: each consent is kept with its purpose and its ground, and marketing is off by default."""

import pytest
from tests.journeys.joining_world import Newcomer, newcomer, stored

from mains.enrolment import actions
from mains.enrolment.models import Consent
from mains.guard.context import inside
from mains.identity.models import User
from mains.tenancy import queries

SLUG, TENANTS = "balta", {"balta"}
pytestmark = [pytest.mark.usefixtures("fresh_tries"), pytest.mark.seed("S0.14")]


def joined(**ticked: str) -> Newcomer:
    kim = newcomer(SLUG)
    kim.open("/join/?lang=en")
    page = kim.about_me(kim.state_facts(), **ticked)
    assert page.url.endswith("/join/sent/"), page.text
    kim.confirm()
    return kim


def invited() -> Newcomer:
    from tests.journeys.conftest import NOW

    kim = newcomer(SLUG)
    with inside(SLUG):
        actions.invite(
            account_id=kim.account.pk, email=kim.email, invited_by="staff:1", days=14,
            site=queries.tenant(SLUG).url, now=NOW, today=NOW.date(),
        )  # fmt: skip
    kim.about_me(kim.browser.get(kim.link_of("invitation")), ebill="on")
    return kim


def given(kim: Newcomer) -> dict[str, str]:
    """
    Return what somebody agreed to: purpose → ground.
    """
    with inside(SLUG):
        user = User.objects.get(email=kim.email)
        rows = Consent.objects.filter(user_id=user.pk, withdrawn_at=None)
        return dict(rows.values_list("purpose", "lawful_basis"))


SIGNED_UP = {"terms": "contract", "privacy": "legal_obligation"}


def test_a_sign_up_stores_purpose_and_ground_of_each():
    assert given(joined()) == SIGNED_UP
    kim = joined(ebill="on")
    assert given(kim) == {**SIGNED_UP, "ebill": "consent"}

    page = kim.open("/me/data/?lang=en").text
    for ground in ("Consent (Art. 6(1)(a)", "Contract (Art. 6(1)(b)", "obligation (Art. 6(1)(c)"):
        assert ground in page


def test_so_does_an_invitation():
    assert given(invited()) == {**SIGNED_UP, "ebill": "consent"}


def test_marketing_is_off_until_asked_for_and_no_form_of_the_sign_up_can_switch_it_on():
    kim = newcomer(SLUG)
    page = kim.state_facts()
    assert not {name for name in page.form().fields if "market" in name or "news" in name}
    form = page.form()
    form.fields |= {"marketing": ["on"], "agree-marketing": ["on"], "news": ["on"]}
    kim.browser.submit(
        page, form, name="N", email=kim.email, password="long-enough-pass-1",
        **{"agree-terms": "on", "agree-privacy": "on"},
    )  # fmt: skip
    kim.confirm()
    assert given(kim) == SIGNED_UP
    assert "marketing" not in given(invited())

    data = kim.open("/me/data/?lang=en")
    assert data.form("/news/").fields.keys() == {"csrfmiddlewaretoken"}
    kim.post("/me/data/news/", on="1")
    assert given(kim) == {**SIGNED_UP, "marketing": "consent"}
    kim.post("/me/data/news/", off="1")
    assert given(kim) == SIGNED_UP


def test_a_visitor_agrees_to_nothing():
    kim = newcomer(SLUG)
    before = stored(SLUG)
    assert "/account/login/" in kim.post("/me/data/news/", on="1").url
    assert stored(SLUG) == before
