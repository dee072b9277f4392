"""New terms are agreed to first, once; who does not agree still gets what is theirs."""

from collections.abc import Iterator

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.sharing_world import HANNA, NOW, SLUG, Person

from mains.enrolment import renewing
from mains.guard.context import inside

TERMS = "/me/terms/"
ONE, TWO, THREE = "Be kind.\n\nPay in time.", "Be kind.\n\nPay at once.", "Be kind."
NOTICE, NEW_NOTICE = "We know your name.", "We know your name and your meter."
# Signed in, and without having agreed: everything that stays open.
STILL_OPEN = ("/legal/terms/", "/legal/privacy/", "/help/", "/me/data/", "/find/")
CLOSED = ("/", "/bills/", "/readings/", "/payments/", "/me/", "/me/security/", "/accounts/")


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("balta", count=4):
        yield


@pytest.fixture
def account(utility, django_db_blocker):
    with django_db_blocker.unblock():
        world.forget_people()
        world.publish_terms(terms=ONE, privacy=NOTICE)
        yield world.accounts()[0]
        world.publish_terms()
        move_clock(SLUG, NOW)


@pytest.fixture
def hanna(account) -> Person:
    """
    Somebody who has agreed to the first version of both.
    """
    person = world.person(HANNA, account)
    accept(person)
    assert person.get("/").status_code == 200
    return person


def shown(page) -> str:
    return page.content.decode().split('name="shown" value="', 1)[1].split('"', 1)[0]


def accept(person: Person, **typed: str):
    page = person.get(TERMS)
    return person.post(TERMS, **{"shown": shown(page), "agree": "on", **typed})


def agreed(person: Person, purpose: str) -> list[tuple[str, str, str]]:
    """
    Return language, text and hash of everything a login agreed to, oldest first.
    """
    from mains.enrolment.models import Consent

    with inside(SLUG):
        rows = Consent.objects.filter(user_id=person.user.pk, purpose=purpose).order_by("pk")
        return list(rows.values_list("wording__language", "wording__text", "wording__hash"))


def bases(person: Person) -> list[tuple[str, str]]:
    """
    Return the purpose and the lawful basis of each consent of a login.
    """
    from mains.enrolment.models import Consent

    with inside(SLUG):
        rows = Consent.objects.filter(user_id=person.user.pk)
        return list(rows.values_list("purpose", "lawful_basis"))


class TestANewVersion:
    def test_is_shown_with_what_changed_and_agreed_to_once(self, hanna):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        asked = hanna.get("/bills/")
        assert asked.headers["Location"] == "/me/terms/?next=%2Fbills%2F"
        page = hanna.get(TERMS, next="/bills/").content.decode()
        assert "<ins>Pay at once.</ins>" in page
        assert "<del>Pay in time.</del>" in page
        assert "Be kind." not in page, "what stayed is not repeated"
        assert "Privacy notice</h2>" not in page

        assert accept(hanna, next="/bills/").headers["Location"] == "/bills/"
        assert hanna.get("/bills/").status_code == 200
        assert [text for _language, text, _hash in agreed(hanna, "terms")] == [ONE, TWO]
        language, _text, found = agreed(hanna, "terms")[-1]
        assert (language, len(found)) == ("en", 64)
        assert found[:12] in hanna.get("/legal/terms/").content.decode()
        assert len(agreed(hanna, "privacy")) == 1
        assert [row.detail for row in world.audited("terms.renewed")][-1] == {"terms": found[:12]}

    def test_of_the_notice_is_shown_and_noted_without_a_box(self, hanna):
        world.publish_terms(terms=ONE, privacy=NEW_NOTICE)
        page = hanna.get(TERMS)
        assert 'name="agree"' not in page.content.decode()
        assert "<ins>We know your name and your meter.</ins>" in page.content.decode()
        assert "Do not accept" not in page.content.decode()
        hanna.post(TERMS, shown=shown(page))
        assert [text for _l, text, _h in agreed(hanna, "privacy")] == [NOTICE, NEW_NOTICE]
        assert set(bases(hanna)) == {("terms", "contract"), ("privacy", "legal_obligation")}
        assert hanna.get("/").status_code == 200

    def test_is_not_asked_again_in_another_session_or_language(self, hanna):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        accept(hanna)
        other = world.signed_in(HANNA)
        assert other.get("/bills/").status_code == 200
        other.client.cookies["lang"] = "lv"
        assert other.get("/bills/").status_code == 200

    def test_that_goes_back_to_an_earlier_one_asks_nobody_who_knew_it(self, hanna):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        accept(hanna)
        world.publish_terms(terms=ONE, privacy=NOTICE)
        assert hanna.get("/bills/").status_code == 200

    def test_reaches_a_session_that_is_open(self, hanna):
        assert hanna.get("/bills/").status_code == 200
        world.publish_terms(terms=TWO, privacy=NOTICE)
        assert hanna.get("/bills/").status_code == 302

    def test_in_words_of_ours_asks_nobody(self, hanna):
        world.publish_terms()
        assert hanna.get("/bills/").status_code == 200
        assert hanna.get(TERMS).headers["Location"] == "/"

    def test_asks_who_never_agreed_to_any_and_shows_all_of_it(self, account):
        dora = world.person("dora@friends.example", account)
        page = dora.get(TERMS).content.decode()
        assert "<ins>" not in page
        assert "Pay in time." in page
        accept(dora)
        assert dora.get("/").status_code == 200


