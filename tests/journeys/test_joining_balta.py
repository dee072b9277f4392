"""balta: who joins has a profile apart from the customer, and agrees to the terms in force."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.journeys.conftest import NOW
from tests.journeys.joining_world import BOXES, Newcomer, newcomer, published, stored

from mains.customers.models import Customer
from mains.demo import logins
from mains.demo.pages import Page
from mains.enrolment import actions
from mains.enrolment.models import Consent
from mains.guard.context import inside
from mains.identity.models import User
from mains.tenancy import queries

SLUG, TENANTS = "balta", {"balta", "tavho"}
pytestmark = pytest.mark.usefixtures("fresh_tries")
BOOKS = (
    "customers_customer", "customers_account", "customers_contract", "customers_supplypoint",
    "billing_bill", "billing_billline", "ledger_transfer", "ledger_balance", "payments_payment",
)  # fmt: skip


def joined(**typed: str) -> Newcomer:
    kim = newcomer(SLUG)
    kim.open("/join/?lang=en")
    kim.about_me(kim.state_facts(), **typed)
    kim.confirm()
    assert kim.sees_the_account()
    return kim


def login_of(kim: Newcomer) -> User | None:
    with inside(SLUG):
        return User.objects.filter(email=kim.email).first()


def books() -> dict[str, str]:
    """
    Return a hash of every table of the provider's that a login has no part in.
    """
    found = stored(SLUG)
    return {table: found[table] for table in BOOKS}


def closing(kim: Newcomer) -> Page:
    """
    Open the page that closes a login, after typing the password for it.
    """
    asked = kim.open("/me/close/?lang=en")
    assert "/account/reauthenticate/" in asked.url
    page = kim.submit(asked, password=logins.PASSWORD)
    assert urlsplit(page.url).path == "/me/close/"
    return page


def age_of_proof(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    import time

    real = time.time
    monkeypatch.setattr(
        "allauth.account.internal.flows.reauthentication.time.time", lambda: real() + seconds
    )


@pytest.mark.seed("S0.02")
class TestAProfile:
    def test_is_apart_from_the_customer(self):
        kim = joined(name="Somebody Else")
        before = books()
        user, customer = login_of(kim), kim.account.customer
        assert user
        assert (user.name, user.email) != (customer.name, customer.email)

        page = kim.open("/me/details/")
        kim.submit(page, name="Renamed")
        renamed = login_of(kim)
        assert renamed
        assert renamed.name == "Renamed"
        with inside(SLUG):
            assert Customer.objects.get(pk=customer.pk).name == customer.name
        assert books() == before

    def test_is_deleted_by_its_owner_and_the_books_stay(self):
        kim = joined()
        before = books()
        closed = kim.submit(closing(kim), sure="on")

        assert closed.url.endswith("/me/closed/")
        assert login_of(kim) is None
        assert books() == before
        assert "/account/login/" in kim.open("/me/").url
        with inside(SLUG):
            assert Customer.objects.get(pk=kim.account.customer_id).name

    def test_is_not_deleted_without_the_tick(self):
        kim = joined()
        page = closing(kim)
        before = stored(SLUG)

        refused = kim.submit(page)
        assert refused.status == 422
        assert "Read the list above and tick the box." in refused.text
        assert stored(SLUG) == before
        assert login_of(kim)

    def test_is_not_deleted_on_an_old_proof_or_a_wrong_password(self, monkeypatch):
        kim = joined()
        closing(kim)
        age_of_proof(monkeypatch, 301)
        before = stored(SLUG)

        asked = kim.post("/me/close/", sure="on")
        assert "/account/reauthenticate/" in asked.url
        assert kim.submit(asked, password="a-guess-that-is-wrong").status == 422
        assert login_of(kim)
        assert stored(SLUG) == before

    def test_is_not_deleted_by_a_stranger(self):
        kim = joined()
        stranger, before = Newcomer(SLUG, kim.account), stored(SLUG)

        assert "/account/login/" in stranger.post("/me/close/", sure="on").url
        assert stored(SLUG) == before
        assert login_of(kim)
        assert kim.sees_the_account()


TERMS = {
    "kind": "terms",
    "text": {"lv": "Tie paši vārdi abās valodās.", "en": "Tie paši vārdi abās valodās."},
}
NEWER = {"kind": "terms", "text": {"lv": "Jaunie noteikumi.", "en": "The newer terms."}}


def consent_of(kim: Newcomer, purpose: str = "terms") -> Consent:
    user = login_of(kim)
    assert user
    with inside(SLUG):
        return Consent.objects.select_related("wording").get(user_id=user.pk, purpose=purpose)


def form_of(page: Page) -> dict[str, str]:
    """
    Return everything that the open page would send, filled in and ticked.
    """
    asked = {name: values[0] for name, values in page.form().fields.items()}
    return {**asked, **BOXES, "name": "New Person", "password": logins.PASSWORD}


@pytest.mark.seed("S0.04")
class TestTerms:
    def test_can_be_read_and_without_them_the_server_refuses(self):
        kim = newcomer(SLUG)
        page = kim.state_facts()
        assert "/legal/terms/" in page.body.decode()
        terms = kim.open("/legal/terms/")
        before = stored(SLUG)

        assert kim.about_me(page, **{"agree-terms": ""}).status == 422
        # Nor does a program that never saw them, whatever the button on the page did.
        sent = {**form_of(page), "email": kim.email, "shown": ""}
        assert kim.post("/join/you/", **sent).status == 422
        assert stored(SLUG) == before
        kim.about_me(page)
        kim.confirm()
        consent = consent_of(kim)
        assert consent.wording.hash[:12] in terms.text
        assert consent.address == "127.0.0.1"
        assert abs(consent.given_at - NOW) < timedelta(minutes=10)

    def test_are_those_of_the_language_in_which_they_were_shown(self):
        with published(SLUG, legal=[TERMS]):
            found = {}
            for language in ("lv", "en"):
                kim = newcomer(SLUG)
                kim.open(f"/join/?lang={language}")
                kim.about_me(kim.state_facts())
                kim.confirm()
                found[language] = consent_of(kim).wording
        assert {one.language for one in found.values()} == {"lv", "en"}
        assert found["lv"].language == "lv"
        assert found["lv"].text == found["en"].text
        assert found["lv"].hash != found["en"].hash

    def test_shown_in_one_language_are_not_agreed_to_in_another(self):
        kim = newcomer(SLUG)
        kim.open("/join/?lang=lv")
        page = kim.state_facts()
        kim.open("/join/you/?lang=en")
        before = stored(SLUG)

        assert kim.about_me(page).status == 422
        assert stored(SLUG) == before

    def test_are_those_of_the_tenant(self):
        words = {slug: legal_words(slug) for slug in ("balta", "tavho")}
        assert words["balta"].hash != words["tavho"].hash
        assert "Balta" in words["balta"].text

    def test_published_meanwhile_are_shown_and_asked_again(self):
        kim = newcomer(SLUG)
        kim.open("/join/?lang=en")
        page = kim.state_facts()
        with published(SLUG, legal=[NEWER]):
            before = stored(SLUG)
            refused = kim.about_me(page)

            assert refused.status == 422
            assert "The terms have changed since you opened this page." in refused.text
            assert "The newer terms." in kim.open("/legal/terms/").text
            assert stored(SLUG) == before
            assert "agree-terms" not in refused.form().fields, "the boxes are open again"
            assert kim.about_me(refused).url.endswith("/join/sent/")
            kim.confirm()
            assert consent_of(kim).wording.text == "The newer terms."


def legal_words(slug: str) -> Any:
    from mains.enrolment import legal
    from mains.tenancy.tenantfile.identity import CustomerType

    file = queries.tenant(slug).file
    return legal.documents(
        file=file, customer_type=CustomerType.PRIVATE, language=file.locale.languages[0]
    )[0]


@pytest.fixture
def invitation() -> tuple[Newcomer, str]:
    kim = newcomer(SLUG)
    with inside(SLUG):
        actions.invite(
            account_id=kim.account.pk, email=kim.email, invited_by="staff:1", days=14,
            site=queries.tenant(SLUG).url, now=NOW, today=NOW.date(),
        )  # fmt: skip
    return kim, kim.link_of("invitation")


@pytest.mark.seed("S0.04")
class TestTermsOfAnInvitation:
    def test_are_asked_and_without_them_the_server_refuses(self, invitation):
        kim, link = invitation
        page = kim.browser.get(link)
        before = stored(SLUG)

        for left_out in BOXES:
            assert kim.about_me(page, **{left_out: ""}).status == 422
        assert kim.post(link, **{**form_of(page), "shown": ""}).status == 422
        assert stored(SLUG) == before
        kim.about_me(page)
        consent = consent_of(kim)
        assert consent.wording.hash == legal_words(SLUG).hash
        assert consent.address == "127.0.0.1"
        assert abs(consent.given_at - NOW) < timedelta(minutes=10)

    def test_published_meanwhile_are_asked_again(self, invitation):
        kim, link = invitation
        page = kim.browser.get(link)
        with published(SLUG, legal=[NEWER]):
            before = stored(SLUG)
            refused = kim.about_me(page)
            assert refused.status == 422
            assert stored(SLUG) == before
            kim.about_me(refused)
            assert consent_of(kim).wording.text == NEWER["text"]["lv"]
