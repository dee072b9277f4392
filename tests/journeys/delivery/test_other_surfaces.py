"""The same setting by the API and by staff: the same rules, the same words, one audit."""

from collections.abc import Iterator

import pytest
from tests.journeys import console_world
from tests.journeys import delivery_world as bills
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import HANNA, SLUG, TODAY, Person

OLGA = "olga@alder.example"


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("balta", count=4):
        yield


@pytest.fixture
def account(utility, django_db_blocker):
    with django_db_blocker.unblock():
        yield bills.begin_anew()


@pytest.fixture
def hanna(account) -> Person:
    return world.person(HANNA, account)


def path(account) -> str:
    return f"/accounts/acc_{account.pk}/delivery"


def wanted(account, mode: str, **more: str) -> dict[str, object]:
    return {
        "contracts": [f"con_{one.pk}" for one in bills.contracts(account)],
        "mode": mode,
        **more,
    }


@pytest.mark.seed("S4.13")
class TestByTheApi:
    def test_chosen_there_it_is_what_the_page_shows(self, hanna, account):
        answer = hanna.call("PUT", path(account), wanted(account, "BOTH")).json()
        assert answer["contracts"][0]["current"]["email"] == HANNA
        assert answer["applies_from"] == "2026-11-01"
        assert bills.on(account) == {("BOTH", HANNA)}
        assert b"by e-mail and on paper" in hanna.get(bills.page(account)).content

    def test_the_words_it_offers_are_those_it_keeps(self, hanna, account):
        offered = hanna.call("GET", path(account)).json()["offered"]
        words = {one["mode"]: one["text"] for one in offered}
        hanna.call("PUT", path(account), wanted(account, "ELECTRONIC"))
        kept = {row.notice for row in bills.rows_of(account) if row.mode == "ELECTRONIC"}
        assert kept == {words["ELECTRONIC"]}

    def test_again_changes_nothing(self, hanna, account):
        hanna.call("PUT", path(account), wanted(account, "BOTH"))
        before = world.counted()
        assert hanna.call("PUT", path(account), wanted(account, "BOTH")).status_code == 200
        assert world.counted() == before

    def test_another_address_is_asked_first(self, hanna, account):
        with bills.published(delivery={"per_contract_address": True}):
            body = wanted(account, "ELECTRONIC", email="kitchen@home.example")
            answer = hanna.call("PUT", path(account), body)
        assert (answer.status_code, answer.json()["asked"]) == (202, "kitchen@home.example")
        assert bills.on(account) == {("PAPER", "")}
        assert world.mailed("delivery-address", "kitchen@home.example")

    @pytest.mark.parametrize(
        ("body", "sections", "code"),
        [
            ({"mode": "ELECTRONIC", "email": "x@y.example"}, {}, "address_not_offered"),
            ({"mode": "PAPER"}, {"portal": {"mandatory": True}}, "email_only"),
            (
                {"mode": "BOTH"},
                {"delivery": {"electronic_requires_mandate": True, "default_mode": "paper"}},
                "mandate_missing",
            ),
            ({"mode": "PAPER", "contracts": ["con_999999"]}, {}, "no_such_contract"),
        ],
    )
    def test_what_is_refused_says_why_and_changes_nothing(
        self, hanna, account, body, sections, code
    ):
        before = bills.rows_of(account)
        with bills.published(**sections):
            answer = hanna.call("PUT", path(account), {**wanted(account, "PAPER"), **body})
        assert answer.json()["code"] == code
        assert bills.rows_of(account) == before

    def test_with_whom_it_was_shared_may_not(self, hanna, account):
        dora = world.share(hanna, account, **world.PAY)
        answer = dora.call("PUT", path(account), wanted(account, "ELECTRONIC"))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_holder")
        assert bills.on(account) == {("PAPER", "")}


class TestByStaff:
    @pytest.fixture
    def olga(self) -> console_world.Desk:
        return console_world.signed_in(OLGA, SLUG)

    def choose(self, olga, account, mode: str, email: str = ""):
        typed = {
            "contracts": [str(one.pk) for one in bills.contracts(account)],
            "mode": mode,
            "email": email,
        }
        return olga.post(f"customers/{account.pk}/delivery/", typed)

    def test_it_is_changed_for_the_customer_who_is_told_and_staff_are_named(self, account, olga):
        contact = account.customer.email
        assert self.choose(olga, account, "ELECTRONIC", contact).status_code == 302
        assert bills.on(account) == {("ELECTRONIC", contact)}
        assert world.mailed("delivery-changed", contact)
        (entry,) = world.audited("delivery.electronic")[-1:]
        assert entry.actor.startswith("staff:")
        assert entry.detail["from"] == TODAY.isoformat()

    def test_an_address_nobody_knows_is_refused(self, account, olga):
        before = bills.rows_of(account)
        assert self.choose(olga, account, "ELECTRONIC", "new@home.example").status_code == 422
        assert self.choose(olga, account, "ELECTRONIC", "").status_code == 422
        assert bills.rows_of(account) == before

    def test_again_changes_nothing(self, account, olga):
        self.choose(olga, account, "BOTH", account.customer.email)
        before = world.counted()
        self.choose(olga, account, "BOTH", account.customer.email)
        assert world.counted() == before

    def test_the_desk_shows_what_the_customer_chose(self, hanna, account, olga):
        bills.choose(hanna, account, "BOTH")
        page = olga.get(f"customers/{account.pk}/delivery/").content.decode()
        assert HANNA in page