class TestOrder:
    def test_twice_stores_once(self, hanna):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        token = shown(hanna.get(TERMS))
        for _again in range(2):
            assert hanna.post(TERMS, shown=token, agree="on").status_code == 302
        assert len(agreed(hanna, "terms")) == 2

    def test_late_when_others_were_published_meanwhile_nothing_is_stored(self, hanna):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        token = shown(hanna.get(TERMS))
        world.publish_terms(terms=THREE, privacy=NOTICE)
        page = hanna.post(TERMS, shown=token, agree="on")

        assert page.status_code == 409
        assert "changed again" in page.content.decode()
        assert "checked" not in page.content.decode().split('name="agree"', 1)[1][:60]
        assert len(agreed(hanna, "terms")) == 1
        assert hanna.get("/bills/").status_code == 302
        hanna.post(TERMS, shown=shown(page), agree="on")
        assert agreed(hanna, "terms")[-1][1] == THREE

    def test_superseded_in_the_same_moment_nothing_is_stored(self, hanna):
        from mains.tenancy import queries
        from mains.tenancy.tenantfile.identity import CustomerType

        world.publish_terms(terms=TWO, privacy=NOTICE)
        token = shown(hanna.get(TERMS))
        world.publish_terms(terms=THREE, privacy=NOTICE)
        user = hanna.user
        with inside(SLUG), pytest.raises(renewing.Superseded):
            renewing.agree_anew(
                user_id=user.pk, file=queries.tenant(SLUG).file, language="en", shown=token,
                customer_type=CustomerType.PRIVATE, address="", now=NOW,
            )  # fmt: skip
        assert len(agreed(hanna, "terms")) == 1

    def test_in_the_wrong_order_without_the_page_or_the_tick_nothing_is_stored(self, hanna):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        assert hanna.post(TERMS, agree="on").status_code == 409
        assert hanna.post(TERMS, shown=shown(hanna.get(TERMS))).status_code == 422
        assert len(agreed(hanna, "terms")) == 1

    @pytest.mark.parametrize("path", CLOSED)
    def test_never_agreed_nothing_else_opens(self, hanna, path):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        answer = hanna.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(TERMS)
        assert hanna.post(path).status_code == 302

    @pytest.mark.parametrize("path", STILL_OPEN)
    def test_never_agreed_the_texts_ones_own_data_and_paying_stay_open(self, hanna, path):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        assert hanna.get(path).status_code == 200

    @pytest.mark.parametrize("path", CLOSED)
    def test_without_the_rule_everything_would_open(self, hanna, path, monkeypatch):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        monkeypatch.setattr(renewing, "outstanding", lambda **_all: [])
        assert hanna.get(path).status_code == 200


class TestDeclining:
    def test_signs_out_stores_nothing_and_says_what_stays_open(self, hanna):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        answer = hanna.post(f"{TERMS}decline/")
        assert answer.headers["Location"] == f"{TERMS}declined/"
        page = hanna.get(f"{TERMS}declined/").content.decode()
        assert "You are signed out" in page
        assert 'href="/find/"' in page
        assert hanna.get("/bills/").headers["Location"].startswith("/account/login/")
        assert len(agreed(hanna, "terms")) == 1
        again = world.signed_in(HANNA)
        assert again.get("/bills/").headers["Location"].startswith(TERMS)

    def test_the_login_can_be_closed_and_its_data_taken_along(self, hanna):
        from mains.identity.models import User
        from mains.privacy.models import DataJob

        world.publish_terms(terms=TWO, privacy=NOTICE)
        assert hanna.post("/me/data/").headers["Location"] == "/me/data/"
        with inside(SLUG):
            assert DataJob.objects.filter(user_id=hanna.user.pk).exists()
        proof = hanna.get("/me/close/")
        assert proof.headers["Location"].startswith("/account/reauthenticate/")
        from tests.journeys.logins import PASSWORD

        hanna.post("/account/reauthenticate/", password=PASSWORD, next="/me/close/")
        assert hanna.get("/me/close/").status_code == 200
        assert hanna.post("/me/close/", sure="on").headers["Location"] == "/me/closed/"
        assert hanna.get("/me/closed/").status_code == 200
        with inside(SLUG):
            assert not User.objects.filter(email=HANNA).exists()

    @pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "/me/terms/", ""])
    def test_going_on_leads_nowhere_else(self, hanna, place):
        world.publish_terms(terms=TWO, privacy=NOTICE)
        assert accept(hanna, next=place).headers["Location"] == "/"
